"""Whole batches against the same clip-views one by one, through the hosts' transforms and plain
numpy, on the same random numbers."""

import numpy as np
import pytest
import torch
from mmaction.datasets.transforms import (
    Flip,
    FormatGCNInput,
    FormatShape,
    GeneratePoseTarget,
    PreNormalize2D,
)
from mmaction.registry import DATASETS, MODELS
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import init_default_scope

from fitness_mm.action import SampleLabelledFrames
from fitness_mm.action.models import keypoint_augments, keypoint_preprocessor
from fitness_mm.action.models.keypoint_preprocessor import chosen_frames, frame_positions
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.measures import seen
from fitness_mm.keypoints.skeleton import LEFT_KEYPOINTS, RIGHT_KEYPOINTS

MARGIN = 0.22


@pytest.fixture(autouse=True)
def seeded():
    init_default_scope('mmaction')
    torch.manual_seed(0)


@pytest.fixture
def root(sample_root):
    return str(sample_root)


def build(**kwargs):
    return MODELS.build({**dict(type='KeypointDataPreprocessor', margin=MARGIN), **kwargs})


def singles(root):
    """Clip-views as dicts of MMAction2's transforms, in the crop."""
    dataset = DATASETS.build(dict(type='FitnessClipDataset', data_root=root, subset='all',
                                  pipeline=[dict(type='CropToUnionBox', margin=MARGIN)]))
    for i in range(len(dataset)):
        results = dataset[i]
        box = results['crop_box']
        results['keypoint'] = results['keypoint'] - np.float32([box.x1, box.y1]) + 0.5  # edges
        results['img_shape'] = box.size[::-1]
        yield results


def batch(root, **kwargs):
    dataset = DATASETS.build(dict(
        type='FitnessKeypointDataset', data_root=root, subset='all', **kwargs))
    return pseudo_collate(dataset.__getitems__(range(len(dataset))))


@pytest.mark.parametrize('sampling', [
    dict(num_frames=5, mode='uniform', num_clips=3), dict(num_frames=8, mode='consecutive'),
    dict(num_frames=20, mode='uniform')])
def test_skeletons_are_those_of_the_hosts_transforms(sampling, root):
    clips = sampling.pop('num_clips', 1)
    out = build(normalize=True, test_clips=clips, **sampling)(batch(root))
    steps = Compose([SampleLabelledFrames(random=False, num_clips=clips, **sampling),
                     PreNormalize2D(), FormatGCNInput(num_person=1)])
    for i, results in enumerate(singles(root)):
        results = steps(results)
        np.testing.assert_allclose(out['inputs'][i], results['keypoint'], atol=1e-5)
        sample = out['data_samples'][i]
        assert sample.frame_numbers.tolist() == results['frame_numbers'].tolist()
        assert sample.gt_label.tolist() == [results['label']]
        assert torch.equal(sample.gt_conditions, results['gt_conditions'])
        assert (sample.clip, sample.view, sample.performer) == (
            results['clip'], results['view'], results['performer'])
    assert i + 1 == len(out['inputs']) == len(out['data_samples'])


def test_heatmaps_are_the_hosts_up_to_where_it_cuts_them_off(root):
    out = build(num_frames=4, heatmap_size=(24, 32))(batch(root))['inputs']
    steps = Compose([
        SampleLabelledFrames(num_frames=4, mode='uniform', random=False),
        dict(type='Resize', scale=(24, 32), keep_ratio=False), _to_centres,
        GeneratePoseTarget(sigma=0.6), FormatShape(input_format='NCTHW_Heatmap')])
    for i, results in zip(range(5), singles(root), strict=False):
        maps = steps(results)['imgs']
        assert out[i].shape == maps.shape
        # it draws three standard deviations, cut to whole pixels
        assert np.abs(out[i].numpy() - maps).max() < np.exp(-0.5 * (2 / 0.6)**2) + 0.01
        assert out[i].sum() == pytest.approx(maps.sum(), rel=0.02)


def _to_centres(results):
    results['keypoint'] = results['keypoint'] - 0.5
    return results


@pytest.fixture
def drawn(monkeypatch):
    """What the augments draw, in order."""
    numbers = []

    def kept(draw):
        def record(*args):
            numbers.append(draw(*args))
            return numbers[-1]
        return record

    for name in ('_uniform', '_normal'):
        monkeypatch.setattr(keypoint_augments, name, kept(getattr(keypoint_augments, name)))
    return numbers


def test_augmented_on_the_same_random_numbers(root, drawn):
    """Every clip-view by itself, in pixels of its crop."""
    out = build(normalize=True, augments=[
        dict(type='FlipKeypoints', ratio=0.5),
        dict(type='RandomKeypointAffine', rotation_deg=20, stretch=0.3, zoom=0.2, shift=0.1),
        dict(type='JitterKeypoints', sigma=0.03, bias=0.05, joint_dropout=0.2, frame_dropout=0.1),
    ])(batch(root), training=True)
    (flip, angle, stretch, zoom, shift, sigma, noise, bias, bias_noise, lost,
     frames) = (value.numpy() for value in drawn)
    assert 0.3 < (flip < 0.5).mean() < 0.7 and abs(angle).max() < np.deg2rad(20.01)
    sample, = out['data_samples']  # one for all
    for i, results in enumerate(singles(root)):
        t = len(results['frame_numbers'])
        results = Flip(flip_ratio=float(flip[i] < 0.5), left_kp=LEFT_KEYPOINTS,
                       right_kp=RIGHT_KEYPOINTS)(dict(results, modality='Pose'))
        points, score = results['keypoint'][0].astype(float), results['keypoint_score'][0]
        height, width = results['img_shape']
        middle = np.array([width / 2, height / 2])
        side = results['person_box'].longer
        cos, sin = np.cos(angle[i, 0]), np.sin(angle[i, 0])
        points = (points - middle) * stretch[i, 0] * zoom[i, 0]
        points = points @ np.array([[cos, -sin], [sin, cos]]).T + shift[i, 0] * side
        points += side * (sigma[i, 0] * noise[i, 0, :t] + bias[i, 0] * bias_noise[i, 0])
        for frame, gone in enumerate(lost[i, 0, :t] < 0.2):
            points[frame, gone] = points[frame, seen(score[frame])].mean(0)
            score[frame, gone] = 0
        score[frames[i, 0, :t, 0, 0] < 0.1] = 0
        np.testing.assert_allclose(out['inputs'][i, 0, 0, :t, :, :2], points / middle, atol=1e-4)
        np.testing.assert_array_equal(out['inputs'][i, 0, 0, :t, :, 2], score)
        assert sample.gt_label[i] == results['label']
        assert torch.equal(sample.gt_conditions[i], results['gt_conditions'])


def test_without_normalising_a_unit_is_the_boxs_longer_side(root):
    out = build()(batch(root))['inputs']
    for clip, results in zip(out[:, 0, 0], singles(root), strict=True):
        height, width = results['img_shape']
        points = (results['keypoint'][0] - [width / 2, height / 2]) / results['person_box'].longer
        np.testing.assert_allclose(clip[:len(points), :, :2], points, atol=1e-5)


def test_what_is_beyond_an_edge_of_the_picture_is_not_given():
    """A column of joints, 0 to 9 from top to bottom and from left to right, twice as far in the
    second frame."""
    along = torch.stack([torch.arange(10.), torch.arange(10.) * 2])
    keypoints = torch.stack([along, along, torch.ones(2, 10)], -1)[None, None].repeat(1, 5, 1, 1, 1)
    keypoints[..., 9, :] = torch.tensor([500., 500., 0.])  # not given: does not count
    edge = torch.tensor([[0, 1, 2, 3, 3]])
    share = torch.tensor([[0.26, 0.26, 0.26, 0.26, -1.0]])  # of 16, the widest of both frames
    given = keypoint_augments.cut_off(keypoints, edge, share)[0, ..., 2].bool()
    begin = [[k >= 5 for k in range(9)], [k >= 3 for k in range(9)]]
    end = [[True] * 9, [k <= 5 for k in range(9)]]
    assert given[..., :9].tolist() == [begin, begin, end, end, [[True] * 9] * 2]
    assert not given[..., 9].any()


def test_a_share_of_the_views_loses_a_part_of_the_body():
    keypoints = torch.cat([torch.rand(400, 1, 2, 24, 2), torch.ones(400, 1, 2, 24, 1)], -1)
    lost = 1 - keypoint_augments.CutOffKeypoints(ratio=0.25, most=0.5)(keypoints)[..., 2]
    share = lost.mean((1, 2, 3))
    assert 0.15 < (share > 0).float().mean() < 0.3 and 0.2 < share.max() < 0.7


def test_views_of_a_clip_are_augmented_apart_but_mirrored_together(root, drawn):
    data = batch(root, multiview=True)
    build(augments=[dict(type='FlipKeypoints')])(data, training=True)
    build(augments=[dict(type='RandomKeypointAffine')])(data, training=True)
    n = len(data['inputs'][0])
    assert drawn[0].shape == (n, ) and drawn[1].shape == (n, 5)
    out = build(num_frames=3, test_clips=2)(data)
    assert out['inputs'].shape == (n, 10, 1, 3, 24, 3)


def test_the_views_of_a_clip_are_put_together_in_space(root):
    data = batch(root, multiview=True)
    plain = build()(data)['inputs']  # (N, V, 1, T, K, 3)
    given = plain[..., 2] > 0

    tested = build(in_space=True)(data)['inputs']
    trained = build(in_space=True)(data, training=True)['inputs']

    n, v = plain.shape[:2]
    assert tested.shape == trained.shape == (n, v + 1, *plain.shape[2:-1], 4)
    assert torch.equal(tested[:, :-1, ..., :3], plain)
    assert torch.equal(tested[:, -1], trained[:, -1])
    assert not tested[:, :-1, ..., 3].isfinite().any()
    found = (tested[:, -1, ..., 2] > 0).any((1, 2, 3))  # not one of which a view is wrong
    assert found.float().mean() > 0.9
    known = trained[:, :-1, ..., 3].isfinite()
    assert known[found][given[found]].all() and not known[~found].any()
    front, plain = tested[found, -1, 0], plain[found]
    size = front[..., :2].amax((1, 2)) - front[..., :2].amin((1, 2))
    assert torch.allclose(size.amax(1), torch.ones(len(front)), atol=1e-5)  # as of the other views
    # the front view is the third: the same but for the direction of its camera
    (left, right), c = (LEFT_KEYPOINTS, RIGHT_KEYPOINTS), 2
    wide = [(one[..., left, 0] - one[..., right, 0]).mean().item()
            for one in (front, plain[:, c, 0])]
    assert wide[0] > 0 and wide[0] == pytest.approx(wide[1], rel=0.3)
    assert (front[..., 0, 3] < front[..., [3, 4], 3].mean(-1)).float().mean() > 0.7  # the nose

    one_view = batch(root)
    alone = build(in_space=True)(one_view, training=True)['inputs']
    assert alone.shape[1:3] == (1, 1) and not alone[..., 3].isfinite().any()
    with pytest.raises(ArgumentError, match='num_frames=None'):
        build(in_space=True, num_frames=8)


def test_a_camera_is_turned_where_the_views_tell_the_depth(root):
    data = batch(root, multiview=True)
    turn = dict(augments=[dict(type='RandomCameraTurn', ratio=1)])
    with pytest.raises(ArgumentError, match='in_space=True'):
        build(**turn)(data, training=True)
    turned, straight = (build(in_space=True, **augments)(data, training=True)['inputs']
                        for augments in (turn, {}))
    known = straight[:, 0, ..., 3].isfinite().any((1, 2, 3))
    moved = (turned - straight)[..., :3].abs().amax((2, 3, 4, 5))
    assert (moved[known] > 1e-4).all() and (moved[~known] == 0).all() and known.any()
    assert torch.equal(turned[..., 2], straight[..., 2])
    assert torch.equal(build(in_space=True, **turn)(data)['inputs'].nan_to_num(),
                       build(in_space=True)(data)['inputs'].nan_to_num())


@pytest.mark.parametrize('mode', ['consecutive', 'uniform'])
@pytest.mark.parametrize('num_frames, clips', [(8, 1), (8, 2), (5, 3), (16, 1), (3, 4)])
def test_frames_are_those_that_a_pipeline_takes(mode, num_frames, clips, monkeypatch):
    available = torch.arange(1, 34)
    sampler = SampleLabelledFrames(num_frames, mode, random=False, num_clips=clips)
    positions = frame_positions(available, num_frames, clips, mode)
    for some, one in zip(available.tolist(), positions, strict=True):
        assert one.tolist() == sampler.positions(some).tolist()

    # the same share of the way, for the one as for the other
    share = torch.rand(clips, 1 if mode == 'consecutive' else num_frames, dtype=torch.double)
    monkeypatch.setattr(torch, 'rand', lambda *size, **kwargs: share.expand(size))
    monkeypatch.setattr(np.random, 'rand', lambda *size: share.numpy())
    monkeypatch.setattr(np.random, 'randint', lambda high, size: (share[:, 0] * high).int().numpy())
    sampler.random = True
    positions = frame_positions(available, num_frames, clips, mode, random=True)
    for some, one in zip(available.tolist(), positions, strict=True):
        assert one.tolist() == sampler.positions(some).tolist()


def test_gaps_between_frames_are_not_chosen():
    numbers = torch.tensor([[[1, -1, 5, 7], [-1, -1, -1, -1]]])
    keypoints = torch.arange(8.).view(1, 2, 4, 1, 1).expand(1, 2, 4, 24, 3)
    chosen, at = chosen_frames(keypoints, numbers, 4, 1, 'consecutive', False)
    assert at[0, 0].tolist() == [1, 5, 7, 7] and (at[0, 1] == -1).all()
    assert chosen[0, 0, :, 0, 0].tolist() == [0, 2, 3, 3]


@pytest.mark.parametrize('kwargs, message', [
    (dict(mode='first'), 'mode has to be'), (dict(num_frames=0), 'have to be positive'),
    (dict(test_clips=2), 'needs num_frames'), (dict(margin=-1), 'margin has to be'),
    (dict(augments=[dict(type='RandomKeypointAffine', rotation_deg=-1)]), 'rotation_deg has to be'),
    (dict(augments=[dict(type='RandomKeypointAffine', stretch=1)]), 'stretch has to be'),
    (dict(augments=[dict(type='JitterKeypoints', sigma=float('nan'))]), 'sigma has to be'),
    (dict(augments=[dict(type='JitterKeypoints', frame_dropout=1)]), 'frame_dropout has to be'),
])
def test_arguments_that_make_no_sense(kwargs, message):
    with pytest.raises(ArgumentError, match=message):
        build(**kwargs)


def test_strengths_are_drawn_anew_for_every_clip():
    torch.manual_seed(0)
    keypoints = torch.zeros(400, 1, 16, 24, 3)
    keypoints[..., 2] = 1
    moved = keypoint_augments.JitterKeypoints(sigma=0.1, joint_dropout=0)(keypoints)
    spread = moved[..., :2].flatten(1).std(1)
    assert spread.min() < 0.005 and 0.09 < spread.max() < 0.11
    assert spread.mean() == pytest.approx(0.05, abs=0.005)
    kept = keypoint_augments.JitterKeypoints(0, 0, 0.3, 0.2)(keypoints)[..., 2]
    assert (kept.sum(-1) == 0).float().mean() == pytest.approx(0.2, abs=0.02)
    assert kept.mean() == pytest.approx(0.7 * 0.8, abs=0.02)
    assert keypoint_preprocessor.KeypointDataPreprocessor().augments == []

