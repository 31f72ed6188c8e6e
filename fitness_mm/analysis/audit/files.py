"""What an audit leaves on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from fitness_mm.files import write_text
from fitness_mm.tables import csv_table

from .checks.suspicious import CHECKS, exclusions
from .figures import draw_overview, draw_suspicious
from .page import write_audit_page
from .state import DataState
from .text import as_text


@dataclass(frozen=True)
class AuditFiles:
    """Where the files are.

    Attributes:
        page: Everything, as one HTML file.
        text: The text of the terminal.
        overview: Picture of what there is.
        suspicious: Picture of suspicious frames, None if there are none.
        ranking: CSV of all suspicious frames, the worst first.
    """

    page: Path
    text: Path
    overview: Path
    suspicious: Path | None
    ranking: Path


def write_audit(state: DataState, out: str | Path, examples: int = 6) -> AuditFiles:
    """Writes page, text, pictures and ranking into a folder; each appears whole or not at all.

    Args:
        state: What was found.
        out: The folder.
        examples: Most frames drawn for each check.
    """
    out = Path(out)
    overview = draw_overview(state, out / 'overview.png')
    suspicious = draw_suspicious(state, examples, out / 'suspicious.png')
    page = write_audit_page(state, overview, suspicious, out / 'audit.html')
    text = write_text(out / 'audit.txt', as_text(state))
    return AuditFiles(page, text, overview, suspicious,
                      write_text(out / 'suspicious.csv', _ranking(state)))


def _ranking(state: DataState) -> str:
    found = state.suspicions
    return csv_table(['clip_view', 'frame', *CHECKS], (
        [state.index.clip_view_id(int(found.row[frame])), found.frame_number[frame],
         *(f'{score:.3f}' for score in found.scores[frame])] for frame in found.ranked()))


def write_exclusions(state: DataState, path: str | Path) -> int:
    """Writes the suspicious frames as a list that training can leave out.

    Returns:
        Number of frames in it.
    """
    excluded = exclusions(state.index, state.suspicions)
    write_text(path, orjson.dumps(excluded).decode() + '\n')
    return sum(map(len, excluded.values()))
