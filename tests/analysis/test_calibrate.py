"""The generator's tables are found again in clips that were made with them."""

import shutil

import numpy as np
import orjson
import pytest
from conftest import run_tool

from fitness_mm.analysis.realism.calibrate import measure, posture_of
from fitness_mm.analysis.realism.tables import habits_table, table_of, vectors_of, write_table
from fitness_mm.sample.exercises import DRAWN, FOLDER
from fitness_mm.sample.exercises.drawn import STANDING, exercise_from, read_exercise
from fitness_mm.sample.exercises.habits import HABITS, Habits
from fitness_mm.sample.performer.body import sample_body
from fitness_mm.sample.performer.geometry import unit
from fitness_mm.sample.performer.posture import BONE_INDEX, BONES, keypoints_of, mirrored
from fitness_mm.sample.tempo import sample_tempo

NAME = 'barbell squat'
TABLE = orjson.loads((FOLDER / 'barbell_squat.json').read_bytes())


@pytest.fixture(scope='module')
def measured():
    """What 14 people's clips, each condition kept and broken, say of a squat."""
    drawn = DRAWN[NAME]
    conditions = list(drawn.faults)
    postures, broken, performer = [], [], []
    for person in range(14):
        body = sample_body(np.random.default_rng([person, 1]))
        for clip in range(16):
            rng = np.random.default_rng([person, clip, 2])
            kept = {name: not clip >> i & 1 for i, name in enumerate(conditions)}
            joints = drawn.perform(body, kept, Habits(0, person, 3), rng, sample_tempo(rng, 16),
                                   1.0, dict.fromkeys(conditions, 0))
            postures.append(posture_of(joints.keypoints[None])[0])
            broken.append([not kept[name] for name in conditions])
            performer.append(person)
    return measure(np.array(postures), np.array(broken), np.array(performer), drawn)


def test_a_posture_is_the_one_that_keypoints_are_of():
    body = sample_body(np.random.default_rng(0))
    posture = np.random.default_rng(1).normal(STANDING, 0.2, (5, len(BONES), 3))
    found = posture_of(keypoints_of(body, posture)[None])[0]
    for name in ('trunk', 'left shin', 'right forearm', 'skull', 'face', 'shoulders'):
        np.testing.assert_allclose(found[:, BONE_INDEX[name]],
                                   unit(posture[:, BONE_INDEX[name]]), atol=1e-9)
    np.testing.assert_allclose(found[:, BONE_INDEX['waist']], posture[:, BONE_INDEX['waist']])


def test_key_postures_are_found_again(measured):
    expected = unit(DRAWN[NAME].postures)
    for bone in ('trunk', 'left thigh', 'right shin', 'left upper arm', 'right forearm'):
        b = BONE_INDEX[bone]
        cosine = (unit(measured.postures[:, b]) * expected[:, b]).sum(-1)
        assert np.degrees(np.arccos(cosine)).max() < 15, bone
    np.testing.assert_allclose(measured.postures, mirrored(measured.postures), atol=1e-9)


def test_faults_are_found_again(measured):
    for c, (condition, ways) in enumerate(DRAWN[NAME].faults.items()):
        made, found = ways[0].changes[-1].ravel(), measured.faults[c][-1].ravel()
        assert made @ found / np.linalg.norm(made) / np.linalg.norm(found) > 0.7, condition
        assert 0.4 < np.linalg.norm(found) / np.linalg.norm(made) < 1.6, condition


def test_spreads_are_found_again(measured):
    table = habits_table([measured])
    given = orjson.loads((FOLDER / HABITS).read_bytes())
    for bone in ('trunk', 'skull', 'forearm', 'thigh'):
        made, found = (np.linalg.norm([
            *(one.get(bone, one.get(f'left {bone}', (0, 0, 0)))
              for one in part['together']), part['even'][bone], part['odd'][bone]])
            for part in (given['people']['common'], table['people']['common']))
        assert 0.5 < found / made < 1.6, bone
    assert len(measured.courses) == 5 and len(table['people']['common']['together']) == 8


def test_too_few_people_say_nothing():
    assert measure(np.zeros((8, 16, len(BONES), 3)), np.zeros((8, 4), bool), np.arange(8) % 4,
                   DRAWN[NAME]) is None


def test_what_cannot_be_measured_stays(measured, tmp_path):
    by_hand = {'way': 'by hand', 'share': 0.5, 'changes': {'bottom': {'trunk': [0, 0, 0.1]}}}
    condition = next(iter(TABLE['faults']))
    table = TABLE | {'hold': 'nothing', 'faults': TABLE['faults'] | {
        condition: [TABLE['faults'][condition][0], by_hand]}}
    table['postures'] = TABLE['postures'] | {
        'bottom': TABLE['postures']['bottom'] | {'free': ['hands']}}
    written = table_of(measured, table, table['path'], list(table['faults']))
    write_table(tmp_path / 'table.json', written)
    again = read_exercise(tmp_path / 'table.json')
    assert written['hold'] == 'nothing' and written['postures']['bottom']['free'] == ['hands']
    assert [way.name for way in again.faults[condition]] == ['as measured', 'by hand']
    shares = [way.share for way in again.faults[condition]]
    assert shares[0] == 0.8 and sum(shares) == pytest.approx(1)
    np.testing.assert_allclose(again.postures, measured.postures, atol=0.011)
    assert exercise_from(written).measured == DRAWN[NAME].measured
    assert '"trunk": [' in (tmp_path / 'table.json').read_text('utf-8')


def test_one_side_is_written_where_both_are_alike():
    vectors = vectors_of(STANDING)
    assert 'upper arm' in vectors and 'left upper arm' not in vectors
    lopsided = STANDING.copy()
    lopsided[BONE_INDEX['left thigh'], 2] += 0.5
    assert {'left thigh', 'right thigh'} <= set(vectors_of(lopsided))
    assert vectors_of(lopsided - STANDING, 0.1) == {'left thigh': [0.0, 0.0, 0.5]}


def test_the_tool_writes_tables_that_can_be_read(sample_root, tmp_path):
    folder = tmp_path / 'tables'
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns('*.py', '__pycache__'))
    done = run_tool('data/calibrate_sample.py', '--real', sample_root, '--out', folder)
    assert 'barbell row: 5 people, 5 clips' in done.stdout
    changed = [path.name for path in folder.glob('*.json')
               if path.read_bytes() != (FOLDER / path.name).read_bytes()]
    assert 'barbell_row.json' in changed and 'push_up.json' not in changed
    assert read_exercise(folder / 'barbell_row.json').measured[0] == 5
    refused = run_tool('data/calibrate_sample.py', '--real', sample_root, '--out', folder,
                       '--leave-out', '1', '2', check=False)
    assert refused.returncode == 1 and 'no exercise that 5 people do' in refused.stdout
    assert 'Traceback' not in refused.stdout
