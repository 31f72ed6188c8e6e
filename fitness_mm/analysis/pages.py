"""Pages of one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from fitness_mm.files import write_text
from fitness_mm.printable import printable_text


def write_page(path: str | Path, template: str, **values: object) -> Path:
    """Writes a page.

    Args:
        path: The file.
        template: Path below this folder. ``parts.html.j2`` beside it has tables and the style.
        **values: What it shows. Text is escaped and made printable.
    """
    templates = Environment(
        loader=PackageLoader('fitness_mm.analysis', ''), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=printable_text)
    return write_text(path, templates.get_template(template).render(values))


def embedded(picture: Path) -> str:
    """A PNG file as an address that holds it."""
    return 'data:image/png;base64,' + base64.b64encode(picture.read_bytes()).decode('ascii')
