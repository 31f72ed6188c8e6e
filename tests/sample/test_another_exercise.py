"""Another drawn exercise is one table, and nothing of the others moves."""

import hashlib
import json
from pathlib import Path

import numpy as np
import orjson
import pytest
from sample_bodies import FAR, repetitions

from fitness_mm.aihub.catalog import STUDY_EXERCISES
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.sample import make_sample
from fitness_mm.sample.exercises import DRAWN, FOLDER
from fitness_mm.sample.exercises.drawn import exercise_from, read_exercise
from fitness_mm.sample.exercises.habits import Habits
from fitness_mm.sample.film import truth
from fitness_mm.sample.performer.body import sample_body
from fitness_mm.sample.plan import plan_clips
from fitness_mm.sample.presets import PRESETS
from fitness_mm.sample.video import Script, rehearse

# An exercise that the sample may have or not: its own table is put in the place of it.
NAME = 'good morning'
TABLE = {
    'exercise': NAME,
    'path': ['standing', 'bent'],
    'postures': {
        'standing': {'upper arm': [0.9, 0.1, -0.1], 'forearm': [-0.6, 0.5, -0.5]},
        'bent': {'like': 'standing', 'trunk': [0, 0.4, 0.9], 'thigh': [0.04, -1, 0.15]}},
    'faults': {
        '무릎 구부린채 고정': [{'changes': {'bent': {'thigh': [0, 0, 0.3], 'shin': [0, 0, -0.3]}}}],
        '시선 방향 유지': [{'changes': {'*': {'face': [0, 0.6, 0], 'skull': [0, 0, -0.4]}}}],
        '척추의 중립': [
            {'way': 'rounded', 'share': 0.7, 'changes': {'bent': {'back': [0, 0, -0.09]}}},
            {'way': 'hollow', 'share': 0.3, 'changes': {'bent': {'back': [0, 0, 0.09]}}}],
    },
}


@pytest.fixture
def thirteen(monkeypatch):
    monkeypatch.setitem(DRAWN, NAME, exercise_from(TABLE))


def _digests(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in root.rglob('*') if path.is_file()}


@pytest.mark.parametrize('preset', ['tiny', 'small', 'medium'])
def test_presets_and_study_classes_stay(preset, monkeypatch):
    before = plan_clips(PRESETS[preset], 0)
    monkeypatch.setitem(DRAWN, NAME, exercise_from(TABLE))
    assert plan_clips(PRESETS[preset], 0) == before
    assert {plan.exercise.study_class for plan in before} <= set(range(12))
    assert DRAWN[NAME].entry.study_class is None and DRAWN[NAME].entry not in STUDY_EXERCISES


def test_the_files_of_the_others_stay(thirteen, tmp_path):
    """Labels, pictures and planted places; which clips have defects is drawn over all of them,
    so this is about performers of the validation split, who have none."""
    names = [exercise.name for exercise in STUDY_EXERCISES]
    for out, exercises in (('twelve', names), ('thirteen', [NAME, *names])):
        make_sample(tmp_path / out, seed=5, exercises=tuple(exercises), training_performers=1,
                    validation_performers=1, size=(96, 64), error_rate=0.0)
    twelve, more = (_digests(tmp_path / out / 'validation') for out in ('twelve', 'thirteen'))
    assert len(twelve) == 12 * (2 + 5 * 32) and len(more) == 13 * (2 + 5 * 32)
    assert twelve.items() <= more.items()
    types = {path.split('-')[-1][:3] for path in more if path.endswith('.json')
             and '3d' not in path and path not in twelve}
    assert types < {f'{number:03d}' for number in DRAWN[NAME].entry.types}


def test_labels_and_videos_speak_of_it(thirteen, tmp_path):
    make_sample(tmp_path, exercises=(NAME,), training_performers=2, validation_performers=1,
                size=(96, 64), images=False)
    path = next((tmp_path / 'validation').rglob('D*-[0-9][0-9][0-9].json'))
    info = orjson.loads(path.read_bytes())['type_info']
    assert (info['type'], info['pose'], info['exercise']) == ('맨몸 운동', '선 자세', '굿모닝')
    assert truth(rehearse(Script('굿모닝', 1, faults=('시선 방향 유지',))))['conditions'] == {
        '무릎 구부린채 고정': True, '시선 방향 유지': False, '척추의 중립': True}


@pytest.mark.parametrize(('change', 'sentence'), [
    ({'exercise': 'jumping'}, "no exercise is called 'jumping'"),
    ({'faults': {}}, 'good morning has faults for \\[\\], but its conditions are'),
    ({'faults': TABLE['faults'] | {'고개 정면': []}}, '고개 정면'),
    ({'hold': 'kettlebell'}, 'kettlebell'),
    ({'path': ['standing', 'far']}, 'far'),
    ({'postures': TABLE['postures'] | {'bent': {'tail': [0, 0, 1]}}}, 'tail'),
    ({'faults': TABLE['faults'] | {'시선 방향 유지': [{'changes': {'lying': {}}}]}},
     "no posture 'lying', expected one of standing, bent"),
    ({'faults': TABLE['faults'] | {'시선 방향 유지': [{'changes': {}}]}}, 'changes nothing'),
    ({'path': 3}, 'iterable'),
])
def test_what_is_no_table_is_refused_with_its_name(change, sentence, tmp_path):
    path = tmp_path / 'table.json'
    path.write_text(json.dumps(TABLE | change), 'utf-8')
    with pytest.raises(ValueError, match=f'table.json: .*{sentence}'):
        read_exercise(path)


def test_ways_are_as_frequent_as_they_say():
    ways = exercise_from(TABLE).faults['척추의 중립']
    kept = dict.fromkeys(TABLE['faults'], True)
    back = KEYPOINT_INDEX['Back']
    body = sample_body(np.random.default_rng(0))
    hollow = []
    for person in range(200):
        good, bad = (exercise_from(TABLE).perform(
            body, kept | {'척추의 중립': value}, Habits(0, person, 7),
            np.random.default_rng(person), repetitions(), 1.0).keypoints[FAR]
            for value in (True, False))
        hollow.append((bad - good)[back, 1] < 0)
    assert [way.share for way in ways] == [0.7, 0.3]
    assert np.mean(hollow) == pytest.approx(0.3, abs=0.1)


def test_one_side_alone_can_be_broken():
    way = {'sides': True, 'changes': {'bent': {'thigh': [0.4, 0, 0], 'shin': [-0.4, 0, 0]}}}
    drawn = exercise_from(TABLE | {'faults': TABLE['faults'] | {'무릎 구부린채 고정': [way]}})
    kept = dict.fromkeys(TABLE['faults'], True)
    body = sample_body(np.random.default_rng(0))
    moved = []
    for clip in range(100):
        good, bad = (drawn.perform(
            body, kept | {'무릎 구부린채 고정': value}, Habits(0, clip, 7),
            np.random.default_rng(clip), repetitions(), 1.0).keypoints[FAR]
            for value in (True, False))
        off = np.linalg.norm(bad - good, axis=-1)
        moved.append([off[KEYPOINT_INDEX[f'{side} Knee']] for side in ('Left', 'Right')])
    left, right = np.transpose(moved)
    assert np.maximum(left, right).min() > 0.3
    more = (left - right) / (left + right)
    alike = np.abs(more) < 0.3
    assert 0.5 < alike.mean() < 0.9
    assert (more[~alike] > 0).any() and (more[~alike] < 0).any()


def test_every_file_of_the_folder_is_read():
    assert len(list(FOLDER.rglob('*.json'))) - 1 == len(DRAWN)
