"""The house: imports go one way, and no folder is a heap."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / 'fitness_mm'
FLOORS = (  # of rooms and of the files beside them, the lowest first
    {'printable'},
    {'errors', 'compat'},
    {'containers', 'files', 'processes', 'progress', 'tables'},
    {'json_files'},
    {'records'},
    {'keypoints'},
    {'aihub'},
    {'clip_scores', 'drawing', 'fonts'},
    {'sample', 'posture', 'repetitions', 'anomaly'},
    {'engine'},
    {'pose', 'action'},
    {'apis', 'analysis'},
)
MOST_FILES = 15


def _imports(path: Path, module: str, modules: dict[str, Path]) -> Iterator[str]:
    """Modules of the package that a file names, wherever in it, in the order of its lines."""
    package = module.split('.') if path.name == '__init__.py' else module.split('.')[:-1]
    for node in ast.walk(ast.parse(path.read_text('utf-8'))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            above = package[:len(package) + 1 - node.level] if node.level else []
            base = '.'.join([*above, *filter(None, [node.module])])
            for alias in node.names:
                name = f'{base}.{alias.name}'
                if name in modules or base in modules:
                    yield name if name in modules else base


def _import_graph(package: Path) -> dict[str, list[str]]:
    """Every module of a package, and those of it that it imports."""
    modules = {}
    for path in sorted(package.rglob('*.py')):
        parts = path.relative_to(package.parent).with_suffix('').parts
        modules['.'.join(parts[:-1] if parts[-1] == '__init__' else parts)] = path
    return {module: sorted(set(_imports(path, module, modules)))
            for module, path in modules.items()}


def imports_not_downward(package: Path, floors: Sequence[set[str]]) -> list[str]:
    """Imports of another room that is not on a lower floor."""
    floor_of = {room: floor for floor, rooms in enumerate(floors) for room in rooms}
    wrong = []
    for module, others in _import_graph(package).items():
        for other in others:
            rooms = [name.split('.')[1] for name in (module, other) if '.' in name]
            if len(rooms) == 2 and rooms[0] != rooms[1] and (
                    floor_of[rooms[1]] >= floor_of[rooms[0]]):
                wrong.append(f'{module} -> {other}')
    return wrong


def import_circles(package: Path) -> list[list[str]]:
    """Every circle that a walk along the imports of a package closes."""
    graph = _import_graph(package)
    circles, done = [], set()

    def walk(module: str, way: list[str]) -> None:
        if module in way:
            circles.append([*way[way.index(module):], module])
        elif module not in done:
            for other in graph[module]:
                walk(other, [*way, module])
            done.add(module)

    for module in graph:
        walk(module, [])
    return circles


def test_no_modules_import_each_other_in_a_circle():
    assert not [' -> '.join(circle) for circle in import_circles(PACKAGE)]


@pytest.mark.parametrize(('files', 'circle'), [
    ({'a.py': 'from .b import x', 'b.py': 'import json'}, None),
    ({'a.py': 'from .b import x', 'b.py': 'def f():\n    from . import a'}, 'p.a -> p.b -> p.a'),
    ({'a.py': 'import p.q.b', 'q/__init__.py': '', 'q/b.py': 'from ..a import x'},
     'p.a -> p.q.b -> p.a'),
    ({'__init__.py': 'from .a import x', 'a.py': 'from p import x'}, 'p -> p.a -> p'),
    ({'a.py': 'if TYPE_CHECKING:\n    from p.b import X', 'b.py': 'from p.a import y'},
     'p.a -> p.b -> p.a'),
])
def test_circles_are_found(tmp_path, files, circle):
    for name, text in ({'__init__.py': ''} | files).items():
        (tmp_path / 'p' / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'p' / name).write_text(text)
    found = [' -> '.join(circle) for circle in import_circles(tmp_path / 'p')]
    assert found == ([circle] if circle else [])


def test_rooms_import_from_lower_floors_only():
    rooms = {path.stem for path in PACKAGE.iterdir()
             if path.suffix == '.py' or (path / '__init__.py').is_file()} - {'__init__'}
    assert rooms == set().union(*FLOORS)
    assert imports_not_downward(PACKAGE, FLOORS) == []


@pytest.mark.parametrize('text, wrong', [
    ('from p.a import x', []),
    ('def f():\n    from ..c import x', ['p.b.m -> p.c']),
    ('from ..d.m import x', ['p.b.m -> p.d.m']),  # beside it
])
def test_imports_upward_are_found(tmp_path, text, wrong):
    for name in ('__init__', 'a', 'c', 'b/__init__', 'd/__init__', 'd/m'):
        (tmp_path / f'p/{name}.py').parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f'p/{name}.py').write_text('')
    (tmp_path / 'p/b/m.py').write_text(text)
    assert imports_not_downward(tmp_path / 'p', [{'a'}, {'b', 'd'}, {'c'}]) == wrong


def test_no_folder_is_a_heap():
    folders = {folder: len(list(folder.glob('*.py'))) for folder in PACKAGE.rglob('*')
               if folder.is_dir()}
    assert not {str(folder.relative_to(PACKAGE)): number for folder, number in folders.items()
                if number > MOST_FILES}
