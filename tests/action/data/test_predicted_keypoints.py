import numpy as np
import pytest
from mmaction.registry import DATASETS
from mmengine.registry import init_default_scope

import fitness_mm.action  # noqa: F401 - registers the data set
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.anomaly.residuals import Residuals
from fitness_mm.keypoints.measures import SEEN_SCORE
from fitness_mm.records import RecordError


@pytest.fixture
def index(sample_root):
    return FitnessIndex.read(sample_root)


@pytest.fixture
def build(sample_root):
    def build(**kwargs):
        init_default_scope('mmaction')
        return DATASETS.build({**dict(
            type='FitnessClipDataset', data_root=str(sample_root), pipeline=[], subset='all',
            min_frames=4), **kwargs})
    return build


@pytest.fixture
def record(index, tmp_path):
    """Writes a record for some frames of some rows: {row: image numbers}."""
    def write(frames, shift_px=3.0):
        rows = []
        for row, numbers in frames.items():
            labelled = index.frame_numbers(row).tolist()
            for number in numbers:
                labels = index.keypoints(row)[labelled.index(number)]
                rows.append(dict(
                    labels=labels, predictions=labels + np.float32(shift_px) + number / 100,
                    visible=np.ones(24, bool), scores=np.linspace(0, 1, 24) * number / 40,
                    torso=50.0, box=np.zeros(4), input_scale=np.ones(2), input_size=np.ones(2),
                    clip_view=index.clip_view_id(row), frame_number=number, view='A',
                    performer=1, exercise='plank', day='Day01'))
        return str(Residuals.from_rows(rows).write(tmp_path / 'all.npz'))
    return write


def test_predictions_stand_for_the_labels(build, index, record):
    # frames of the second row in disorder, and one of them twice, as samplers leave them
    dataset = build(keypoints_from=record({1: [9, 1, 5, 9, 13], 0: [1, 3, 5, 7, 31]}))
    assert [dataset.index.clip_view_id(i) for i in range(len(dataset))] == [
        index.clip_view_id(0), index.clip_view_id(1)]
    info = dataset.get_data_info(1)
    assert info['frame_numbers'].tolist() == [1, 5, 9, 13]
    labelled = index.frame_numbers(1).tolist()
    for t, number in enumerate([1, 5, 9, 13]):
        expected = index.keypoints(1)[labelled.index(number)] + 3.0 + number / 100
        np.testing.assert_allclose(info['keypoint'][0, t], expected, atol=1e-3)
        np.testing.assert_allclose(info['keypoint_score'][0, t],
                                   np.linspace(0, 1, 24) * number / 40, atol=1e-6)
    # augmentation works in place; the record must not see it
    info['keypoint'] += 100
    assert not np.array_equal(info['keypoint'], dataset.get_data_info(1)['keypoint'])


def test_the_crop_follows_the_predictions(build, record):
    frames = {0: [21, 23, 25, 27, 29, 31]}
    pipeline = [dict(type='SampleLabelledFrames', num_frames=4, random=False),
                dict(type='CropToUnionBox', margin=0.0)]
    for shift_px in (0.0, -4.0):
        dataset = build(pipeline=pipeline, keypoints_from=record(frames, shift_px))
        info = dataset.get_data_info(0)
        points = info['keypoint'][info['keypoint_score'] >= SEEN_SCORE]
        x1, y1, x2, y2 = dataset[0]['crop_box']
        assert len(info['keypoint'][0]) == 6
        assert (x1, y1) == tuple(np.floor(points.min(0)))
        assert (x2, y2) == tuple(np.ceil(points.max(0)) + 1)


def test_excluded_frames_stay_out_and_short_clip_views_are_dropped(build, index, record, tmp_path):
    path = record({0: [1, 3, 5, 7, 9], 1: [1, 3, 5, 7], 2: [1, 3]})
    excluded = tmp_path / 'excluded.json'
    excluded.write_text(f'{{"{index.clip_view_id(0)}": [3], "{index.clip_view_id(1)}": [1]}}')
    dataset = build(keypoints_from=path, excluded=[str(excluded)])
    assert len(dataset) == len(dataset.labels) == 1
    assert dataset.get_data_info(0)['frame_numbers'].tolist() == [1, 5, 7, 9]


def test_a_record_that_cannot_serve_is_explained(build, record, tmp_path):
    with pytest.raises(ValueError, match=r'all\.npz has predictions for at least 4 frames of none'):
        build(keypoints_from=record({0: [1, 3]}))
    with pytest.raises(RecordError, match=r'there is no .*nowhere\.npz'):
        build(keypoints_from=str(tmp_path / 'nowhere.npz'))


def test_batches_have_the_predictions_too(build, index, record):
    path = record({1: [9, 1, 5, 9, 13], 0: [1, 3, 5, 7, 31], 2: [1, 3]})
    singles = build(keypoints_from=path)
    batches = DATASETS.build(dict(
        type='FitnessKeypointDataset', data_root=str(index.root), subset='all', min_frames=4,
        keypoints_from=path))
    batch, = batches.__getitems__([1, 0])
    for i, row in enumerate((1, 0)):
        info = singles.get_data_info(row)
        t = len(info['frame_numbers'])
        assert batch['data_samples'].frame_numbers[i, 0, :t].tolist() == \
            info['frame_numbers'].tolist()
        np.testing.assert_array_equal(batch['inputs'][i, 0, :t, :, :2], info['keypoint'][0])
        np.testing.assert_array_equal(batch['inputs'][i, 0, :t, :, 2], info['keypoint_score'][0])
