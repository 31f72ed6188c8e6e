"""Reads every label again, with Python's json module and nothing of the project's parser, and
compares each number with what the opened index says.

Whatever differs is printed, and the exit code is 1. Files and views that are not in the index are
counted: report.json says why each is left out.
"""

import argparse
import json
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np

from fitness_mm.aihub.catalog import MISLABELLED_CONDITIONS, MOVEMENTS, shown_type
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.errors import plain_errors
from fitness_mm.keypoints.skeleton import KEYPOINTS

_SHOWN = 20


class Check:
    """An index against its files; ``counts`` says how much was compared, ``differences`` what
    does not agree."""

    def __init__(self, index: FitnessIndex) -> None:
        self.counts: Counter[str] = Counter()
        self.differences: list[str] = []
        self._index = index
        self._has_3d = index.has_3d
        self._column = {name: index.column(name) for name in (
            'label_file', 'view', 'type', 'exercise', 'performer', 'day', 'slot', 'split',
            'image_width', 'image_height')}
        self._rows: dict[str, dict[str, int]] = {}
        for i, (file, view) in enumerate(zip(self._column['label_file'], self._column['view'],
                                             strict=True)):
            self._rows.setdefault(str(file), {})[str(view)] = i

    def run(self) -> None:
        root = self._index.root
        for path in sorted(root.glob('*/label/**/*.json')):
            name = path.relative_to(root).as_posix()
            if '-3d' in path.stem:
                continue
            self.counts['2D label files'] += 1
            if name in self._rows:
                self._file(name, path, self._rows.pop(name))
            else:
                self.counts['2D label files that are not in the index'] += 1
        for name in self._rows:
            self.differences.append(f'{name}: in the index, but no such file was found')

    def _same(self, what: str, ours, theirs, where: str) -> None:
        self.counts[what] += np.size(theirs)
        if not np.array_equal(ours, theirs, equal_nan=np.asarray(theirs).dtype.kind == 'f'):
            self.differences.append(f'{where}: {what}: index {ours!r:.200}, file {theirs!r:.200}')

    def _file(self, name: str, path: Path, rows: dict[str, int]) -> None:
        label = json.loads(path.read_text('utf-8-sig'))
        path_3d = path.with_name(f'{path.stem.split(" ")[0]}-3d.json')
        points_3d = _points_3d(path_3d) if path_3d.is_file() else None
        if points_3d is not None and len(points_3d) != len(label['frames']):
            points_3d = None
        for number, letter in enumerate('ABCDE', 1):
            entries = [frame[f'view{number}'] for frame in label['frames']
                       if f'view{number}' in frame]
            if letter not in rows:
                self.counts['views that are not in the index'] += bool(entries)
            else:
                self._view(rows[letter], entries, label, points_3d, f'{name}, view {letter}')

    def _view(self, row: int, entries: list, label: dict, points_3d: np.ndarray | None,
              where: str) -> None:
        index, column = self._index, self._column
        numbers = [int(entry['img_key'][-11:-4]) for entry in entries]
        there = index.frame_numbers(row).tolist()
        order = [t for t in sorted(range(len(numbers)), key=numbers.__getitem__)
                 if numbers[t] in there]
        self.counts['labelled frames whose image is missing'] += len(numbers) - len(order)
        self._same('frame numbers', there, [numbers[t] for t in order], where)

        points = [[entries[t]['pts'].get(name) for name in KEYPOINTS] for t in order]
        xy = np.array([[(p['x'], p['y']) if p else (0, 0) for p in frame] for frame in points])
        if xy.dtype.kind == 'f':
            xy = np.rint(xy)
        size = column['image_width'][row], column['image_height'][row]
        visible = ((xy >= 0) & (xy < size)).all(-1) & np.array([
            [p is not None for p in frame] for frame in points])
        self._same('coordinates', index.keypoints(row), xy, where)
        self._same('visibilities', index.visible(row), visible, where)

        day, slot, _, clip, _ = entries[0]['img_key'].split('/')
        self._same('days', column['day'][row], day, where)
        self._same('slots', column['slot'][row], slot, where)
        self._same('performers', column['performer'][row],
                   int(clip.rstrip('-').rpartition('Z')[2].partition('_')[0]), where)
        self._same('types', column['type'][row], int(label['type']), where)
        if shown_type(day, clip.rstrip('-').partition('_')[0]) == int(label['type']):
            self._meaning(row, label.get('type_info'), where)
        else:
            self.counts['views that are known to show another type'] += 1

        if points_3d is None:
            self._same('views without 3D', bool(self._has_3d[row]), False, where)
        else:
            # stored in whole millimetres
            self._same('3D coordinates', np.rint(index.keypoints_3d(row) * 10),
                       np.rint(points_3d[order] * 10), where)


    def _meaning(self, row: int, info: dict | None, where: str) -> None:
        exercise = MOVEMENTS[self._column['exercise'][row]]
        if info:
            self._same('exercises', _spelt(exercise.name_ko), _spelt(info['exercise']), where)
        stated: dict[str, set[bool]] = {}
        for condition in info['conditions'] if info else ():
            stated.setdefault(_spelt(condition['condition']), set()).add(condition['value'])
        stated.pop(_spelt(MISLABELLED_CONDITIONS.get(self._column['type'][row], '')), None)
        said = [stated.get(_spelt(name), set()) for name in exercise.conditions]
        self._same('conditions', self._index.gt_conditions(row),
                   np.array([int(min(values)) if len(values) == 1 else -1 for values in said]),
                   where)


def _points_3d(path: Path) -> np.ndarray | None:
    """(T, K, 3) in cm."""
    try:
        frames = json.loads(path.read_text('utf-8-sig'))['frames']
    except ValueError:
        return None
    nowhere = dict.fromkeys('xyz', np.nan)
    return np.array([[[frame['pts'].get(name, nowhere)[axis] for axis in 'xyz']
                      for name in KEYPOINTS] for frame in frames], float)


def _spelt(name: str) -> str:
    """What all spellings of a name have in common: no blank, no particle."""
    return ''.join(unicodedata.normalize('NFC', name).split()).replace('의', '')


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--root', required=True, help='data root with an index')
    args = parser.parse_args()
    check = Check(FitnessIndex.read(args.root))
    check.run()
    for what, count in check.counts.items():
        print(f'{count:>12,}  {what}')
    print(f'{len(check.differences):>12,}  differences')
    for difference in check.differences[:_SHOWN]:
        print(f'  {difference}')
    sys.exit(bool(check.differences))


if __name__ == '__main__':
    with plain_errors():
        main()
