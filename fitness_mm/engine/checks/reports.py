"""Where the metrics of a run write, what their reports are about, and that none is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmengine.logging import MessageHub
from mmengine.registry import METRICS

from fitness_mm.errors import FitnessError

from ..parts import class_of


def place_reports(cfg: Config, about: Mapping[str, str]) -> None:
    """Puts reports of metrics with a ``report_name`` into the work directory, unless placed.

    The first of a name has it, one more in the same evaluator says its class before it.

    Args:
        cfg: The config.
        about: Whose results they are, ``training`` or ``checkpoint``; every report begins with
            it, the data root and the subset.

    Raises:
        FitnessError: If two metrics would write one file, or give numbers of one name, which
            mmengine finds out after the first epoch.
    """
    for part in ('val', 'test'):
        evaluator, loader = cfg.get(f'{part}_evaluator'), cfg.get(f'{part}_dataloader') or {}
        dataset = loader.get('dataset') or {}
        of_data = {name: dataset[name] for name in ('data_root', 'subset') if name in dataset}
        taken, kinds = set(), []
        for metric in evaluator if isinstance(evaluator, list) else [evaluator]:
            kind = class_of(metric, METRICS, cfg.get('default_scope'))
            if kind is None:
                continue
            kinds.append((kind, metric.get('prefix') or getattr(kind, 'default_prefix', None)))
            _check_prefix(*kinds[-1], kinds[:-1], part)
            if hasattr(kind, 'report_name'):
                metric.about = {**about, **of_data}
                _place(metric, kind, Path(cfg.work_dir), taken)


def report_head(about: Mapping[str, str]) -> dict[str, str | int]:
    """What a report begins with; of a training, the epoch too."""
    epoch = MessageHub.get_current_instance().get_info('epoch') if 'training' in about else None
    return {**about, **({} if epoch is None else {'epoch': epoch + 1})}


def _check_prefix(kind: type, prefix: str | None, others: list[tuple[type, str]],
                  part: str) -> None:
    for other, its_prefix in others:
        if prefix and prefix == its_prefix and (issubclass(kind, other) or issubclass(other, kind)):
            raise FitnessError(f'{kind.__name__} and {other.__name__} in {part}_evaluator would '
                               f'both call their numbers {prefix}/...; give one of them another '
                               'prefix')


def _place(metric: ConfigDict, kind: type, folder: Path, taken: set[str]) -> None:
    if 'out_file' not in metric:
        path = folder / kind.report_name
        metric.out_file = str(path.with_name(f'{kind.__name__}_{path.name}')
                              if str(path) in taken else path)
    if metric.out_file in taken:
        raise FitnessError(f'two metrics of class {kind.__name__} would write {metric.out_file}; '
                           'give one of them an out_file of its own')
    if metric.out_file is not None:
        taken.add(metric.out_file)
