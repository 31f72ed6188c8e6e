import json

import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.export.coco import frame_id
from fitness_mm.keypoints.measures import person_box
from fitness_mm.keypoints.sigmas import DEFAULT_SIGMAS
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINT_INDEX, KEYPOINTS, LIMBS
from fitness_mm.pose import FitnessPoseDataset


@pytest.fixture
def build(sample_root):
    def build(**kwargs):
        init_default_scope('mmpose')
        cfg = dict(type='FitnessPoseDataset', data_root=str(sample_root), subset='all',
                   pipeline=[dict(type='LoadLabelledFrame')])
        dataset = DATASETS.build({**cfg, **kwargs})
        assert isinstance(dataset, FitnessPoseDataset)
        return dataset
    return build


def test_first_takes_one_frame_and_all_takes_every_frame(build):
    first, every = build(frames='first'), build(frames='all')
    assert len(every) == first.index.num_frames.sum() > len(first) == len(first.index)
    expected = [(first.index.clip_view_id(i), n) for i in range(len(first))
                for n in first.index.frame_numbers(i).tolist()]
    infos = [every.get_data_info(i) for i in range(len(every))]
    assert [(info['clip_view'], info['frame_number']) for info in infos] == expected
    assert [info['img_id'] for info in infos] == [frame_id(*names) for names in expected]
    for i in range(3):
        info = first.get_data_info(i)
        assert info['frame_number'] == first.index.frame_numbers(i)[0]
        np.testing.assert_array_equal(info['keypoints'][0], first.index.keypoints(i)[0])


def test_random_draws_every_frame_and_depends_on_the_seed_alone(build):
    dataset = build(frames='random')
    assert len(dataset) == len(dataset.index)

    def draw(times):
        np.random.seed(3)
        return [dataset.get_data_info(0)['frame_number'] for _ in range(times)]
    drawn = draw(300)
    assert set(drawn) == set(dataset.index.frame_numbers(0).tolist())
    assert draw(300) == drawn


def test_sample_dict_describes_its_frame(build):
    dataset = build(frames='all', bbox='frame')
    index = dataset.index
    info = dataset.get_data_info(int(index.num_frames[0]) + 4)
    assert (info['clip_view'], info['row']) == (index.clip_view_id(1), 1)
    assert info['frame_number'] == index.frame_numbers(1)[4]
    assert info['view'] == index.view[1] and info['performer'] == index.performer[1]
    assert info['exercise'] == EXERCISES[index.exercise[1]].name
    assert info['day'] == index.column('day')[1]
    keypoints = index.keypoints(1)
    np.testing.assert_array_equal(info['keypoints'], keypoints[4:5])
    np.testing.assert_array_equal(info['keypoints_visible'], index.visible(1)[4:5])
    seen = keypoints[4][index.visible(1)[4]]
    np.testing.assert_array_equal(info['bbox'][0], [*seen.min(0) - 0.5, *seen.max(0) + 0.5])
    shoulders, hips = keypoints[:, 5:7].mean(1), keypoints[:, 11:13].mean(1)
    assert info['torso'] == pytest.approx(np.median(np.linalg.norm(shoulders - hips, axis=-1)))
    # augmentation works in place; the index must not see it
    info['keypoints'] += 100
    np.testing.assert_array_equal(index.keypoints(1), keypoints)


def test_box_of_the_clip_holds_every_frame(build):
    one_frame = build(frames='all', bbox='frame')
    boxes = np.concatenate([one_frame.get_data_info(i)['bbox']
                            for i in range(one_frame.index.num_frames[0])])
    box = build(frames='all').get_data_info(5)['bbox'][0]
    np.testing.assert_array_equal(box, [*boxes[:, :2].min(0), *boxes[:, 2:].max(0)])


def test_excluded_frames_and_joints_are_left_out(build, tmp_path):
    plain = build()
    first, second = plain.index.clip_view_id(0), plain.index.clip_view_id(1)
    numbers = [plain.index.frame_numbers(i).tolist() for i in range(2)]
    (tmp_path / 'frames.json').write_text(json.dumps({first: numbers[0][1:], second: numbers[1]}))
    joints = {first: {str(numbers[0][0]): ['Left Knee', 'Nose']}}
    (tmp_path / 'joints.json').write_text(json.dumps(joints))
    excluded = dict(excluded=[str(tmp_path / 'frames.json')],
                    excluded_joints=[str(tmp_path / 'joints.json')])
    for mode in ('random', 'all'):
        dataset, whole = build(frames=mode, **excluded), build(frames=mode)
        gone = len(numbers[1]) + len(numbers[0]) - 1 if mode == 'all' else 1
        assert len(dataset) == len(whole) - gone
        info = dataset.get_data_info(0)
        assert (info['clip_view'], info['frame_number']) == (first, numbers[0][0])
        assert info['person_box'] == person_box(info['keypoints'], info['keypoints_visible'],
                                                info['img_shape'][::-1])
        assert second not in {dataset.get_data_info(i)['clip_view'] for i in range(20)}
        expected = plain.index.visible(0)[0].astype(float)
        expected[[KEYPOINT_INDEX['Left Knee'], KEYPOINT_INDEX['Nose']]] = 0
        np.testing.assert_array_equal(info['keypoints_visible'][0], expected)


def test_nothing_left_is_explained(build, tmp_path):
    index = build().index
    every = {index.clip_view_id(i): index.frame_numbers(i).tolist() for i in range(len(index))}
    (tmp_path / 'all.json').write_text(json.dumps(every))
    with pytest.raises(ValueError, match=r'no clip-view of .* is left'):
        build(excluded=[str(tmp_path / 'all.json')])


@pytest.mark.parametrize('kwargs, message', [
    (dict(frames='last'), "frames has to be one of .* 'last'"),
    (dict(bbox='person'), "bbox has to be one of .* 'person'"),
    (dict(subset='test'), "subset.*'test'"),
])
def test_a_wrong_argument_is_explained(build, kwargs, message):
    with pytest.raises(ValueError, match=message):
        build(**kwargs)


def test_subsets_of_samples_keep_their_order(build):
    dataset = build(frames='all')
    part = dataset.get_subset([40, 2])
    wanted = [dataset.get_data_info(i) for i in (40, 2)]
    assert [part.get_data_info(i)['frame_number'] for i in range(2)] == [
        info['frame_number'] for info in wanted]
    assert [part.get_data_info(i)['row'] for i in range(2)] == [info['row'] for info in wanted]
    assert len(build(frames='all', indices=5)) == 5


def test_metainfo_is_the_skeleton(build, tmp_path):
    info = build().metainfo
    assert [info['keypoint_id2name'][i] for i in range(24)] == list(KEYPOINTS)
    assert tuple(info['flip_indices']) == FLIP_INDICES
    assert [tuple(link) for link in info['skeleton_links']] == list(LIMBS)
    assert sorted(info['upper_body_ids'] + info['lower_body_ids']) == list(range(24))
    np.testing.assert_allclose(info['sigmas'], DEFAULT_SIGMAS)
    measured = dict(zip(KEYPOINTS, np.linspace(0.02, 0.1, 24), strict=True))
    (tmp_path / 'sigmas.json').write_text(json.dumps(dict(sigmas=measured)))
    sigmas = build(sigmas=str(tmp_path / 'sigmas.json')).metainfo['sigmas']
    np.testing.assert_allclose(sigmas, np.linspace(0.02, 0.1, 24), rtol=1e-6)


def test_default_sigmas_of_the_other_seven_are_their_neighbours_mean():
    sigma = dict(zip(KEYPOINTS, DEFAULT_SIGMAS, strict=True))
    assert (sigma['Nose'], sigma['Right Ankle']) == (0.026, 0.089)
    assert sigma['Left Palm'] == 0.062 and sigma['Right Foot'] == 0.089
    assert sigma['Back'] == pytest.approx((2 * 0.079 + 2 * 0.107) / 4)
