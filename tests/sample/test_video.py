"""Generated videos: the count, the faults and the moments are those asked for; samples stay."""

import hashlib
import json
from dataclasses import replace

import av
import numpy as np
import pytest
from conftest import run_tool

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.sample.clip import label_keypoints, perform
from fitness_mm.sample.dataset import SAMPLE_VERSION
from fitness_mm.sample.dense_tempo import sample_schedule
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.film import make_video, truth
from fitness_mm.sample.plan import plan_clips
from fitness_mm.sample.presets import PRESETS
from fitness_mm.sample.video import Script, rehearse

CONDITIONS = [(name, condition) for name, drawn in DRAWN.items() for condition in drawn.faults]


def _joints(**changes) -> np.ndarray:
    return rehearse(Script(**{'exercise': 'barbell squat', 'reps': 3, **changes})).joints.keypoints


def test_samples_of_one_version_are_the_same():
    digest = hashlib.sha256()
    plans = plan_clips(PRESETS['small'], 0)
    for plan in plans[::11]:
        labels, _ = label_keypoints(perform(plan, 0, (96, 64)), 0)
        digest.update(labels.astype('<i8').tobytes())
    assert (SAMPLE_VERSION, digest.hexdigest()) == (9, LABELS_OF_VERSION_9)


LABELS_OF_VERSION_9 = 'f0a6c1dd24f3809c4733713cd03ef8f5b5e04b43d82c8a8c55cd9042e5847b6a'


@pytest.mark.parametrize('reps', [0, 1, 7])
@pytest.mark.parametrize('name', [exercise.name for exercise in EXERCISES])
def test_as_many_repetitions_as_asked_for(name, reps):
    take = rehearse(Script(name, reps, 2.0, seed=reps))
    # Some height or distance, of either side, goes to and fro in every exercise; it passes its
    # middle twice a repetition.
    one, other = (np.stack([take.joints.point(f'{side} {joint}')
                            for joint in ('Wrist', 'Knee', 'Ankle', 'Shoulder', 'Elbow')])
                  for side in ('Left', 'Right'))
    far = np.linalg.norm(np.stack([one - take.joints.point('mid_hip'),
                                   other - take.joints.point('mid_hip')]), axis=-1)
    signals = np.concatenate([far.max(0), far.min(0), np.stack([one, other])[..., 1].max(0)])
    if reps == 0:
        assert np.ptp(signals, axis=1).max() < 25.0
        return
    start, stop = (round(float(when) * 30) for when in (take.schedule.start[0],
                                                       take.schedule.stop[-1]))
    signals = signals[:, start:stop]
    above = signals > (signals.min(1) + signals.max(1))[:, None] / 2
    assert 2 * reps in np.sum(above[:, 1:] != above[:, :-1], axis=1)
    assert len(truth(take)['repetitions']) == reps


@pytest.mark.parametrize('reps', [0, 1, 12])
def test_the_moments_come_in_order_and_fill_the_time(reps):
    schedule = sample_schedule(np.random.default_rng(reps), reps, 2.5, 1.0, 2.0,
                               [(1, 4.0)] if reps > 1 else [])
    assert schedule.total_sec == pytest.approx(3.0 + 2.5 * reps + (4.0 if reps > 1 else 0.0))
    moments = np.stack([schedule.start, schedule.reach, schedule.leave, schedule.stop], 1).ravel()
    assert np.all(np.diff(moments) > 0) and len(moments) == 4 * reps
    if reps:
        assert moments[0] == pytest.approx(1.0) and moments[-1] < schedule.total_sec - 2.0
        middle = schedule.progress(schedule.turn)
        np.testing.assert_allclose(middle, 1.0)
        np.testing.assert_allclose(schedule.progress(schedule.start), 0.0, atol=1e-12)
    if reps > 1:
        pauses = schedule.start[1:] - schedule.stop[:-1]
        assert pauses[0] > 4.0 > pauses[1:].max()


@pytest.mark.parametrize('name', DRAWN)
def test_nothing_jumps(name):
    conditions = tuple(DRAWN[name].faults)
    for faults in ((), conditions):
        joints = rehearse(Script(name, 3, 2.0 * (DRAWN[name].path - 1), faults=faults,
                                 faulty_reps=(2,) if faults else None, seed=1)).joints.keypoints
        speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1)
        # Half the span of the arms in a second and a bit; in the sparse images it is one step.
        assert speed.max() < 18.0
        thrown = 11.0 if name == 'burpee' else 6.0  # its legs are, to the back
        assert np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).max() < thrown


@pytest.mark.parametrize(('name', 'condition'), CONDITIONS)
def test_a_fault_changes_the_joints(name, condition):
    good, bad = (rehearse(Script(name, 2, faults=faults)).joints.keypoints
                 for faults in ((), (condition,)))
    moved = np.linalg.norm(good - bad, axis=-1).max(1)
    assert np.mean(moved > 1.5) > 0.15


def test_a_fault_in_one_repetition_is_in_no_other():
    good, bad = (rehearse(Script('barbell squat', 4, faults=faults, faulty_reps=reps))
                 for faults, reps in (((), None), (('고개 정면',), (2,))))
    moved = np.linalg.norm(good.joints.keypoints - bad.joints.keypoints, axis=-1).max(1)
    for rep in range(4):
        part = slice(*(round(m[rep] * 30) for m in (bad.schedule.start, bad.schedule.stop)))
        if rep == 1:
            assert moved[part].min() > 2.0
        else:  # but for where the hands hold the bar, which is one place all the time
            turn = round(bad.schedule.turn[rep] * 30)
            assert moved[turn] < 1.0
    assert [rep['faults'] for rep in truth(bad)['repetitions']] == [[], ['고개 정면'], [], []]


def test_the_frame_rate_samples_one_movement():
    slow, fast = _joints(fps=10.0), _joints(fps=30.0)
    assert len(fast) == 3 * len(slow)
    # Smoothing is in time, so a slow video is a little smoother.
    assert np.abs(fast[::3] - slow).max() < 1.5


def test_what_a_seed_a_take_and_a_performer_change():
    same = _joints()
    np.testing.assert_array_equal(same, _joints())
    for change in ({'seed': 1}, {'take': 1}, {'performer': 4}):
        assert np.abs(_joints(**change)[:100] - same[:100]).max() > 2.0, change
    bodies = [rehearse(Script('barbell curl', take=take)).body for take in (0, 1)]
    assert bodies[0] == bodies[1]
    of_sample = next(plan for plan in plan_clips(PRESETS['small'], 0) if plan.performer == 9)
    lengths = [np.linalg.norm(np.diff(joints[:1, [KEYPOINT_INDEX['Left Knee'],
                                                  KEYPOINT_INDEX['Left Ankle']]], axis=1))
               for joints in (same, perform(of_sample, 0, (96, 64)).joints.keypoints)]
    assert lengths[0] == pytest.approx(lengths[1], rel=1e-3)  # a video is smooth
    assert lengths[1] == pytest.approx(bodies[0].shin)


def test_english_names_do_as_well():
    korean = rehearse(Script('바벨 스쿼트', faults=('고개 정면',)))
    english = rehearse(Script('barbell squat', faults=('Head facing forward',)))
    assert korean.script == english.script


@pytest.mark.parametrize('size', [(96, 64), (90, 160)])
def test_the_whole_body_is_in_the_picture(size):
    for name in DRAWN:
        take = rehearse(Script(name, 1, size=size, view='B'))
        width, height = size
        beyond = np.maximum(-take.keypoints, take.keypoints - (width - 1, height - 1)).max()
        assert beyond < (0.05 * height if 'feet' not in str(DRAWN[name].supports[0]) else 0)


def test_the_file_is_the_same_every_time_and_as_the_truth_says(tmp_path):
    script = Script('dumbbell curl', 1, 1.0, 0.2, 0.2, fps=25.0, size=(96, 64))
    for name in ('a', 'b'):
        make_video(tmp_path / f'{name}.mp4', script)
        for other in range(4):  # fills the memory with something else
            make_video(tmp_path / 'other.mp4', replace(script, view='B', performer=other + 1))
            make_video(tmp_path / 'again.mp4', script)
            assert (tmp_path / 'again.mp4').read_bytes() == (tmp_path / 'a.mp4').read_bytes()
    written = (tmp_path / 'a.mp4').read_bytes()
    assert written == (tmp_path / 'b.mp4').read_bytes()
    for header in (b'mvhd', b'tkhd', b'mdhd'):  # after version and flags: created, modified
        at = written.index(header) + 8
        assert written[at:at + 8] == bytes(8), 'the file says when it was written'
    document = json.loads((tmp_path / 'a.json').read_text('utf-8'))
    with av.open(str(tmp_path / 'a.mp4')) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == 'h264' and stream.average_rate == 25
        images = [frame.to_ndarray(format='bgr24') for frame in container.decode(stream)]
    assert len(images) == document['num_frames'] == len(document['keypoints']) == 35
    assert images[0].shape == (64, 96, 3) and document['size'] == [96, 64]
    assert (document['exercise'], document['exercise_ko']) == ('dumbbell curl', '덤벨 컬')
    assert {path.name for path in tmp_path.iterdir()} == {
        f'{name}.{ending}' for name in ('a', 'b', 'other', 'again') for ending in ('mp4', 'json')}


def test_parts_are_drawn_as_the_whole(monkeypatch):
    take = rehearse(Script('barbell row', 1, 1.0, 0.2, 0.2, size=(96, 64)))
    whole = list(take.images())
    monkeypatch.setattr('fitness_mm.sample.video._FRAMES_AT_ONCE', 10)
    parts = list(take.images())
    assert len(parts) == len(whole) == 42
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(whole, parts, strict=True)) < 0.5


@pytest.mark.parametrize(('change', 'sentences'), [
    ({'exercise': 'jumping'}, ["no movement for 'jumping'", 'front raise (프런트 레이즈)']),
    ({'faults': ('손목의 중립',)}, ["no condition '손목의 중립'", '고개 정면 (', 'barbell squat']),
    ({'view': 'F'}, ["no view 'F', expected one of A, B"]),
    ({'reps': -1}, ['-1 repetitions, expected 0 to 1000']),
    ({'rep_sec': float('nan')}, ['nan s a repetition, expected 0.5 to 20']),
    ({'fps': 0.0}, ['0 frames a second, expected 1 to 240']),
    ({'size': (97, 64)}, ['97x64 px, expected even numbers']),
    ({'pauses': ((3, 1.0),)}, ['a pause of 1 s after repetition 3: expected 1 to 2']),
    ({'faults': ('고개 정면',), 'faulty_reps': (4,)}, ['repetition 4 cannot be faulty']),
    ({'faulty_reps': (1,)}, ['no fault is given']),
    ({'reps': 0, 'before_sec': 0.0, 'after_sec': 0.0}, ['the video has no frame']),
])
def test_bad_scripts_get_one_sentence(change, sentences):
    with pytest.raises(FitnessError) as caught:
        _joints(**change)
    for sentence in sentences:
        assert sentence in str(caught.value)


def test_the_tool_lists_films_and_refuses(tmp_path):
    listed = run_tool('data/make_video.py', '--list').stdout
    assert 'barbell squat (바벨 스쿼트)\n    neutral spine (척추의 중립)\n' in listed
    assert listed.count('\n') == len(DRAWN) + len(CONDITIONS)
    out = tmp_path / '10:20' / 'squat:1.mp4'  # FFmpeg sees addresses in such names
    said = run_tool('data/make_video.py', out, '--exercise', 'barbell squat', '--reps', 2,
                    '--seconds', 4, '--fps', 10, '--size', 96, 64, '--faults', '고개 정면').stdout
    assert '40 frames, 2 repetitions of barbell squat' in said
    document = json.loads(out.with_suffix('.json').read_text('utf-8'))
    assert document['count'] == 2 and document['faults'] == ['고개 정면']
    refused = run_tool('data/make_video.py', tmp_path / 'no.mp4', '--exercise', 'jumping',
                       check=False)
    assert refused.returncode == 1 and 'Traceback' not in refused.stdout
    assert 'make_video.py: the sample has no movement' in refused.stdout
    assert not (tmp_path / 'no.mp4').exists()
    refused = run_tool('data/make_video.py', out, '--exercise', 'barbell squat', '--pause', 'nan',
                       1, check=False)
    assert refused.stdout == ('make_video.py: --pause: after nan repetitions, expected a whole '
                              'number\n')
