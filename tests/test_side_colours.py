import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from fitness_mm.apis.report.picture import draw_person
from fitness_mm.drawing import draw_skeleton
from fitness_mm.keypoints.colours import rgb
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINTS, NUM_KEYPOINTS
from fitness_mm.pose.metainfo import fitness_metainfo


@pytest.mark.parametrize('side, colour', [('Left', '#56b4e9'), ('Right', '#e69f00')])
def test_a_side_has_one_colour_in_pictures_and_figures(side, colour):
    own = np.array([name.startswith(side) for name in KEYPOINTS])
    points = np.stack([np.arange(NUM_KEYPOINTS) * 4.0 + 10, np.full(NUM_KEYPOINTS, 20.0)], -1)
    assert not own[list(FLIP_INDICES)][own].any()

    image = np.zeros((40, 120, 3), np.uint8)
    draw_person(image, points, own.astype(float))
    values, count = np.unique(image.reshape(-1, 3), axis=0, return_counts=True)
    drawn = [to_hex(value / 255) for value in values[np.argsort(-count)]]
    assert next(c for c in drawn if c not in ('#000000', '#141414')) == colour

    described = fitness_metainfo()  # what MMPose's visualizer draws
    assert {tuple(k['color']) for k, its in zip(described['keypoint_info'].values(), own,
                                                strict=True) if its} == {rgb(colour)}

    axes = Figure().add_subplot()
    draw_skeleton(axes, points, own)
    _, limbs, joints = axes.collections
    assert {to_hex(c) for c in limbs.get_colors()} == {colour}
    assert {to_hex(c) for c in joints.get_facecolors()} == {colour}
