"""Timelines of videos that are longer than a timeline has pixels."""

import numpy as np
import pytest
from PIL import Image

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.apis.report.language import Writing
from fitness_mm.apis.report.model import tell
from fitness_mm.apis.report.page import write_page
from fitness_mm.apis.report.panel import Panel
from fitness_mm.apis.result import Counted, Inference
from fitness_mm.apis.video.canvas import Canvas, Colours

WRITING = Writing.of('en')


@pytest.fixture
def long_report():
    """Half an hour with a repetition every two seconds."""
    times = np.arange(0, 1800, 0.5)
    reps = [Counted(i + 1, 2.0 * i, 2.0 * i + 0.5, 2.0 * i + 1) for i in range(899)]
    result = Inference('long', (320, 180), 2.0, times, exercise=exercise_by_name('barbell squat'),
                     probability=0.9, repetitions=reps)
    return tell(result, ('en', ))


def test_the_page_has_room_for_every_repetition(long_report, tmp_path):
    write_page(tmp_path / 'report.png', long_report, {}, WRITING)
    with Image.open(tmp_path / 'report.png') as page:
        assert page.width == 1240


@pytest.mark.parametrize('height', [120, 480])
def test_the_panel_has_room_for_every_repetition(long_report, height):
    panel = Panel(long_report, height, WRITING)
    canvas = Canvas((panel.width, height), Colours())
    at = []
    for time in (0.0, 1799.0):
        panel.draw(canvas, 0, time)
        middle = canvas.rgb()[sum(panel.line) // 2 // 2 * 2]
        at.append(int(middle.min(-1).argmax()))
    # the line of time goes from one margin to the other
    assert at == pytest.approx([panel.margin, panel.width - panel.margin], abs=2)
