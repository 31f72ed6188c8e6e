"""The benchmark: what it compares does the same work, and one command fills the whole table."""

import re

import numpy as np
import pytest
from conftest import run_tool
from parts.common import Row, best_ratio, in_new_process, median_ratio, peak_mb
from parts.label_tree import link_images, plan_tree, write_labels
from parts.labels import read_plainly
from parts.wide_index import write_index

from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.labels import parse_label
from fitness_mm.aihub.prepare import build_index
from fitness_mm.apis.networks.blazepose.files import available


def test_a_row_is_a_line():
    assert Row('a', 'reading', 1234.56, 'files/s', '2.0 x', '10 x').cells() == [
        'a', 'reading', '1,235 files/s', '2.0 x', '10 x']
    assert Row('b', 'x', 0.5, 's').cells() == ['b', 'x', '0.5 s', '', '']


def test_ratios_of_best_rounds_and_of_medians():
    ours, theirs = np.array([1.0, 2.0, 4.0]), np.array([6.0, 5.0, 4.0])
    assert best_ratio(ours, theirs) == 4.0
    assert median_ratio(ours, theirs) == pytest.approx(0.4)


def test_a_new_process_has_a_peak_of_its_own():
    held = np.ones(400_000_000 // 8)
    assert in_new_process(peak_mb) < peak_mb() - 200
    assert held.sum() == held.size


@pytest.mark.parametrize('indent', [None, 2])
def test_both_readers_read_the_same_of_a_generated_label(tmp_path, indent):
    path = write_labels(tmp_path, plan_tree(96)[:1], indent)[0]
    label, records = parse_label(path.read_bytes(), path.name), read_plainly(path)
    plain = np.array([record['keypoints'] for record in records])
    expected = label.keypoints.swapaxes(0, 1).reshape(plain.shape)  # view after view in a frame
    assert np.array_equal(plain, expected)
    assert records[5]['image'] == label.image_keys[0][1]
    assert 60_000 < path.stat().st_size < 300_000


def test_a_generated_tree_is_indexed_with_its_defects(tmp_path):
    plans = plan_tree(96)
    write_labels(tmp_path, plans)
    assert link_images(tmp_path, plans) == 5 * sum(plan.num_images for plan in plans)
    result = build_index(tmp_path)
    assert len(result.index) > 4.5 * len(plans)
    assert result.summary['rejected_files'] and result.summary['rewrites']
    assert not set(result.summary['rejected_files']) - {'empty_frames', 'type_conflict'}


def test_a_synthetic_index_opens_like_any(tmp_path):
    write_index(tmp_path, 5000)
    index = FitnessIndex.read(tmp_path)
    assert len(index) == 5000 and len(np.unique(index.codes('clip'))) == 1000
    assert index.keypoints(4999).shape == (16, 24, 2) and index.visible(0).all()
    assert set(index.split) == {'training'}


ROWS = {'a': 15, 'b': 4, 'c': 12, 'd': 16, 'e': 6, 'f': 7, 'g': 9}


def test_one_command_fills_the_table(tmp_path):
    out = tmp_path / 'table.md'
    expected = {part: rows for part, rows in ROWS.items() if part != 'g' or available()}
    result = run_tool('benchmark/speed.py', '--quick', '--out', out, '--parts', ''.join(expected),
                      env=dict(TMPDIR=str(tmp_path)))
    table = out.read_text('utf-8')
    assert table.strip() in result.stdout
    lines = [line.strip('|').split('|') for line in table.splitlines() if line.startswith('|')]
    parts = [line[0].strip() for line in lines[2:]]
    assert {part: parts.count(part) for part in parts} == expected
    for line in lines[2:]:
        value = float(re.match(r' ([\d.,e+-]+) ', line[2])[1].replace(',', ''))
        assert np.isfinite(value) and value > 0, line
    assert not list(tmp_path.glob('fitness_benchmark_*'))


def test_one_sentence_for_an_unknown_part():
    result = run_tool('benchmark/speed.py', '--parts', 'az', check=False)
    assert result.returncode == 2
    assert "there is no part 'z'; expected some of a, b, c, d, e, f, g" in result.stdout
    assert 'Traceback' not in result.stdout
