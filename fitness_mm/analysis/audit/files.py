"""What an audit leaves on disk."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import orjson

from fitness_mm.files import replacing

from .checks.suspicious import CHECKS, exclusions
from .figures import draw_overview, draw_suspicious
from .page import write_page
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
    images = [('What there is', overview)]
    if suspicious:
        images.append(('Suspicious labels', suspicious))
    page = write_page(state, images, out / 'audit.html')
    with replacing(out / 'audit.txt') as temporary:
        temporary.write_text(as_text(state), 'utf-8')
    ranking = out / 'suspicious.csv'
    _write_ranking(state, ranking)
    return AuditFiles(page, out / 'audit.txt', overview, suspicious, ranking)


def _write_ranking(state: DataState, path: Path) -> None:
    found = state.suspicions
    with replacing(path) as temporary, temporary.open('w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['clip_view', 'frame', *CHECKS])
        for frame in found.ranked():
            writer.writerow([state.index.clip_view_id(int(found.row[frame])),
                             found.frame_number[frame],
                             *(f'{score:.3f}' for score in found.scores[frame])])


def write_exclusions(state: DataState, path: str | Path) -> int:
    """Writes the suspicious frames as a list that training can leave out.

    Returns:
        Number of frames in it.
    """
    excluded = exclusions(state.index, state.suspicions)
    with replacing(path) as temporary:
        temporary.write_bytes(orjson.dumps(excluded) + b'\n')
    return sum(map(len, excluded.values()))
