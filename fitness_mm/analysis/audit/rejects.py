"""What prepare.py left out, from its report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fitness_mm.aihub.prepare.reasons import NOTES, REASONS
from fitness_mm.json_files import read_json

REPORT_FILE = 'report.json'
_FORM = {'rejected_files': {str: int}, 'rejected_views': {str: int}, 'notes': {str: int},
         'examples': {str: [str]}, 'days_without_labels': [str]}


@dataclass(frozen=True)
class Reject:
    """Files or clip-views left out, or kept and noticed, for one reason.

    Attributes:
        what: ``files``, ``clip-views`` or ``kept``.
        reason: The reason's name.
        meaning: The reason in words.
        count: How many.
        examples: Some sentences about single ones.
    """

    what: str
    reason: str
    meaning: str
    count: int
    examples: tuple[str, ...]


def read_rejects(root: str | Path) -> tuple[list[Reject], list[str]]:
    """Rejects by reason, the most frequent first, and the days without a usable label.

    Raises:
        FitnessError: If the report is missing or something else.
    """
    path = Path(root) / REPORT_FILE
    report = read_json(path, _FORM, 'report of prepare.py',
                       f'make it with: python tools/data/prepare.py --root {root}')
    rejects = [
        Reject(what, reason, words.get(reason, ''), count,
               tuple(report['examples'].get(reason, ())))
        for what, table, words in (('files', 'rejected_files', REASONS),
                                   ('clip-views', 'rejected_views', REASONS),
                                   ('kept', 'notes', NOTES))
        for reason, count in sorted(report[table].items(), key=lambda item: -item[1])
        if count]
    return rejects, report['days_without_labels']
