import copy

import numpy as np
import pytest
import torch
from conftest import REPO
from mmaction.registry import TRANSFORMS
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

from fitness_mm.action import (
    CropToUnionBox,
    FormatKeypoints,
    LoadLabelledFrames,
    SampleLabelledFrames,
)
from fitness_mm.engine.load import read_config
from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.pixels import PixelMap
from fitness_mm.keypoints.skeleton import FLIP_INDICES, LEFT_KEYPOINTS, RIGHT_KEYPOINTS

FLIP = dict(type='Flip', flip_ratio=1.0, left_kp=LEFT_KEYPOINTS, right_kp=RIGHT_KEYPOINTS)


def build(*cfgs):
    init_default_scope('mmaction')
    return Compose([TRANSFORMS.build(cfg) for cfg in cfgs])


@pytest.mark.parametrize('available, num_frames, mode, expected', [
    (16, 8, 'consecutive', [0, 1, 2, 3, 4, 5, 6, 7]),
    (5, 8, 'consecutive', [0, 1, 2, 3, 4, 4, 4, 4]),
    (16, 8, 'uniform', [1, 3, 5, 7, 9, 11, 13, 15]),
    (13, 4, 'uniform', [1, 4, 8, 11]),  # middles of segments of 3.25 frames
    (2, 4, 'uniform', [0, 0, 1, 1]),
])
def test_positions_without_chance(available, num_frames, mode, expected):
    sample = SampleLabelledFrames(num_frames, mode, random=False)
    assert sample.positions(available).tolist() == [expected]


@pytest.mark.parametrize('available, num_frames, mode, expected', [
    (16, 8, 'consecutive', [[*range(8)], [*range(4, 12)], [*range(8, 16)]]),
    (6, 2, 'uniform', [[0, 3], [1, 4], [2, 5]]),
    (5, 8, 'consecutive', [[0, 1, 2, 3, 4, 4, 4, 4]] * 3),
])
def test_several_clips_are_spread_evenly(available, num_frames, mode, expected):
    sample = SampleLabelledFrames(num_frames, mode, random=False, num_clips=3)
    assert sample.positions(available).tolist() == expected
    drawn = SampleLabelledFrames(num_frames, mode, num_clips=3).positions(available)
    assert drawn.shape == (3, num_frames) and (np.diff(drawn) >= 0).all()


def test_random_consecutive_positions_reach_every_start_and_no_other():
    np.random.seed(0)
    sample = SampleLabelledFrames(8, random=True)
    drawn = np.concatenate([sample.positions(16) for _ in range(200)])
    assert (np.diff(drawn) == 1).all()
    assert set(drawn[:, 0]) == set(range(9))


def test_random_uniform_positions_stay_in_their_segments():
    np.random.seed(0)
    sample = SampleLabelledFrames(8, 'uniform', random=True)
    drawn = np.concatenate([sample.positions(16) for _ in range(100)])
    assert (drawn // 2 == np.arange(8)).all()
    assert set(drawn[:, 3]) == {6, 7}


@pytest.mark.parametrize('kwargs, message', [
    (dict(mode='dense'), "'consecutive' or 'uniform'.*'dense'"), (dict(num_frames=0), 'positive'),
    (dict(num_clips=0), 'positive')])
def test_sampling_refuses_what_it_does_not_know(kwargs, message):
    with pytest.raises(ValueError, match=message):
        SampleLabelledFrames(**kwargs)


def labels(t=16, k=24, size=(90, 160)):
    rng = np.random.default_rng(0)
    keypoint = rng.uniform([30, 20], [120, 70], (1, t, k, 2)).astype(np.float32)
    return dict(frame_numbers=np.arange(1, 2 * t, 2), keypoint=keypoint,
                keypoint_score=np.ones((1, t, k), np.float32), img_shape=size, modality='RGB',
                num_clips=1, read_frames=marked_frames)


def test_sampling_takes_frames_and_keypoints_together():
    given = labels()
    results = SampleLabelledFrames(4, 'uniform', random=False)(copy.deepcopy(given))
    assert results['frame_numbers'].tolist() == [5, 13, 21, 29]
    np.testing.assert_array_equal(results['keypoint'], given['keypoint'][:, [2, 6, 10, 14]])


def test_the_crop_is_the_margin_around_the_person():
    results = dict(person_box=Box(50, 30, 71, 47), img_shape=(90, 160))
    assert CropToUnionBox(margin=0.0)(results)['crop_box'] == (50, 30, 71, 47)
    assert CropToUnionBox(margin=0.5)(results)['crop_box'] == (39, 19, 82, 58)
    assert CropToUnionBox(margin=10)(results)['crop_box'] == (0, 0, 160, 90)
    assert CropToUnionBox(margin=0.25)(results)['crop_box'] == CropToUnionBox(0.25).crop(results)


def marked_frames(frame_numbers, box):
    """Frames with a round spot at ``MARKS``, cropped."""
    rows, columns = np.indices((90, 160))
    frames = []
    for number in frame_numbers:
        x, y = MARKS[number]
        spot = 250 * np.exp(-((columns - x)**2 + (rows - y)**2) / 18)
        frames.append(np.repeat(spot[box.slices][..., None].astype(np.uint8), 3, axis=2))
    return frames, PixelMap().cropped(box)


def centre(light):
    rows, columns = np.indices(light.shape)
    return np.array([(light * columns).sum(), (light * rows).sum()]) / light.sum(dtype=float)


MARKS = {n: (40 + 3 * n, 25 + n) for n in range(1, 16, 2)}


@pytest.mark.parametrize('after', [
    [],
    [dict(type='Resize', scale=(301, 173), keep_ratio=False)],
    [dict(type='Resize', scale=(80, 64), keep_ratio=False), FLIP],
    [dict(type='RandomResizedCrop', area_range=(0.9, 1.0)),
     dict(type='Resize', scale=(240, 160), keep_ratio=False), FLIP],
])  # yapf: disable
def test_keypoints_stay_on_the_pixels_they_label(after):
    np.random.seed(1)
    results = labels(t=8)
    results['keypoint'][0, :, 0] = [MARKS[n] for n in results['frame_numbers']]
    results['crop_box'] = Box(13, 7, 131, 83)
    results = build(dict(type='LoadLabelledFrames'), *after, dict(type='FormatKeypoints'))(results)
    flipped = any(cfg['type'] == 'Flip' for cfg in after)
    joint = FLIP_INDICES[0] if flipped else 0
    points = results['keypoints'][:, joint, :2]
    for frame, point in zip(results['imgs'], points, strict=True):
        np.testing.assert_allclose(centre(frame[..., 0]), point, atol=0.05)


def test_flipping_frames_and_keypoints_twice_is_the_identity():
    given = labels(t=8)
    given['crop_box'] = Box(0, 0, 160, 90)
    given['keypoint'][0, 0, 3] = 0  # the host's Flip must not take a label at 0 for a missing one
    loaded = LoadLabelledFrames()(given)
    once = build(FLIP)(copy.deepcopy(loaded))
    twice = build(FLIP)(copy.deepcopy(once))
    np.testing.assert_array_equal(twice['imgs'], loaded['imgs'])
    np.testing.assert_allclose(twice['keypoint'], loaded['keypoint'], rtol=0, atol=1e-4)
    # once: mirrored, and the performer's sides exchanged
    left, right = LEFT_KEYPOINTS[0], RIGHT_KEYPOINTS[0]
    np.testing.assert_allclose(once['keypoint'][..., left, 0],
                               160 - loaded['keypoint'][..., right, 0], atol=1e-4)
    np.testing.assert_array_equal(once['keypoint'][..., left, 1],
                                  loaded['keypoint'][..., right, 1])


def test_format_keypoints_joins_positions_and_scores():
    results = labels(t=2, k=3)
    results['keypoint_score'][0, 1, 2] = 0
    keypoints = FormatKeypoints()(results)['keypoints']
    assert keypoints.shape == (2, 3, 3) and keypoints.dtype == torch.float32
    np.testing.assert_array_equal(keypoints[..., :2], results['keypoint'][0] - np.float32(0.5))
    assert keypoints[1, 2, 2] == 0 and keypoints[..., 2].sum() == 5


@pytest.mark.parametrize('available, mode, expected', [
    (4, 'consecutive', [True, True, True, True, False, False]),
    (4, 'uniform', [True, True, False, True, True, False]),  # positions 0 1 1 2 3 3
    (6, 'consecutive', [True] * 6),
])
def test_frame_mask_is_false_for_repeats_within_a_clip(available, mode, expected):
    results = dict(
        frame_numbers=np.arange(available), keypoint=np.zeros((1, available, 24, 2)),
        keypoint_score=np.ones((1, available, 24)))
    sample = SampleLabelledFrames(6, mode, random=False)
    sample.positions = lambda n: np.concatenate([SampleLabelledFrames.positions(sample, n)] * 2)
    assert sample(results)['frame_mask'].tolist() == expected * 2


def test_mmactions_inferencers_hear_who_finds_the_person():
    """Both of the host's doors end in our first step, which has a video file and no person."""
    cfg = read_config(REPO / 'configs/demo/demo_tsm_r18_heatmap.py')
    for steps in (cfg.test_pipeline, cfg.test_dataloader.dataset.pipeline):
        with pytest.raises(FitnessError, match='FitnessInferencer'):
            build(*steps)(dict(filename='squat.mp4', label=-1, start_index=0, modality='RGB'))
