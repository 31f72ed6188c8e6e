"""What is written is the AI Hub format, defects included, and the labels lie on the body."""

import re
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import orjson
import pytest

from fitness_mm.aihub.catalog import exercise_of_type
from fitness_mm.keypoints.skeleton import KEYPOINTS
from fitness_mm.sample.clip import label_keypoints, perform
from fitness_mm.sample.clip_plan import truth_of_type
from fitness_mm.sample.labels import defects
from fitness_mm.sample.labels.errors import (
    CLIP,
    GROUP,
    JOINTS,
    MAX_JITTER_DEVIATIONS,
    MIXTURES,
    USUALLY_OFF,
    jitter,
    jitter_px,
)
from fitness_mm.sample.plan import plan_clips
from fitness_mm.sample.presets import PRESETS
from fitness_mm.sample.station.cameras import VIEWS
from fitness_mm.sample.station.render import draw_plan, paint

TINY = PRESETS['tiny']
PLANS = plan_clips(TINY, seed=0)
WITH_FRAMES = [plan for plan in PLANS if defects.EMPTY_FRAMES not in plan.defects]


def _label(root, plan, suffix=''):
    path = root / plan.split / 'label' / plan.day_name / f'{plan.label_name}{suffix}.json'
    return orjson.loads(path.read_bytes())


def test_names_and_tree(sample_root):
    splits = set()
    for path in sample_root.rglob('*.json'):
        parts = path.relative_to(sample_root).parts
        if 'label' not in parts:
            continue
        split, label, day, name = parts
        splits.add(split)
        assert label == 'label' and re.fullmatch(r'Day\d\d_\d{6}_F', day)
        assert re.fullmatch(r'D(\d\d)-[1-8]-\d{3}(-3d)?\.json', name)
        assert name[1:3] == day[3:5]
        assert path.with_name(f'{path.stem.removesuffix("-3d")}-3d.json').exists()
    assert splits == {'training', 'validation'}
    assert not list(sample_root.rglob('*.partial'))


@pytest.mark.parametrize('plan', PLANS, ids=lambda plan: plan.label_name)
def test_2d_label(sample_root, plan):
    label = _label(sample_root, plan)
    assert list(label) == ['frames', 'type', 'type_info']
    info = label['type_info']
    assert info['key'] == f'{plan.type_number:03d}'
    assert set(info) == {'key', 'type', 'pose', 'exercise', 'conditions', 'description'}
    assert info['exercise'].strip() == exercise_of_type(plan.type_number).name_ko
    assert [c['value'] for c in info['conditions']] == list(
        truth_of_type(plan.type_number).values())
    expected = {defects.EMPTY_FRAMES: 0, defects.FEWER_FRAMES: 13, defects.MORE_FRAMES: 17}
    num_frames = next((expected[d] for d in plan.defects if d in expected), 16)
    assert len(label['frames']) == num_frames
    width, height = TINY.size
    outside = 0
    for t, frame in enumerate(label['frames']):
        assert list(frame) == [f'view{v}' for v in range(1, 6)]
        for letter, view in zip(VIEWS, frame.values(), strict=True):
            assert set(view) == {'pts', 'active', 'img_key'}
            assert set(view['pts']) == set(KEYPOINTS) and view['active'] in ('Yes', 'No')
            for point in view['pts'].values():
                assert type(point['x']) is int and type(point['y']) is int
                outside += not (0 <= point['x'] < width and 0 <= point['y'] < height)
            name = f'{plan.name}_{letter}'
            assert view['img_key'] == (f'{plan.day_name}/{plan.slot}/{letter}/{name}/'
                                       f'{name}-{2 * t + 1:07d}.jpg')
    assert outside == (defects.FOOT_OUTSIDE in plan.defects)


@pytest.mark.parametrize('plan', PLANS, ids=lambda plan: plan.label_name)
def test_3d_label(sample_root, plan):
    label = _label(sample_root, plan, '-3d')
    assert 'type_info' not in label
    assert len(label['frames']) == (plan.num_images + 1) // 2
    for frame in label['frames']:
        assert set(frame['pts']) == set(KEYPOINTS)
        y = [point['y'] for point in frame['pts'].values()]
        assert min(y) > 0 and 40 < max(y) < 240  # cm above the floor


def test_images(sample_root):
    width, height = TINY.size
    for plan in PLANS:
        for view in VIEWS:
            folder, prefix = defects.image_folder(plan, view)
            files = sorted((sample_root / plan.split / 'img' / folder).iterdir())
            assert [file.name for file in files] == [
                f'{prefix}-{n:07d}.jpg' for n in range(1, plan.num_images + 1)]
        assert cv2.imread(str(files[0])).shape == (height, width, 3)


def test_order_of_names_differs_between_days(sample_root):
    orders = {tuple(_label(sample_root, plan)['frames'][0]['view1']['pts'])
              for plan in WITH_FRAMES}
    assert len(orders) == 2 and {order[0] for order in orders} == {'Nose', 'Left Ear'}


def test_the_reader_meets_every_defect_and_survives(sample_root):
    report = orjson.loads((sample_root / 'report.json').read_bytes())
    text = orjson.dumps(report).decode()
    assert set().union(*(plan.defects for plan in PLANS)) == set(defects.DEFECTS)
    for word in ('empty_frames', 'type_conflict', 'keypoints_outside_image',
                 'unusual_frame_count', 'day01_clip_ends_in_a', 'day03_camera_c_is_b',
                 'performer_separator', 'slot_number_suffix', 'trailing_dash'):
        assert word in text
    for word in ('missing_images', 'bad_img_key', 'unknown_condition', 'unknown_exercise'):
        assert f'"{word}"' not in text


def test_defects_are_few_in_larger_samples():
    plans = plan_clips(PRESETS['small'], seed=0)
    assert len(plans) == 120
    found = Counter(defect for plan in plans for defect in plan.defects)
    assert found == dict.fromkeys(defects.DEFECTS, 1)
    assert all(plan.split == 'training' for plan in plans if plan.defects)


def test_small_and_medium_are_as_large_as_promised():
    for name, performers, clip_views in (('small', 8, 600), ('medium', 24, 6000)):
        plans = plan_clips(PRESETS[name], seed=0)
        assert len({plan.performer for plan in plans}) >= performers
        assert len(plans) * 5 == clip_views
        assert len({(plan.day, plan.slot, plan.type_number) for plan in plans}) == len(plans)
        training, validation = ({plan.performer for plan in plans if plan.split == split}
                                for split in ('training', 'validation'))
        assert not training & validation


def test_types_run_through_the_truth_vectors():
    plans = plan_clips(PRESETS['medium'], seed=0)
    types = Counter(plan.type_number for plan in plans)
    for exercise in {plan.exercise for plan in plans}:
        assert all(types[t] for t in exercise.types)
        truths = [tuple(truth_of_type(t).values()) for t in exercise.types]
        assert truths[0] == (True,) * len(exercise.conditions)
        assert len(set(truths)) == 2**len(exercise.conditions) == len(truths)
        assert truth_of_type(exercise.types[1]) == {
            c: i > 0 for i, c in enumerate(exercise.conditions)}
        kept = np.array([list(plan.kept.values()) for plan in plans if plan.exercise == exercise])
        assert np.all(np.abs(kept.mean(0) - 0.5) < 0.02)


# Planted errors


@pytest.fixture(scope='module')
def planted(sample_root):
    return orjson.loads((sample_root / 'planted_errors.json').read_bytes())


def test_planted_errors_are_recorded_exactly(sample_root, planted):
    records = {record['id']: record for record in planted['clip_views']}
    assert len(records) == round(0.05 * 5 * len(WITH_FRAMES))
    for plan in WITH_FRAMES:
        if defects.FOOT_OUTSIDE in plan.defects:
            continue
        performance = perform(plan, 0, TINY.size)
        clean = performance.clean_keypoints()
        limit = MAX_JITTER_DEVIATIONS * jitter_px(performance.trunk_px()) + 0.51
        label = _label(sample_root, plan)
        for v, letter in enumerate(VIEWS):
            record = records.get(
                f'{plan.split}/{plan.day_name}/{plan.slot}/{plan.name}_{letter}')
            frames = record['frames'] if record else []
            points = np.array([[[frame[f'view{v + 1}']['pts'][name][axis] for axis in 'xy']
                                for name in KEYPOINTS] for frame in label['frames']])
            off = (np.abs(points - clean[v]) > limit[v]).any((1, 2))
            good = np.setdiff1d(np.arange(len(points)), frames)
            assert not off[good].any()
            if record:
                assert off[frames].all() and record['kind'] in MIXTURES['real']
                np.testing.assert_allclose(record['clean'], clean[v, frames], atol=0.051)
                moved = np.linalg.norm(points - clean[v], axis=-1)[frames] > record['moved_px']
                assert record['joints_moved'] == moved.sum(1).tolist()
                assert record['joints'] == [
                    [KEYPOINTS[k] for k in np.flatnonzero(row)] for row in moved]


def _planted(errors: str) -> dict[str, list[dict]]:
    """Records by kind of a sample in which every clip-view has an error."""
    plans = plan_clips(replace(TINY, error_rate=1.0, errors=errors, size=(320, 180)), seed=1)
    found = {kind: [] for kind in MIXTURES[errors]}
    for plan in plans:
        for record in label_keypoints(perform(plan, 1, (320, 180)), 1)[1]:
            found[record['kind']].append(record)
    return found


def test_errors_of_whole_skeletons_move_many_joints():
    found = _planted('skeletons')
    for kind, records in found.items():
        counts = [count for record in records for count in record['joints_moved']]
        assert np.median(counts) >= (4 if kind == 'other frame' else 10), kind
    whole = [len(record['frames']) >= 13 for records in found.values() for record in records]
    assert 0.3 < np.mean(whole) < 0.7


def test_errors_as_in_real_labels_are_of_a_few_joints_mostly_in_rear_views():
    plans = plan_clips(replace(PRESETS['medium'], error_rate=0.1, clips=4), seed=1)
    kinds = Counter(kind for plan in plans for _, kind in plan.errors)
    total = sum(kinds.values())
    assert total == pytest.approx(0.1 * 5 * len(plans), rel=0.02)
    for kind, share in MIXTURES['real'].items():
        assert kinds[kind] / total == pytest.approx(share, abs=0.01), kind
    views = Counter(view for plan in plans for view, kind in plan.errors if kind == JOINTS)
    assert 2.0 < (views['A'] + views['E']) / 2 / views['C'] < 3.4
    clips = [plan for plan in plans if CLIP in dict(plan.errors).values()]
    assert clips and all(dict(plan.errors) == dict.fromkeys(VIEWS, CLIP) for plan in clips)


def test_a_few_joints_are_of_one_limb():
    found = _planted('real')
    groups = ({'Elbow', 'Wrist', 'Palm'}, {'Knee', 'Ankle', 'Foot'}, {'Nose', 'Eye', 'Ear'},
              {'Hip', 'Waist', 'Back'})
    for record in found[JOINTS]:
        names = {name for frame in record['joints'] for name in frame}
        assert any({name.split()[-1] for name in names} <= group for group in groups)
        assert max(record['joints_moved']) <= 3
        sides = {name.split()[0] for name in names if ' ' in name}
        assert len(sides) <= 1
    for record in found[GROUP]:
        assert max(record['joints_moved']) <= 8
    for record in found[CLIP]:
        assert np.median(record['joints_moved']) > 10


def test_nothing_is_planted_at_rate_zero():
    plans = plan_clips(replace(TINY, error_rate=0.0), seed=0)
    assert not any(plan.errors for plan in plans)


def test_labels_are_off_as_much_as_real_ones_and_alike_in_all_frames():
    trunk_px = np.full(5, 160.0)
    off = np.stack([jitter(np.zeros((5, 16, 24, 2)), trunk_px, np.random.default_rng(seed))
                    for seed in range(300)])
    distance = np.median(np.linalg.norm(off, axis=-1), (0, 2)) / 160.0  # (V, K)
    for view, column in (('C', 0), ('B', 1), ('A', 2)):
        for name, usual in USUALLY_OFF.items():
            k = [KEYPOINTS.index(one) for one in KEYPOINTS if one.split()[-1] == name]
            assert distance[VIEWS.index(view), k].mean() == pytest.approx(usual[column], rel=0.08)
    between, within = off.mean(2).var(0), off.var(2).mean(0)
    assert np.median(within / (between + within)) == pytest.approx(0.1, abs=0.03)
    assert np.abs(off).max() <= MAX_JITTER_DEVIATIONS * jitter_px(trunk_px).max()


# Labels and pictures


@pytest.mark.parametrize('plan', PLANS[::3], ids=lambda plan: plan.label_name)
def test_keypoints_lie_on_the_body(plan):
    performance = perform(plan, 0, TINY.size)
    on_body = []
    for v, view in enumerate(VIEWS):
        background = np.zeros((TINY.size[1], TINY.size[0], 3), np.uint8)
        drawing = replace(draw_plan(performance.solids, performance.station, view,
                                    plan.drawn.on_bench), background=background)
        for t in (0, 5, 10):
            image = background.copy()
            paint(image, drawing, 2 * t)
            mask = cv2.dilate(image.max(-1), np.ones((3, 3), np.uint8)) > 0
            x, y = np.rint(performance.clean_keypoints()[v, t]).astype(int).T
            on_body.append(mask[y, x])
    assert np.mean(on_body) > 0.98
