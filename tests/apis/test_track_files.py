"""Files of tracks as other tools write them, and what is wrong with some."""

import json
import pickle

import numpy as np
import pytest
from inference_models import POSTURES, work_dirs  # noqa: F401
from video_cases import moving_square

from fitness_mm.apis import FitnessInferencer, InferenceError
from fitness_mm.apis.stages.judgement import TOO_SHORT
from fitness_mm.apis.tracks.people import TrackFile, holds_tracks
from fitness_mm.keypoints.layouts import BLAZEPOSE, LAYOUTS
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, KEYPOINTS
from fitness_mm.sample.video import Script, rehearse

SIZE = (640, 360)


def somebody(points=17, frames=4):
    """Points (T, K, 2) in whole pixels and scores (T, K); the person goes right."""
    rng = np.random.default_rng(points)
    here = rng.integers((200, 50), (300, 350), (1, points, 2)) + np.arange(frames)[:, None, None]
    return here.astype(float), np.full((frames, points), 0.75)


def mmpose(points, scores, first=0):
    return [dict(frame_id=t + first, instances=[dict(
        keypoints=p.tolist(), keypoint_scores=s.tolist(), bbox=[[1, 2, 3, 4]], bbox_score=0.9)])
        for t, (p, s) in enumerate(zip(points, scores, strict=True))]


def demo_script(points, scores):
    return dict(meta_info=dict(dataset_name='coco'), instance_info=mmpose(points, scores, 1))


def flat(points, scores):
    return [np.column_stack([p, s]).ravel().tolist() for p, s in zip(points, scores, strict=True)]


def alphapose(points, scores):
    return [dict(image_id=f'{t}.jpg', category_id=1, keypoints=row, score=2.8, idx=1)
            for t, row in enumerate(flat(points, scores))]


def mediapipe(points, scores):
    return dict(fps=10, width=SIZE[0], height=SIZE[1], frames=[dict(
        frame=t, timestamp_ms=100 * t, landmarks=[
            dict(x=(x + 0.5) / SIZE[0], y=(y + 0.5) / SIZE[1], z=-0.1, visibility=v)
            for (x, y), v in zip(p, s, strict=True)])
        for t, (p, s) in enumerate(zip(points, scores, strict=True))])


def tfjs(points, scores):
    return [[dict(score=0.9, keypoints=[dict(x=x, y=y, score=v, name='a')
                                        for (x, y), v in zip(p, s, strict=True)])]
            for p, s in zip(points, scores, strict=True)]


def check(people, points, scores, layout):
    keypoints, expected = LAYOUTS[layout].keypoints(points, scores, people.size)
    assert people.layout is LAYOUTS[layout]
    np.testing.assert_allclose(people.keypoints, keypoints, atol=1e-3)
    np.testing.assert_allclose(people.scores, expected, atol=1e-6)
    np.testing.assert_allclose(people.times, np.arange(len(points)) / 10)
    assert people.frame.tolist() == list(range(len(points)))


@pytest.mark.parametrize('write, points', [
    (mmpose, 17), (mmpose, 26), (mmpose, 133), (demo_script, 26), (alphapose, 17),
    (alphapose, 136), (mediapipe, 33), (tfjs, 17), (lambda p, s: dict(frames=flat(p, s)), 26),
    (lambda p, s: p.tolist(), 17), (lambda p, s: [row.ravel().tolist() for row in p], 24)])
def test_json(write, points, tmp_path):
    there, scores = somebody(points)
    if write.__name__ == '<lambda>' and points != 26:
        scores[:] = 1  # these have none
    (tmp_path / 'a.json').write_text(json.dumps(write(there, scores)))
    people = TrackFile.read(tmp_path / 'a.json').people(fps=10)
    layout = next(name for name, one in LAYOUTS.items() if len(one.points) == points)
    check(people, there, scores, layout)


def test_a_folder_of_openpose(tmp_path):
    there, scores = somebody(25, frames=11)
    for t, row in enumerate(flat(there, scores)):
        people = [dict(person_id=[-1], pose_keypoints_2d=row)] if t != 3 else []
        (tmp_path / f'v_{t}_keypoints.json').write_text(json.dumps(dict(version=1.3,
                                                                        people=people)))
    people = TrackFile.read(tmp_path).people(fps=10)
    assert people.layout.name == 'openpose25' and len(people.times) == 11
    assert people.frame.tolist() == [0, 1, 2, *range(4, 11)]
    np.testing.assert_allclose(people.keypoints[3, 0], there[4, 0])  # the nose
    np.testing.assert_allclose(people.keypoints[3, KEYPOINT_INDEX['Left Hip']], there[4, 12])


@pytest.mark.parametrize('more, layout, several', [
    (dict(), 'coco17', False), (dict(times=np.arange(4) / 10), 'halpe26', True),
    (dict(fps=np.array(10), width=640, height=360), 'blazepose33', False)])
def test_npz(more, layout, several, tmp_path):
    there, scores = somebody(len(LAYOUTS[layout].points))
    if several:  # nobody is the second one
        values, apart = np.stack([there, np.full_like(there, np.nan)], 1), np.stack([scores] * 2, 1)
        np.savez(tmp_path / 'a.npz', keypoints=values, keypoint_scores=apart, **more)
    else:
        np.savez(tmp_path / 'a.npz', lm=np.dstack([there, -scores, scores]), **more)
    people = TrackFile.read(tmp_path / 'a.npz').people(fps=10)
    check(people, there, scores, layout)
    assert people.size == SIZE or 'width' not in more


@pytest.mark.parametrize('header, layout', [
    (lambda i, name: [f'{c}{i + 1}' for c in 'xyzv'], 'blazepose33'),
    (lambda i, name: [f'{name}_x', f'{name}_y', f'{name}_z', f'{name}_visibility'], 'blazepose33'),
    (lambda i, name: [f'{name.upper()}.{c}' for c in ('x', 'y', 'z', 'score')], 'coco17'),
    (lambda i, name: [f'{name} {c}' for c in ('X', 'Y', 'Z', 'confidence')], 'fitness24'),
    (lambda i, name: [f'kp_{i}_{c}' for c in ('x', 'y', 'z', 'likelihood')], 'halpe26')])
@pytest.mark.parametrize('delimiter', [',', ';'])
def test_csv(header, layout, delimiter, tmp_path):
    names = LAYOUTS[layout].points
    there, scores = somebody(len(names))
    order = np.random.default_rng(0).permutation(len(names)) if layout == 'blazepose33' else range(
        len(names))  # columns that say whose they are may stand anywhere
    lines = [['time', *(column for i in order for column in header(i, names[i]))]]
    for t, (p, s) in enumerate(zip(there, scores, strict=True)):
        lines.append([100 * t, *(value for i in order for value in (*p[i], -0.5, s[i]))])
    lines[2][1:] = [''] * (len(lines[2]) - 1)  # nobody
    (tmp_path / 'a.csv').write_text('\n'.join(delimiter.join(map(str, line)) for line in lines))
    people = TrackFile.read(tmp_path / 'a.csv').people()
    assert people.frame.tolist() == [0, 2, 3] and people.layout.name == layout
    np.testing.assert_allclose(people.times, [0, 0.1, 0.2, 0.3])  # milliseconds
    expected, _ = LAYOUTS[layout].keypoints(there[[0, 2, 3]], scores[[0, 2, 3]], people.size)
    np.testing.assert_allclose(people.keypoints, expected, atol=1e-3)


def test_a_part_of_a_skeleton_by_names(tmp_path):
    names = ('left_shoulder', 'right_shoulder', 'left_hip', 'right_hip', 'left_heel', 'left_thumb')
    (tmp_path / 'a.csv').write_text('\n'.join(
        ','.join(row) for row in ([f'{name}_{c}' for name in names for c in 'xy'],
                                  *[list(map(str, range(100, 112)))] * 2)))
    people = TrackFile.read(tmp_path / 'a.csv').people(fps=5)
    seen = {KEYPOINTS[k] for k in np.flatnonzero(people.scores[0])}
    assert people.layout is BLAZEPOSE and {'Neck', 'Left Hip'} < seen and 'Nose' not in seen


def test_points_that_are_not_there(tmp_path):
    there, scores = somebody()
    there[0, 3], there[1, 4], scores[2, 5] = 0, np.nan, -1
    np.savez(tmp_path / 'a.npz', keypoints=there, scores=scores)
    people = TrackFile.read(tmp_path / 'a.npz').people(fps=10)
    assert people.scores[[0, 1, 2], [3, 4, 5]].tolist() == [0, 0, 0] and (people.scores > 0).sum() \
        == 4 * 24 - 3 - 3  # a shoulder is a part of neck, back and waist
    assert np.isfinite(people.keypoints).all()


def test_pixels_become_those_of_the_video(tmp_path):
    there, scores = somebody()
    np.savez(tmp_path / 'a.npz', keypoints=there, scores=scores, fps=10, size=SIZE)
    tracks = TrackFile.read(tmp_path / 'a.npz')
    half = tracks.people(size=(320, 180))
    np.testing.assert_allclose(half.keypoints[0, 0], (there[0, 0] + 0.5) / 2 - 0.5)
    with pytest.raises(InferenceError, match='640x360 pixels, but the video has 360x640'):
        tracks.people(size=(360, 640))


def shares(path):
    path.write_text(json.dumps([[[0.5, 0.4]] * 17] * 3))


def object_array(path):
    np.savez(path, keypoints=np.array([pickle.dumps(1), None], object), times=[0, 1])


def two_counts(path):
    path.write_text(json.dumps([[[1, 2]] * 17, [[1, 2]] * 26]))


@pytest.mark.parametrize('name, write, message', [
    ('none.npz', None, 'there is no file of tracks'),
    ('a.npz', lambda path: path.write_bytes(b'PK\x03\x04 no archive'), 'cannot be used'),
    ('a.npz', object_array, 'cannot be used as a file of tracks.*(object|OBJECT)'),
    ('a.npz', lambda path: np.savez(path, xy=np.ones((3, 17, 2))), 'no array called keypoints'),
    ('a.npz', lambda path: np.savez(path, keypoints=np.ones((3, 17))),
     r'points of shape \(3, 17\)'),
    ('a.npz', lambda path: np.savez(path, keypoints=np.ones((3, 21, 2))), '21 points a person'),
    ('a.npz', lambda path: np.savez(path, keypoints=np.ones((3, 17, 2)), times=[0, 2, 1]),
     'times do not ascend'),
    ('a.npz', lambda path: np.savez(path, keypoints=np.full((3, 17, 2), np.nan)), 'no point'),
    ('a.npz', lambda path: np.savez(path, keypoints=np.full((1, 17, 2), 9)), 'one frame only'),
    ('a.json', lambda path: path.write_text('{"a": '), 'no JSON'),
    ('a.json', lambda path: path.write_text('[' * 5000 + ']' * 5000), 'cannot be used'),
    ('a.json', lambda path: path.write_text('{"a": "\\u001b[1m"}'), 'nobody in it'),
    ('a.json', lambda path: path.write_text(json.dumps(mmpose(np.ones((3, 17, 3)),
                                                              np.ones((3, 17))))), 'three coord'),
    ('a.json', two_counts, 'somebody has 26 points'),
    ('a.json', lambda path: path.write_text(json.dumps(mmpose(*somebody()))), r'\(--fps\)'),
    ('a.json', shares, r'\(--size WIDTH HEIGHT\)'),
    ('a.csv', lambda path: path.write_text('name,index\na,b\n'), 'no columns for x and y'),
    ('a.csv', lambda path: path.write_text(''), 'no rows of columns'),
])
def test_damaged_files_get_one_sentence(name, write, message, tmp_path):
    if write:
        write(tmp_path / name)
    with pytest.raises(InferenceError, match=message) as told:
        TrackFile.read(tmp_path / name).people(fps=10 if 'shares' in str(write) else None)
    assert '\n' not in str(told.value) and '\x1b' not in str(told.value)


def test_what_is_a_file_of_tracks(tmp_path):
    for folder, files in (('frames', ('1.jpg', 'notes.json')), ('open', ('1.json', '2.json')),
                          ('empty', ())):
        (tmp_path / folder).mkdir()
        for file in files:
            (tmp_path / folder / file).touch()
        assert holds_tracks(tmp_path / folder) == (folder == 'open')
    assert holds_tracks(tmp_path / 'A.NPZ') and not holds_tracks(tmp_path / 'a.mp4')


@pytest.fixture(scope='module')
def take():
    return rehearse(Script('barbell squat', reps=3, rep_sec=2, before_sec=0.5, after_sec=0.5,
                           fps=15, size=(320, 180)))


def inferencer(folder, pose, posture='limbs'):
    if posture == 'limbs':
        files = (POSTURES['limbs'], folder / 'demo_posture/epoch_1.pth',
                 folder / 'demo_posture/calibration.json')
    return FitnessInferencer(pose, None, *files, device='cpu', show_progress=False)


def test_a_track_is_judged_without_its_video_and_its_result_again(work_dirs, take, tmp_path):  # noqa: F811
    file = tmp_path / 'squat.npz'
    np.savez(file, keypoints=take.keypoints[:, :17], fps=15, size=(320, 180))
    judge = inferencer(work_dirs, file)
    result, = judge(exercise='barbell squat', out_dir=tmp_path / 'out', smooth=0)['predictions']
    assert result['video'] == dict(name='squat', width=320, height=180, fps=15,
                                   frames=len(take.keypoints), seconds=len(take.keypoints) / 15)
    assert result['repetitions']['count'] == 3 and result['person']['found_by'] == 'found'
    np.testing.assert_allclose(np.array(result['keypoints']['positions'])[:, :17],
                               take.keypoints[:, :17], atol=0.06)
    reasons = {condition['name']: condition['reason'] for condition in result['conditions']}
    assert 'Guessed: back' in reasons['neutral spine']
    assert 'Guessed: feet' in reasons['feet flat on the floor']  # COCO has none
    assert {file.name for file in (tmp_path / 'out').iterdir()} == {
        'annotated.mp4', 'result.json', 'report.html', 'report.png', 'angles.csv',
        'repetitions.csv', 'angles.mot'}
    again, = judge(tmp_path / 'out/result.json', exercise='barbell squat', smooth=0)['predictions']
    for one, other in zip(*(r['repetitions']['list'] for r in (again, result)), strict=True):
        assert one == pytest.approx(other, abs=0.02)  # pixels are rounded there
    assert {c['name']: c['reason'] for c in again['conditions']} == reasons  # it is known there
    assert again['keypoints']['kinds'] == list(LAYOUTS['coco17'].kinds)
    frames = np.stack([np.full((180, 320, 3), 9 + t % 99, np.uint8) for t in range(60)])
    beside, = judge(frames, fps=15, exercise='barbell squat', smooth=0,
                    return_datasamples=True)['predictions']
    assert len(beside.frame_times) == 60 and len(beside.repetitions) == 1
    np.testing.assert_allclose(beside.track.keypoints[:, :17], take.keypoints[:60, :17], atol=0.01)


def test_nothing_is_judged_of_an_exercise_that_is_not_repeated(work_dirs, take, tmp_path):  # noqa: F811
    np.savez(tmp_path / 'still.npz', keypoints=np.repeat(take.keypoints[:1], 90, 0), fps=15,
             size=(320, 180))
    judge = inferencer(work_dirs, tmp_path / 'still.npz')
    result, = judge(exercise='barbell squat')['predictions']
    assert result['repetitions']['count'] == 0
    assert {condition['reason'] for condition in result['conditions']} == {
        'Not judged: no repetition of this exercise was seen.'}


def test_a_second_is_noted_to_be_too_short(work_dirs, take, tmp_path):  # noqa: F811
    for frames, short in ((15, True), (45, False)):
        np.savez(tmp_path / 'part.npz', keypoints=take.keypoints[:frames], fps=15, size=(320, 180))
        result, = inferencer(work_dirs, tmp_path / 'part.npz')()['predictions']
        assert (TOO_SHORT.en in result['notes']) == short


def test_a_video_that_goes_on_behind_its_tracks(work_dirs, tmp_path):  # noqa: F811
    there, scores = somebody(frames=10)
    np.savez(tmp_path / 'a.npz', keypoints=there / 8, scores=scores)
    frames = moving_square(30)
    result, = inferencer(work_dirs, tmp_path / 'a.npz')(frames, fps=10)['predictions']
    seen = np.array(result['keypoints']['scores'])[:, 0] > 0
    assert seen[:10].all() and not seen[11:].any()
