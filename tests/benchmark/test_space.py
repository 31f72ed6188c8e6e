"""How far keypoints in space are from 3D labels, measured by a tool."""

import re

import numpy as np
import pytest
from conftest import run_tool
from space import distances

from fitness_mm.aihub.index import FitnessIndex


def test_generated_clips_are_where_their_3d_labels_say(sample_root):
    printed = run_tool('benchmark/space.py', '--root', sample_root).stdout

    index = FitnessIndex.read(sample_root)
    clips = len(np.unique(index.codes('clip')))
    assert f'{clips} clips, ' in printed
    compared, middle = re.search(
        r'(\d+) of them have 3D labels: the median keypoint of a clip is ([\d.]+) cm', printed
    ).groups()
    assert 0.8 * clips < int(compared) <= clips
    # the generator's cameras have a perspective, and its labels errors
    assert float(middle) < 3
    assert printed.endswith('; 0 fit better as mirror images\n')


def test_a_moved_turned_and_scaled_body_is_no_distance_away():
    labels = np.random.default_rng(0).normal(size=(200, 3))
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    turn *= np.sign(np.linalg.det(turn))
    found = 0.01 * labels @ turn + 7

    straight, mirrored = distances(found, labels)
    assert straight == pytest.approx(0, abs=1e-9) and mirrored > 0.5
    mirrored, straight = distances(found * [-1, 1, 1], labels)
    assert straight == pytest.approx(0, abs=1e-9) and mirrored > 0.5
