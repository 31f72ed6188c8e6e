import json

import numpy as np
import pyarrow as pa
import pytest
from mmaction.registry import DATASETS
from mmengine.registry import init_default_scope

import fitness_mm.action  # noqa: F401 - registers the data set
from fitness_mm.aihub.catalog import EXERCISES, STUDY_EXERCISES
from fitness_mm.aihub.index import select_exercises
from fitness_mm.aihub.index.parquet import read_parquet, write_parquet
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.pixels import to_centres

LOAD = [dict(type='SampleLabelledFrames', num_frames=4, random=False),
        dict(type='CropToUnionBox'), dict(type='LoadLabelledFrames')]


@pytest.fixture
def build(sample_root):
    def build(**kwargs):
        init_default_scope('mmaction')
        cfg = dict(type='FitnessClipDataset', data_root=str(sample_root), pipeline=LOAD)
        return DATASETS.build({**cfg, **kwargs})
    return build


def test_select_exercises():
    assert select_exercises('study') == STUDY_EXERCISES
    assert select_exercises('all') == EXERCISES
    names = [e.name for e in select_exercises(['바벨 컬 ', 'push-up'])]
    assert names == ['barbell curl', 'push-up']
    for wrong, error in (('twelve', ValueError), ([], ValueError),
                         (['plank', '플랭크'], ValueError), (['no such exercise'], ArgumentError)):
        with pytest.raises(error):
            select_exercises(wrong)


def test_subsets_share_no_performer_and_cover_everything(build):
    everything = build(subset='all')
    held_out = []
    for fold in range(2):
        train, val = (build(subset=s, num_folds=2, fold=fold) for s in ('train', 'val'))
        assert not set(train.index.performer) & set(val.index.performer)
        assert len(train) + len(val) == len(everything)
        held_out += [val.index.clip_view_id(i) for i in range(len(val))]
    assert sorted(held_out) == sorted(everything.index.clip_view_id(i)
                                      for i in range(len(everything)))


def test_filters_keep_what_they_name_and_labels_follow_the_list(build):
    names = ['barbell deadlift', 'barbell row']
    dataset = build(subset='all', exercises=names, views=('B', 'E'))
    assert set(dataset.index.view) == {'B', 'E'}
    assert dataset.metainfo['classes'] == tuple(names)
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        assert EXERCISES[dataset.index.exercise[i]].name == names[info['label']]
    # the same performers are held out, whatever is filtered afterwards
    fold = dict(subset='val', num_folds=2, fold=1)
    assert set(build(exercises=names, **fold).index.performer) <= set(
        build(**fold).index.performer)


def test_sample_dict_holds_labels_of_its_clip_view(build):
    dataset = build(subset='all')
    info = dataset.get_data_info(3)
    t = len(info['frame_numbers'])
    assert info['keypoint'].shape == (1, t, 24, 2)
    assert info['keypoint_score'].shape == (1, t, 24)
    assert f"{info['clip']}_{info['view']}" == dataset.index.clip_view_id(3)
    np.testing.assert_array_equal(info['keypoint'][0], dataset.index.keypoints(3))
    # augmentation works in place; the index must not see it
    info['keypoint'] += 100
    assert not np.array_equal(info['keypoint'][0], dataset.index.keypoints(3))


def test_conditions_stand_in_the_place_of_their_exercise(build):
    names = ['barbell curl', 'barbell row', 'barbell deadlift']
    dataset = build(subset='all', exercises=names)
    assert dataset.metainfo['condition_names'] == tuple(
        e.conditions for e in select_exercises(names))
    exercises = set()
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        start = 5 * info['label']  # all three have five conditions
        conditions = info['gt_conditions'].numpy()
        assert conditions.dtype == np.int8 and conditions.shape == (15, )
        assert conditions[start:start + 5].tolist() == dataset.index.gt_conditions(i).tolist()
        assert (np.delete(conditions, range(start, start + 5)) == -1).all()
        exercises.add(info['label'])
    assert exercises == {0, 1, 2}


def test_conditions_that_may_not_be_learnt_are_masked(build, sample_root, tmp_path):
    table = read_parquet(sample_root / 'index.parquet')
    usable = table['gt_conditions_usable'].to_pylist()
    conditions = table['gt_conditions'].to_pylist()
    usable[0] = False
    conditions[1] = [-1, *conditions[1][1:]]  # not given
    for name, values in (('gt_conditions_usable', usable), ('gt_conditions', conditions)):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(name),
                                 pa.array(values, table.schema.field(name).type))
    write_parquet(tmp_path / 'index.parquet', table)
    plain, masked = build(subset='all'), build(subset='all', data_root=str(tmp_path))
    first, second, third = (
        [d.get_data_info(i)['gt_conditions'] for d in (plain, masked)] for i in range(3))
    assert (first[0] >= 0).any() and (first[1] == -1).all()
    assert (second[0] >= 0).sum() == (second[1] >= 0).sum() + 1
    assert third[0].tolist() == third[1].tolist()


def test_conditions_are_packed_for_the_head(build):
    pack = dict(type='PackActionInputs', algorithm_keys=('gt_conditions', ))
    dataset = build(subset='all', pipeline=[*LOAD, dict(type='FormatShape', input_format='NCHW'),
                                            pack])
    sample = dataset[0]['data_samples']
    assert sample.gt_conditions.tolist() == dataset.get_data_info(0)['gt_conditions'].tolist()


def test_frames_are_cropped_with_their_keypoints(build):
    dataset = build(subset='all')
    results, labels = dataset[0], dataset.get_data_info(0)['keypoint'][:, :4]
    x1, y1, x2, y2 = results['crop_box']
    assert len(results['imgs']) == 4
    assert results['imgs'][0].shape == (y2 - y1, x2 - x1, 3)
    np.testing.assert_allclose(to_centres(results['keypoint']), labels - (x1, y1), atol=1e-3)


def test_excluded_frames_are_left_out_and_short_clips_dropped(build, tmp_path):
    plain = build(subset='all')
    first, second = plain.index.clip_view_id(0), plain.index.clip_view_id(1)
    numbers = plain.index.frame_numbers(1).tolist()
    files = [tmp_path / 'a.json', tmp_path / 'b.json']
    files[0].write_text(json.dumps({first: [1, 5], second: numbers[:6]}))
    files[1].write_text(json.dumps({first: [5, 31], second: numbers[6:10], 'no such clip': [1]}))
    filtered = build(subset='all', excluded=[str(f) for f in files])
    assert len(filtered) == len(plain) - 1
    assert filtered.index.clip_view_id(0) == first
    assert second not in [filtered.index.clip_view_id(i) for i in range(len(filtered))]
    info = filtered.get_data_info(0)
    expected = [n for n in plain.index.frame_numbers(0).tolist() if n not in (1, 5, 31)]
    assert info['frame_numbers'].tolist() == expected
    assert info['keypoint'].shape[1] == len(expected)


@pytest.mark.parametrize('kwargs, message', [
    (dict(subset='test'), "subset.*'test'"),
    (dict(exercises=['push-up']), 'no clip-view of .* is left for'),
    (dict(min_frames=99), 'at least 99'),
])
def test_a_set_that_cannot_be_is_explained(build, kwargs, message):
    with pytest.raises(ValueError, match=message):
        build(**kwargs)


def test_subsets_of_samples_keep_index_and_labels_together(build):
    dataset = build(subset='all')
    ids = [dataset.index.clip_view_id(i) for i in range(len(dataset))]
    part = dataset.get_subset([4, 2])
    assert [part.index.clip_view_id(i) for i in range(2)] == [ids[4], ids[2]]
    assert part.labels.tolist() == dataset.labels[[4, 2]].tolist()
    assert len(dataset) == len(ids)
    assert len(build(subset='all', indices=5)) == 5
    last = build(subset='all', indices=-2)
    assert [last.index.clip_view_id(i) for i in range(2)] == ids[-2:]
