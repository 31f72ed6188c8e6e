"""The report as one HTML file that needs nothing else: pictures are inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import cv2
import jinja2
import numpy as np

from fitness_mm.files import replacing
from fitness_mm.keypoints.colours import LEFT, RIGHT
from fitness_mm.posture.calibration import KEPT
from fitness_mm.printable import printable_text

from .model import COLOURS, SYMBOLS, KeyMoment, Report
from .timeline import clock_time

_TIMELINE_PX, _PHONE_PX = 840, 340
_CURVE_PX = 320, 96
_DIGIT_PX = 7 * _TIMELINE_PX / _PHONE_PX  # numbers that fit on a phone fit everywhere


def write_html(path: Path, report: Report, frames: Mapping[KeyMoment, np.ndarray]) -> None:
    """Writes the report, whole or not at all.

    Args:
        path: The file.
        report: What to say, in one language or two.
        frames: The key frames, uint8 RGB (H, W, 3).
    """
    html = _template().render(
        report=report, word=report.word, pictures={m: _data_url(f) for m, f in frames.items()},
        symbols=SYMBOLS, colours=COLOURS, blue=LEFT, orange=RIGHT, clock_time=clock_time,
        share=lambda pixels: round(100 * pixels / _TIMELINE_PX, 3),
        bars=report.timeline.repetition_bars(_TIMELINE_PX, _DIGIT_PX),
        curve_size=_CURVE_PX, curve_bars=report.timeline.repetition_bars(_CURVE_PX[0], 7),
        points=_points, kept=COLOURS[KEPT],
        fault_bars=report.timeline.fault_bars(_TIMELINE_PX),
        ticks=report.timeline.ticks(_TIMELINE_PX))
    with replacing(path) as unfinished:
        unfinished.write_text(html, 'utf-8')


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined, finalize=printable_text)
    return environment.get_template('report.html.j2')


def _points(points: np.ndarray) -> str:
    return ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)


def _data_url(image: np.ndarray) -> str:
    data = cv2.imencode('.jpg', cv2.cvtColor(image, cv2.COLOR_RGB2BGR),
                        [cv2.IMWRITE_JPEG_QUALITY, 88])[1]
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}'
