"""Another drawn exercise is one function, and nothing of the others moves."""

import hashlib
from pathlib import Path

import orjson
import pytest

from fitness_mm.aihub.catalog import STUDY_EXERCISES
from fitness_mm.sample import make_sample
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.exercises.drawn import drawn
from fitness_mm.sample.exercises.faults import shift
from fitness_mm.sample.film import truth
from fitness_mm.sample.performer.arms import Angles
from fitness_mm.sample.plan import plan_clips
from fitness_mm.sample.presets import PRESETS
from fitness_mm.sample.video import Script, rehearse

# A catalogue entry before the twelve, of another equipment group, without a class in the study.
NAME = 'good morning'
FAULTS = {
    '무릎 구부린채 고정': shift((0, 1), knee=30),
    '시선 방향 유지': shift((1, 1), head=40),
    '척추의 중립': shift((0, 1), bend=40),
}


def good_morning(m):
    arms = Angles(raised=0.0, spread=20.0, elbow=130.0)
    return m.pose(arms, trunk=m.to(m.between(0, 4), m.between(60, 75)), knee=m.between(8, 15))


@pytest.fixture
def thirteen(monkeypatch):
    monkeypatch.setitem(DRAWN, NAME, drawn(NAME, faults=FAULTS)(good_morning))


def _digests(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in root.rglob('*') if path.is_file()}


@pytest.mark.parametrize('preset', PRESETS)
def test_presets_and_study_classes_stay(preset, monkeypatch):
    before = plan_clips(PRESETS[preset], 0)
    monkeypatch.setitem(DRAWN, NAME, drawn(NAME, faults=FAULTS)(good_morning))
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


@pytest.mark.parametrize(('name', 'faults', 'sentence'), [
    ('jumping', FAULTS, "no exercise is called 'jumping'"),
    (NAME, {}, 'good morning has faults for \\[\\], but its conditions are'),
    (NAME, FAULTS | {'고개 정면': shift((1, 1), head=40)}, '고개 정면'),
])
def test_what_the_catalogue_does_not_have_is_refused(name, faults, sentence):
    with pytest.raises((KeyError, ValueError), match=sentence):
        drawn(name, faults=faults)(good_morning)


def test_every_file_of_the_folder_is_looked_into():
    folder = Path(__file__).resolve().parents[2] / 'fitness_mm' / 'sample' / 'exercises'
    assert sum(path.read_text('utf-8').count('\n@drawn(') for path in folder.glob('*.py')) == len(
        DRAWN)
