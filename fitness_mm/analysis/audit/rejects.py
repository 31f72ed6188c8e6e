"""What prepare.py left out, from its report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from fitness_mm.aihub.prepare.reasons import NOTES, REASONS
from fitness_mm.errors import FitnessError

REPORT_FILE = 'report.json'


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
    again = f'make it with: python tools/data/prepare.py --root {root}'
    try:
        report = orjson.loads(path.read_bytes())
        rejects = [
            Reject(what, reason, words.get(reason, ''), int(count),
                   tuple(map(str, report['examples'].get(reason, ()))))
            for what, table, words in (('files', 'rejected_files', REASONS),
                                       ('clip-views', 'rejected_views', REASONS),
                                       ('kept', 'notes', NOTES))
            for reason, count in sorted(report[table].items(), key=lambda item: -int(item[1]))
            if count]
        return rejects, [str(day) for day in report['days_without_labels']]
    except FileNotFoundError:
        raise FitnessError(f'there is no {path}; {again}') from None
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FitnessError(f'{path} is damaged or not a report of prepare.py ({error!r}); '
                           f'{again}') from error
