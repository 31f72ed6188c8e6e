"""An exported file under MMPose: its own dataset reads it, its CocoMetric judges with it."""

import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, METRICS

from fitness_mm.aihub import FitnessIndex
from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.aihub.export.coco import export_coco
from fitness_mm.aihub.index import select_exercises, select_rows
from fitness_mm.pose import FitnessPoseDataset
from fitness_mm.pose.metainfo import METAINFO


@pytest.fixture(scope='module')
def exported(sample_root, tmp_path_factory):
    index = FitnessIndex.read(sample_root)
    rows = select_rows(index, select_exercises('study'), VIEWS, 'val', 'performer', 0, 5)
    path = tmp_path_factory.mktemp('coco') / 'val.json'
    export_coco(index, rows, path, frames='first')
    return path


@pytest.fixture
def dataset(sample_root):
    init_default_scope('mmpose')
    return DATASETS.build(dict(type='FitnessPoseDataset', data_root=str(sample_root),
                               subset='val', frames='first', bbox='frame', pipeline=[],
                               test_mode=True))


def test_mmposes_own_dataset_reads_the_same_samples(sample_root, exported, dataset):
    assert isinstance(dataset, FitnessPoseDataset)
    theirs = DATASETS.build(dict(
        type='BaseCocoStyleDataset', metainfo=METAINFO, ann_file=str(exported),
        data_root=str(sample_root), data_mode='topdown', test_mode=True,
        pipeline=[dict(type='LoadImage')]))
    assert len(theirs) == len(dataset)
    ours = {info['img_id']: info for info in map(dataset.get_data_info, range(len(dataset)))}
    for i in range(len(theirs)):
        sample = theirs.get_data_info(i)
        expected = ours[sample['img_id']]
        shown = expected['keypoints_visible'] > 0
        assert sample['img_path'] == expected['img_path']
        np.testing.assert_array_equal(sample['keypoints'][shown], expected['keypoints'][shown])
        np.testing.assert_array_equal(sample['keypoints_visible'] > 0, shown)
        np.testing.assert_allclose(sample['bbox'], expected['bbox'], atol=0.5)
    assert theirs[0]['img'].shape == (180, 320, 3)


def evaluate(exported, dataset, move):
    """CocoMetric's result for labels that were moved by a function of the torso length."""
    metric = METRICS.build(dict(type='CocoMetric', ann_file=str(exported)))
    metric.dataset_meta = dataset.metainfo
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        keypoints = info['keypoints'] + move(info['torso'])
        metric.process({}, [dict(
            id=info['id'], img_id=info['img_id'], category_id=1, gt_instances={},
            pred_instances=dict(keypoints=keypoints, keypoint_scores=np.ones((1, 24))))])
    return metric.evaluate(size=len(dataset))


def test_cocometric_judges_predictions_for_our_samples(exported, dataset):
    assert evaluate(exported, dataset, lambda torso: 0.0)['coco/AP'] == pytest.approx(1.0)
    assert evaluate(exported, dataset, lambda torso: 3 * torso)['coco/AP'] == 0.0
    near = evaluate(exported, dataset, lambda torso: 0.15 * torso)
    assert 0 < near['coco/AP'] < near['coco/AP .5'] <= 1
