"""Batches of keypoints against the same clip-views one by one, and under the hosts' loader."""

import numpy as np
import pytest
import torch
from mmaction.registry import DATASETS
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from torch.utils.data import Subset

import fitness_mm.action  # noqa: F401 - registers the data sets
from fitness_mm.action.data.keypoint_batch import joined
from fitness_mm.errors import ArgumentError


@pytest.fixture
def build(sample_root):
    def build(kind='FitnessKeypointDataset', **kwargs):
        init_default_scope('mmaction')
        if kind == 'FitnessClipDataset':
            kwargs['pipeline'] = []
        return DATASETS.build(dict(
            type=kind, data_root=str(sample_root), **{'subset': 'all', **kwargs}))
    return build


@pytest.fixture
def lists(build, tmp_path):
    """Excluded frames: the first two of one clip-view, all of another one."""
    clips = build('FitnessClipDataset')
    names = [clips.index.clip_view_id(i) for i in range(2)]
    file = tmp_path / 'excluded.json'
    file.write_text(f'{{"{names[0]}": [1, 3], "{names[1]}": {list(range(1, 40))}}}')
    return [str(file)]


def check_same(batch, infos):
    """That a batch has what the samples of the other data set have."""
    keypoints, samples = batch['inputs'], batch['data_samples']
    assert keypoints.dtype == torch.float32 and keypoints.shape[1] == 1
    for i, info in enumerate(infos):
        t = len(info['frame_numbers'])
        assert samples.frame_numbers[i, 0].tolist() == [
            *info['frame_numbers'], *[-1] * (keypoints.shape[2] - t)]
        np.testing.assert_array_equal(keypoints[i, 0, :t, :, :2], info['keypoint'][0])
        np.testing.assert_array_equal(keypoints[i, 0, :t, :, 2], info['keypoint_score'][0])
        assert not keypoints[i, 0, t:, :, 2].any()
        assert tuple(samples.boxes[i, 0].tolist()) == info['person_box']
        assert tuple(samples.image_sizes[i, 0].tolist()) == info['img_shape'][::-1]
        assert samples.gt_label[i] == info['label']
        assert torch.equal(samples.gt_conditions[i], info['gt_conditions'])
        assert (samples.clip[i], samples.view[i]) == (info['clip'], info['view'])
        assert samples.performer[i] == info['performer']


@pytest.mark.parametrize('kind', ['FitnessClipDataset', 'FitnessKeypointDataset'])
def test_what_is_not_named_is_another_movement(build, kind):
    everything = build(kind, exercises='all')
    row = everything.metainfo['classes'].index('barbell row')
    some = build(kind, exercises='other movement, barbell row')
    assert some.metainfo['classes'] == ('other movement', 'barbell row')
    assert len(some) == len(everything)
    np.testing.assert_array_equal(some.labels == 1, everything.labels == row)
    # of whose conditions nothing is to be learnt
    rows = np.flatnonzero(some.labels == 1)
    assert (some.gt_conditions[np.flatnonzero(some.labels == 0)] == -1).all()
    of_row = build(kind, exercises='barbell row').gt_conditions
    assert torch.equal(some.gt_conditions[rows], of_row) and (of_row >= 0).any()


def test_a_batch_is_its_clip_views_one_by_one(build, lists):
    for kwargs in ({}, dict(excluded=lists), dict(views=('E', 'B'), exercises='barbell row')):
        batches, singles = build(**kwargs), build('FitnessClipDataset', **kwargs)
        assert len(batches) == len(singles) > 5
        order = np.random.default_rng(0).permutation(len(singles)).tolist()
        batch, = batches.__getitems__(order)
        check_same(batch, [singles.get_data_info(i) for i in order])
        np.testing.assert_array_equal(batches.labels, singles.labels)
    assert not torch.equal(batch['inputs'], build().__getitems__(order)[0]['inputs'])


def test_nobody_seen_leaves_the_whole_image(build):
    singles = build('FitnessClipDataset')
    batches = build()
    hidden = np.zeros_like(batches.index._store.visible)
    for dataset in (batches, singles):  # they share the file, not the arrays
        object.__setattr__(dataset.index._store, 'visible', hidden)
    check_same(batches[3], [singles.get_data_info(3)])
    assert batches[3]['data_samples'].boxes[0, 0, :2].tolist() == [0, 0]


def test_samples_of_one_batch_asked_for_one_by_one(build, lists):
    dataset = build(excluded=lists)  # with clips of 14 and of 16 frames
    whole, = dataset.__getitems__([0, 3, 1])
    inputs, samples = joined(*pseudo_collate([dataset[i] for i in (0, 3, 1)]).values())
    assert torch.equal(inputs[..., 2], whole['inputs'][..., 2])
    given = whole['inputs'][..., 2] > 0
    assert torch.equal(inputs[given], whole['inputs'][given])
    for name, value in whole['data_samples'].items():
        assert torch.as_tensor(getattr(samples, name) == value).all(), name


@pytest.mark.parametrize('num_workers', [0, 1])
def test_the_hosts_loader_asks_for_whole_batches(build, num_workers, monkeypatch):
    dataset = build(subset='train', indices=20)
    monkeypatch.setattr(type(dataset), '__getitem__', None)
    loader = Runner.build_dataloader(dict(
        batch_size=8, num_workers=num_workers, dataset=dataset,
        sampler=dict(type='ClassBalancedSampler')))
    sizes, labels = [], []
    for batch in loader:
        (inputs, ), (samples, ) = batch['inputs'], batch['data_samples']
        sizes.append(len(inputs))
        labels += samples.gt_label.tolist()
    counts = np.unique(labels, return_counts=True)[1]
    assert set(sizes[:-1]) == {8} and len(set(counts)) == 1
    assert Subset(dataset, [3, 1]).__getitems__([1, 0])[0]['data_samples'].clip == \
        dataset.__getitems__([1, 3])[0]['data_samples'].clip


def test_a_clip_with_its_views(build, lists):
    views = ('C', 'A', 'B')
    singles = build('FitnessClipDataset', views=views, excluded=lists)
    clips = build(multiview=True, views=views, excluded=lists)
    names = singles.index.clip
    assert len(clips) == len(set(names)) == len(clips.labels)
    batch, = clips.__getitems__(range(len(clips)))
    keypoints, samples = batch['inputs'], batch['data_samples']
    assert keypoints.shape[1] == 3
    seen = 0
    for n, (clip, letters) in enumerate(zip(samples.clip, samples.view, strict=True)):
        assert letters == ''.join(v for v in views if ((names == clip) & (singles.index.view == v)
                                                       ).any())
        for v, view in enumerate(views):
            row = np.flatnonzero((names == clip) & (singles.index.view == view))
            if not len(row):
                assert not keypoints[n, v, ..., 2].any()
                assert (samples.frame_numbers[n, v] == -1).all()
                continue
            info = singles.get_data_info(int(row[0]))
            seen += 1
            there = samples.frame_numbers[n, v] >= 0
            assert samples.frame_numbers[n, v, there].tolist() == info['frame_numbers'].tolist()
            np.testing.assert_array_equal(keypoints[n, v, there, :, :2], info['keypoint'][0])
            assert samples.gt_label[n] == info['label'] == clips.labels[n]
            assert torch.equal(samples.gt_conditions[n], info['gt_conditions'])
    assert seen == len(singles) < 3 * len(clips)  # a view is missing
    # one moment, one place
    numbers = samples.frame_numbers.numpy()
    for t in range(numbers.shape[2]):
        assert len(set(numbers[:, :, t].ravel().tolist()) - {-1}) <= 1
    info = clips.get_data_info(2)
    assert (info['clip'], info['view']) == (samples.clip[2], samples.view[2])
    few = clips.get_subset([2, 0])
    assert few[0]['data_samples'].clip == [samples.clip[2]]
    assert few.labels.tolist() == clips.labels[[2, 0]].tolist()


def test_a_pipeline_is_none_of_its_arguments(build):
    with pytest.raises(TypeError, match='pipeline'):
        build(pipeline=[dict(type='CropToUnionBox')])
    with pytest.raises(ArgumentError, match='no clip-view'):
        build(views=())
