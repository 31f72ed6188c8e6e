"""Settings of a config that change nothing, because what they were for was built before.

A base file that says ``exercises = 'study'`` builds its data sets with it at once. Whoever sets
``exercises`` later, in a file of his own or on the command line, has a number that nothing reads.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from fitness_mm.errors import FitnessError

# What a run reads of a config; the last are the hosts' own, outside of the runner's arguments.
RUN_SETTINGS = frozenset(inspect.signature(Runner.__init__).parameters) - {'self', 'cfg'} | {
    'custom_imports', 'runner_type', 'model_wrapper_cfg', 'compile', 'efficient_conv_bn_eval',
    'test_pipeline', 'tta_model', 'tta_pipeline'}


@dataclass
class _ConfigFile:
    """One file of a config: what it sets, as source, and which names it reads.

    Attributes:
        path: The file.
        bases: Those that it names in ``_base_``.
        sets: Source of every value that it gives a name.
        reads: Names that it uses itself.
        reads_of_bases: Names that it uses as ``_base_.name``.
    """

    path: Path
    bases: list[_ConfigFile]
    sets: dict[str, str]
    reads: set[str]
    reads_of_bases: set[str]

    @classmethod
    def read(cls, path: str | Path) -> _ConfigFile:
        """A file and all its bases; of one that is no Python, the names alone."""
        if Path(path).suffix != '.py':
            return cls(Path(path), [], dict.fromkeys(Config.fromfile(path), ''), set(), set())
        text = Path(path).read_text('utf-8')
        tree = ast.parse(re.sub(r'\{\{\s*\$\s*(\w+).*?\}\}', r'\1', text))
        bases = [cls.read(Config._get_cfg_path(base, str(path))[0])
                 for base in Config._get_base_files(str(path))]
        sets = {target.id: ast.unparse(node.value) for node in tree.body
                if isinstance(node, ast.Assign) for target in node.targets
                if isinstance(target, ast.Name)}
        reads = {node.id for node in ast.walk(tree)
                 if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        return cls(Path(path), bases, sets, reads, set(re.findall(r'_base_\.(\w+)', text)))

    def all_files(self) -> Iterator[_ConfigFile]:
        """The bases of bases first, this one last."""
        for base in self.bases:
            yield from base.all_files()
        yield self

    def unread(self, read_later: frozenset[str] = frozenset()) -> Iterator[tuple[_ConfigFile, str]]:
        """Files and names that they give a value other than their bases did, and nobody reads.

        Args:
            read_later: What files that have this one for a base read of it, or set anew.
        """
        before = {name: source for base in self.bases for file in base.all_files()
                  for name, source in file.sets.items()}
        for name, source in self.sets.items():
            if before.get(name, source) != source and name not in self.reads | read_later:
                yield self, name
        for base in self.bases:
            yield from base.unread(read_later | self.reads_of_bases | set(self.sets))


def check_settings(file: str | Path, cfg: Config, options: Mapping[str, Any]) -> None:
    """Looks for settings that change nothing, in the files of a config and among its options.

    Args:
        file: The config file.
        cfg: What it says, before the options are merged in.
        options: Settings to override, by dotted name.

    Raises:
        FitnessError: If there is one; the message says which to set instead.
    """
    if Config._is_lazy_import(str(file)):
        return  # Python's own imports; nothing is known of them
    config = _ConfigFile.read(file)
    used = set().union(*(f.reads | f.reads_of_bases for f in config.all_files()))
    for where, name in config.unread():
        if name in RUN_SETTINGS or name.startswith('_'):
            continue
        before = [Config.fromfile(base.path).get(name) for base in where.bases]
        places = _places(cfg, name, before)
        if cfg[name] not in before and (name in used or places):
            raise FitnessError(f'{where.path} sets {name}, which changes nothing, because its '
                               f'_base_ is built with {name} before; '
                               f'{_advice(config, name, places)}')
    for name in {option.partition('.')[0] for option in options} - RUN_SETTINGS:
        if name not in cfg and 'runner_type' not in cfg:  # another runner may read other names
            near = get_close_matches(name, RUN_SETTINGS | set(cfg), 3)
            raise FitnessError(f'--cfg-options sets {name}, which {file} does not have and no run '
                               f'reads{"; did you mean " if near else ""}{" or ".join(near)}')
        places = _places(cfg, name, [cfg.get(name)])
        if cfg.get(name) != options.get(name) and (name in used or places):
            raise FitnessError(f'--cfg-options sets {name}, which changes nothing, because {file} '
                               f'is built with {name} before; {_advice(config, name, places)}')


def _places(cfg: Config, name: str, values: list) -> list[str]:
    """Settings of a run that have this name, or one of these values if those are not numbers."""
    values = [value for value in values if isinstance(value, (str, list, tuple, dict)) and value]

    def search(part: Any, path: str) -> Iterator[str]:
        if path and (path.rpartition('.')[2] == name or part in values):
            yield path
        elif isinstance(part, (dict, list, tuple)):
            for key, value in (part.items() if isinstance(part, dict) else enumerate(part)):
                yield from search(value, f'{path}.{key}' if path else str(key))

    return list(search({key: cfg[key] for key in cfg if key in RUN_SETTINGS}, ''))


def _advice(config: _ConfigFile, name: str, places: list[str]) -> str:
    sources = ' '.join(file.sets.get(name, '') for file in config.all_files())
    variables = sorted(set(re.findall(r'\bFITNESS_[A-Z_]+', sources)))
    advice = f'set {", ".join(places)}' if places else 'set the parts of the run that it is in'
    in_environment = [f', or {variable} in the environment' for variable in variables]
    return ''.join([advice, ' instead', *in_environment])
