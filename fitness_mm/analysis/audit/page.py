"""The state of a data set as one HTML file that needs nothing beside it."""

from __future__ import annotations

from pathlib import Path

from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.analysis.pages import embedded, write_page
from fitness_mm.keypoints.skeleton import KEYPOINTS
from fitness_mm.tables import percent

from .checks.suspicious import CHECKS
from .counts import condition_names
from .folders import folders_by_day
from .state import DataState


def write_audit_page(state: DataState, overview: Path, suspicious: Path | None,
                     path: str | Path) -> Path:
    """Writes the page.

    Args:
        state: What was found.
        overview: Picture of what there is.
        suspicious: Picture of suspicious frames, if there are any.
        path: The file.
    """
    return write_page(
        path, 'audit/page.html.j2', state=state, checks=list(CHECKS), views=list(VIEWS),
        percent=percent, condition_names=condition_names,
        visible=list(zip(KEYPOINTS, state.visible, strict=True)), by_day=folders_by_day,
        overview=embedded(overview), suspicious=suspicious and embedded(suspicious))
