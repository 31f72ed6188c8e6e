"""What a build found: numbers for ``report.json``, sentences for ``report.txt``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from unicodedata import east_asian_width

import numpy as np

from fitness_mm.aihub.catalog import MOVEMENTS
from fitness_mm.aihub.disk.layout import SPLITS
from fitness_mm.aihub.image_checks.results import LIST_FILE
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.labels import LabelError
from fitness_mm.printable import printable

from .reasons import NOTES, REASONS

_EXAMPLES = 20
_AROUND_DAYS = re.compile(r'(/Day\d\d[^/]*)*/[^/]*$')
_COUNTERS = ('rejected_files', 'rejected_views', 'rejected_3d', 'rewrites', 'notes')


@dataclass
class Report:
    """Counts of one day, or of all.

    Attributes:
        labels_2d: 2D label files seen.
        labels_3d: 3D label files seen.
        other_files: Other files seen in the label folders.
        image_folders: Clip image folders seen.
        rejected_files: Reason -> files.
        rejected_views: Reason -> clip-views of files that could be read.
        rejected_3d: Reason -> 3D label files.
        rewrites: Path rewrite -> clip-views that needed it.
        notes: What was counted and kept.
        examples: Reason -> the first few sentences.
        days_without_labels: Days with images or 3D labels and no 2D label.
    """

    labels_2d: int = 0
    labels_3d: int = 0
    other_files: int = 0
    image_folders: int = 0
    rejected_files: Counter[str] = field(default_factory=Counter)
    rejected_views: Counter[str] = field(default_factory=Counter)
    rejected_3d: Counter[str] = field(default_factory=Counter)
    rewrites: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    days_without_labels: list[str] = field(default_factory=list)

    @classmethod
    def from_dict(cls, values: dict) -> Report:
        """The inverse of ``vars``, from JSON."""
        return cls(**values | {name: Counter(values[name]) for name in _COUNTERS})

    @property
    def rejected(self) -> set[str]:
        """Every reason for which something was left out."""
        return {*self.rejected_files, *self.rejected_views, *self.rejected_3d}

    def note(self, problems: Iterable[LabelError], in_3d: bool = False) -> None:
        """Count and show what was left out, or kept and noticed.

        Args:
            problems: What it was.
            in_3d: Whether they are about 3D labels.
        """
        for problem in problems:
            counter = (self.rejected_3d if in_3d else self.notes if problem.reason in NOTES else
                       self.rejected_views if problem.view else self.rejected_files)
            counter[problem.reason] += 1
            self._show(problem.reason, [str(problem)])

    def __add__(self, other: Report) -> Report:
        """Both in one."""
        total = Report(**{name: value + getattr(other, name) for name, value in vars(self).items()
                          if name != 'examples'})
        for report in (self, other):
            for reason, sentences in report.examples.items():
                total._show(reason, sentences)
        return total

    def _show(self, reason: str, sentences: list[str]) -> None:
        shown = self.examples.setdefault(reason, [])
        shown += sentences[:_EXAMPLES - len(shown)]


def summarise(report: Report, index: FitnessIndex, labels_only: bool,
              images_checked: dict[str, int], files: Iterable[str] = ()) -> dict:
    """Everything ``report.json`` says; independent of how the build was run.

    Args:
        report: Of all days.
        index: What was indexed.
        labels_only: Whether no image was looked for.
        images_checked: From :func:`~fitness_mm.aihub.image_checks.results.amounts_checked`.
        files: All 2D label files.
    """
    summary = vars(report) | {name: dict(sorted(getattr(report, name).items()))
                              for name in (*_COUNTERS, 'examples')}
    summary |= _amounts(index)
    summary['labels_only'] = labels_only
    summary['images_checked'] = images_checked
    # no two clip-views share a folder
    summary['unused_image_folders'] = 0 if labels_only else report.image_folders - len(index)
    summary['unused_groups'] = _unused_groups(files, index)
    summary['clips_with_3d'] = len(np.unique(index.codes('clip')[index.has_3d]))
    summary['clip_files'] = int(np.count_nonzero(index.column('clip_file') != ''))
    split = index.split
    summary['splits'] = {s: _amounts(index.select(split == s)) for s in SPLITS}
    exercise = index.exercise
    summary['exercises'] = [
        {'exercise': e.name, 'exercise_ko': e.name_ko} | _amounts(index.select(exercise == e.index))
        for e in MOVEMENTS if (exercise == e.index).any()]
    return summary


def _unused_groups(files: Iterable[str], index: FitnessIndex) -> dict[str, int]:
    """Folders or ZIPs around days of labels to the number of their label files, where neither one
    of these nor one of the same name elsewhere is indexed."""
    used = {file.rpartition('/')[2] for file in index.column('label_file').tolist()}
    total, unused = Counter(), Counter()
    for file in files:
        group = _AROUND_DAYS.sub('', file)
        total[group] += 1
        unused[group] += file.rpartition('/')[2] not in used
    return {group: count for group, count in sorted(unused.items()) if count == total[group]}


def _amounts(index: FitnessIndex) -> dict[str, int]:
    return {'clips': len(np.unique(index.codes('clip'))), 'clip_views': len(index),
            'frames': int(index.num_frames.sum()), 'performers': len(np.unique(index.performer))}


def as_text(summary: dict) -> str:
    """``report.txt``: the summary for people."""
    lines = [
        f"Files      {summary['labels_2d']:>9} 2D labels, {summary['labels_3d']} 3D labels, "
        f"{summary['other_files']} others",
        'Images     not looked for' if summary['labels_only'] else
        f"Images     {summary['image_folders']:>9} clip folders, "
        f"{summary['unused_image_folders']} of them used by no indexed clip-view",
        *_images_checked(summary['images_checked']),
        f"Indexed    {summary['clips']:>9} clips, {summary['clip_views']} clip-views, "
        f"{summary['frames']} labelled frames, {summary['performers']} performers",
    ]
    lines += [f"  {split:<10} {amounts['clips']:>8} clips, {amounts['clip_views']} clip-views"
              for split, amounts in summary['splits'].items()]
    if summary['labels_3d']:
        lines.append(f"In 3D      {summary['clips_with_3d']:>9} of {summary['clips']} clips")
    if summary['clip_files']:
        lines.append(f"Clip files {summary['clip_files']:>9} of {summary['clip_views']} clip-views")
    lines += ['', f"{pad('Exercise', 58)}{'clips':>8}{'views':>9}{'frames':>10}{'people':>8}"]
    lines += [pad(f"{row['exercise']} ({row['exercise_ko']})", 58)
              + f"{row['clips']:>8}{row['clip_views']:>9}{row['frames']:>10}"
              f"{row['performers']:>8}" for row in summary['exercises']]
    for title, counts, words in (
            ('Rejected files', summary['rejected_files'], REASONS),
            ('Rejected clip-views of files that could be read', summary['rejected_views'], REASONS),
            ('Rejected 3D labels, whose clips are kept', summary['rejected_3d'], REASONS),
            ('Kept, but noticed', summary['notes'], NOTES),
            ('Clip-views found under another path than the label says', summary['rewrites'], {})):
        if any(counts.values()):
            lines += ['', title]
            lines += [f'{count:>9}  {name}' + (f': {words[name]}' if name in words else '')
                      for name, count in counts.items() if count]
    if summary['days_without_labels']:
        lines += ['', 'Days with images or 3D labels but no 2D label: nothing to index']
        lines += [f'           {day}' for day in summary['days_without_labels']]
    if summary['unused_groups']:
        lines += ['', 'Label groups that are not in the index']
        lines += [printable(f'  {group}: none of its {count} label files could be used; if its '
                            'images lie elsewhere, name the place with --images')
                  for group, count in summary['unused_groups'].items()]
    if summary['examples']:
        lines += ['', 'Examples (more of them in report.json)']
        lines += [f'  {sentences[0]}' for sentences in summary['examples'].values()]
    return '\n'.join(lines) + '\n'


def _images_checked(amounts: dict[str, int]) -> list[str]:
    if not amounts['images']:
        return []
    return [f"{amounts['images']:>20} images checked, {amounts['whole']} of them whole, "
            f"{amounts['broken']} broken" + (f' (see {LIST_FILE})' if amounts['broken'] else '')]


def pad(text: str, width: int) -> str:
    """Pad to a width in terminal columns, of which a Korean letter takes two."""
    columns = sum(2 if east_asian_width(letter) in 'WF' else 1 for letter in text)
    return text + ' ' * (width - columns)
