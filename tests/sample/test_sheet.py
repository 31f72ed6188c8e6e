"""Contact sheets of exercises: a row for the exercise done well and for each way to break it."""

import cv2
from conftest import run_tool

from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.sheet import draw_sheet


def test_a_sheet_has_a_row_for_every_way(tmp_path, monkeypatch):
    monkeypatch.setattr('fitness_mm.sample.sheet._SIZE', (160, 90))
    heights = {}
    for name in ('plank', 'good morning', 'kettlebell swing'):
        path = draw_sheet(name, tmp_path / 'sheet.png')
        rows = 1 + sum(len(ways) for ways in DRAWN[name].faults.values())
        heights[rows] = cv2.imread(str(path)).shape[0]
    (few, low), *others = sorted(heights.items())
    assert few == 1 and len(others) == 2
    for many, high in others:
        assert high - low == (many - few) * round(1.8 * 110)


def test_the_tool_refuses_what_there_is_not(tmp_path):
    done = run_tool('data/draw_exercises.py', 'jumping', '--out', tmp_path / 'out', check=False)
    assert done.returncode == 1 and "no movement for 'jumping'; it has: standing side crunch" in (
        done.stdout)
    assert not (tmp_path / 'out').exists()
