"""The state of a data set as one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.files import write_text
from fitness_mm.keypoints.skeleton import KEYPOINTS
from fitness_mm.printable import printable_text
from fitness_mm.tables import percent

from .checks.suspicious import CHECKS
from .counts import condition_names
from .folders import folders_by_day
from .state import DataState


def write_page(state: DataState, overview: Path, suspicious: Path | None,
               path: str | Path) -> Path:
    """Writes the page.

    Args:
        state: What was found.
        overview: Picture of what there is.
        suspicious: Picture of suspicious frames, if there are any.
        path: The file.
    """
    templates = Environment(
        loader=PackageLoader('fitness_mm.analysis.audit', ''), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=printable_text)
    return write_text(path, templates.get_template('page.html.j2').render(
        state=state, checks=list(CHECKS),
        views=list(VIEWS), percent=percent, condition_names=condition_names,
        visible=list(zip(KEYPOINTS, state.visible, strict=True)), by_day=folders_by_day,
        overview=_embedded(overview), suspicious=suspicious and _embedded(suspicious)))


def _embedded(picture: Path) -> str:
    return 'data:image/png;base64,' + base64.b64encode(picture.read_bytes()).decode('ascii')
