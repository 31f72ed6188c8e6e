import errno
import json
import os
import shutil
import time

import av
import numpy as np
import pytest
from conftest import REPO
from inference_models import POSE, POSTURES, save_random, work_dirs, write_calibration  # noqa: F401
from video_cases import moving_square, turn_right, write_video

from fitness_mm.aihub.catalog import STUDY_EXERCISES, exercise_by_name
from fitness_mm.apis import FitnessInferencer, InferenceError
from fitness_mm.apis.report.angles.files import ANGLES, MOTION, REPETITIONS
from fitness_mm.apis.report.outputs import HTML, JSON, PAGE, VIDEO
from fitness_mm.errors import FitnessError

BOX = (10, 5, 90, 60)


@pytest.fixture(scope='module')
def inferencer(work_dirs):  # noqa: F811
    return _inferencer(work_dirs)


def _inferencer(folder, posture=None, **kwargs):
    files = posture or (POSTURES['limbs'], folder / 'demo_posture/epoch_1.pth',
                        folder / 'demo_posture/calibration.json')
    return FitnessInferencer(POSE, folder / 'demo_pose_r18/epoch_1.pth', *files, device='cpu',
                             show_progress=False, **kwargs)


def test_five_lines(work_dirs, tmp_path, monkeypatch):  # noqa: F811
    write_video(tmp_path / 'squat.mp4', moving_square(60))
    shutil.copytree(work_dirs, tmp_path / 'work_dirs')
    monkeypatch.chdir(tmp_path)
    lines = _readme_lines()
    assert len(lines) <= 5
    exec('\n'.join(lines), {})  # the README's own words
    assert (tmp_path / 'feedback' / HTML).is_file()


def _readme_lines():
    blocks = [text.split('```')[0] for page in ('README.md', 'docs/inference.md')
              for text in (REPO / page).read_text('utf-8').split('```python\n')[1:]]
    readme, page = (block for block in blocks if 'FitnessInferencer' in block)
    assert readme == page
    return [line for line in readme.splitlines() if line.strip()]


def test_everything_is_written_and_fits_together(inferencer, tmp_path):
    video = write_video(tmp_path / 'a.mp4', moving_square(75))
    found = inferencer(video, out_dir=tmp_path / 'out', box=BOX, return_vis=True, pose_fps=15)
    (result, ), (drawn, ) = found['predictions'], found['visualization']
    assert {p.name for p in (tmp_path / 'out').iterdir()} == {
        VIDEO, JSON, HTML, PAGE, ANGLES, REPETITIONS, MOTION}
    assert len((tmp_path / 'out' / ANGLES).read_text('utf-8').splitlines()) == 39
    assert json.loads((tmp_path / 'out' / JSON).read_text('utf-8')) == result

    assert {k: result['video'][k] for k in ('name', 'width', 'height', 'frames')} == {
        'name': 'a', 'width': 96, 'height': 64, 'frames': 75}
    assert result['video']['fps'] == pytest.approx(30, abs=0.01)
    assert result['video']['seconds'] == pytest.approx(2.5, abs=0.01)
    assert result['person']['found_by'] == 'given' and result['person']['box'] == [*map(float, BOX)]
    assert len(result['keypoints']['times']) == 38  # every second frame
    assert np.shape(result['keypoints']['positions']) == (38, 24, 2)
    assert abs(sum(e['probability'] for e in result['exercise']['ranking'])) <= 1.001
    assert len(result['windows']) == 1 and result['windows'][0]['stop'] < 2.5
    assert {c['verdict'] for c in result['conditions']} <= {'kept', 'broken', 'not judged'}
    assert result['seconds']['total'] >= sum(
        s for stage, s in result['seconds'].items() if stage != 'total') - 0.1

    with av.open(str(tmp_path / 'out' / VIDEO)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == 'h264'
        frames = [(p.time, p.width, p.height) for p in container.decode(stream)]
    assert len(frames) == len(drawn) == 75
    np.testing.assert_allclose([t for t, _, _ in frames], np.arange(75) / 30, atol=2e-3)
    assert frames[0][1:] == (drawn.shape[2], drawn.shape[1])

    page = (tmp_path / 'out' / HTML).read_text('utf-8')
    assert result['exercise']['name_ko'] in page and 'src="http' not in page


@pytest.mark.parametrize('kind', ['fusion', 'graph', 'exercise only'])
def test_every_kind_of_recogniser(kind, work_dirs, tmp_path):  # noqa: F811
    weights = save_random(POSTURES[kind], tmp_path / 'posture.pth')
    calibration = write_calibration(tmp_path / 'calibration.json')
    inferencer = _inferencer(work_dirs, (POSTURES[kind], weights, calibration))
    result = inferencer(moving_square(90), box=BOX, batch_size=16)['predictions'][0]
    verdicts = {c['verdict'] for c in result['conditions']}
    if kind == 'exercise only':
        assert verdicts == {'not judged'}
        assert 'only recognises exercises' in result['conditions'][0]['reason']
    broken = [c for c in result['conditions'] if c['verdict'] == 'broken']
    assert all(c['evidence'] is not None and c['advice'] and c['ranges'] for c in broken)


def test_who_knows_the_exercise_can_say_it(inferencer, tmp_path):
    video = moving_square(75)
    ranking = inferencer(video, box=BOX)['predictions'][0]['exercise']['ranking']
    likely = {exercise_by_name(one['name']).family for one in ranking}
    other = next(e for e in STUDY_EXERCISES if e.family not in likely)
    result = inferencer(video, box=BOX, exercise=other.name_ko.replace(' ', ''),
                        out_dir=tmp_path)['predictions'][0]
    exercise = result['exercise']
    assert (exercise['name'], exercise['given'], exercise['is_family']) == (
        other.name, True, False)
    conditions = other.conditions
    assert [c['name_ko'] for c in result['conditions']] == list(conditions)
    assert not any('which exercise' in c['reason'] for c in result['conditions'])
    best = exercise['ranking'][0]
    assert exercise['probability'] < best['probability']
    assert any(note.endswith(f"looks more like: {best['name']}.") for note in result['notes'])
    page = (tmp_path / HTML).read_text('utf-8')
    assert other.name_ko in page and '운동이 확실하지 않음' not in page
    with pytest.raises(InferenceError, match='plank is none of the 12 exercises of the posture'):
        inferencer(video, box=BOX, exercise='plank')


def test_half_precision_says_the_same(work_dirs):  # noqa: F811
    frames = moving_square(40)
    whole, half = (_inferencer(work_dirs, half=half)(frames, box=BOX)['predictions'][0]
                   for half in (False, True))
    difference = np.subtract(whole['keypoints']['scores'], half['keypoints']['scores'])
    assert 0 < np.abs(difference).max() < 0.05


def test_without_calibration_nothing_is_judged(work_dirs):  # noqa: F811
    weights = work_dirs / 'demo_posture' / 'epoch_1.pth'
    alone = save_random(POSTURES['limbs'], work_dirs.parent / 'alone' / 'epoch_1.pth')
    assert alone.parent != weights.parent
    result = _inferencer(work_dirs, (POSTURES['limbs'], alone, None))(
        moving_square(75), box=BOX)['predictions'][0]
    assert {c['verdict'] for c in result['conditions']} == {'not judged'}
    assert any('no calibration.json' in note for note in result['notes'])


def test_a_video_without_a_person_says_so(inferencer, tmp_path):
    (tmp_path / ANGLES).write_text('of an earlier video')
    result = inferencer(np.full((2, 60, 80, 3), 120, np.uint8),
                        out_dir=tmp_path)['predictions'][0]
    assert result['person'] is result['exercise'] is result['keypoints'] is None
    assert result['conditions'] == [] and result['notes'][0].startswith('No person was found')
    assert {p.name for p in tmp_path.iterdir()} == {VIDEO, JSON, HTML, PAGE}


def test_of_one_picture_nothing_is_judged_or_counted(inferencer):
    found = inferencer(moving_square(1).repeat(90, 0), box=BOX)['predictions'][0]
    assert found['exercise'] is not None and found['repetitions'] is None
    assert {c['reason'] for c in found['conditions']} == {'Not judged: nothing moves in the video.'}
    assert 'Not judged: nothing moves in the video.' in found['notes']


def test_a_box_in_a_large_picture_stays_where_it_is(inferencer):
    box = (100, 50, 3000.5, 1999)
    found = inferencer(np.zeros((2, 2000, 4000, 3), np.uint8), box=box)['predictions'][0]
    np.testing.assert_allclose(found['person']['box'], box, atol=0.1)


@pytest.mark.parametrize('change', ['portrait', 'one frame', 'grey', 'fast'])
def test_odd_videos(change, inferencer, tmp_path):
    frames, fps = moving_square(24), 30
    if change == 'one frame':
        frames = frames[:1]
    if change == 'grey':
        frames = frames[..., 0]
    if change == 'fast':
        fps = 60
    given = list(frames) if change == 'grey' else write_video(tmp_path / 'v.mp4', frames, fps)
    if change == 'portrait':
        turn_right(given)
    result = inferencer(given, box=(5, 5, 60, 60), out_dir=tmp_path / 'out')['predictions'][0]
    assert result['video']['frames'] == len(frames)
    assert (result['video']['width'], result['video']['height']) == (
        (64, 96) if change == 'portrait' else (96, 64))
    if change == 'one frame':
        assert result['repetitions'] is None
        assert {c['verdict'] for c in result['conditions']} == {'not judged'}
    if change == 'fast':
        np.testing.assert_allclose(np.diff(result['keypoints']['times']), 4 / 60, atol=2e-3)


def test_an_interrupted_drawing_leaves_what_was_found(inferencer, tmp_path, monkeypatch):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr('fitness_mm.apis.video.encoder.VideoEncoder.finish', stop)
    with pytest.raises(KeyboardInterrupt):
        inferencer(moving_square(30), box=BOX, out_dir=tmp_path / 'out')
    assert {p.name for p in (tmp_path / 'out').iterdir()} == {JSON, ANGLES, REPETITIONS, MOTION}


def test_a_full_disk_is_told_and_what_was_found_stays(inferencer, tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    out = tmp_path / 'out'
    monkeypatch.setattr('fitness_mm.apis.video.encoder.VideoEncoder.add', full)
    with pytest.raises(InferenceError, match=r'out cannot be written .No space left'):
        inferencer(moving_square(30), box=BOX, out_dir=out)
    assert len(json.loads((out / JSON).read_text('utf-8'))['keypoints']['times']) == 15


def test_where_nothing_can_be_written_nothing_is_begun(inferencer, tmp_path, monkeypatch):
    (tmp_path / 'file').write_text('')
    monkeypatch.setattr('fitness_mm.apis.inferencer.analyse', None)
    for out in ('file', 'file/in'):
        with pytest.raises(FitnessError, match='cannot be written'):
            inferencer(moving_square(3), box=BOX, out_dir=tmp_path / out)
    good = write_video(tmp_path / 'a.mp4', moving_square(3))
    with pytest.raises(InferenceError, match='there is no file'):
        inferencer([good, tmp_path / 'none.mp4'], out_dir=tmp_path / 'out')


def test_numbers_that_are_none_are_told(inferencer, monkeypatch):
    network = inferencer.models.pose.estimator.network
    monkeypatch.setattr(network, 'predict', _said_nan(network.predict))
    with pytest.raises(InferenceError, match=r'epoch_1\.pth says NaN'):
        inferencer(moving_square(3), box=BOX)


def _said_nan(predict):
    def predicted(*args):
        for said in predict(*args):
            said.pred_instances.keypoint_scores[:] = np.nan
            yield said
    return predicted


def test_several_videos_get_a_folder_each(inferencer, tmp_path):
    paths = [write_video(tmp_path / f'{name}.mp4', moving_square(20)) for name in 'ab']
    found = inferencer(paths, box=BOX, out_dir=tmp_path / 'out', return_datasamples=True)
    assert [r.name for r in found['predictions']] == ['a', 'b']
    assert {p.name for p in (tmp_path / 'out').iterdir()} == {'a', 'b'}


def test_drawing_again_keeps_the_times_of_before(inferencer, tmp_path):
    frames = moving_square(20)
    before = inferencer(frames, box=BOX, return_datasamples=True)['predictions'][0]
    seconds = dict(before.seconds)
    begin = time.perf_counter()
    drawn, = inferencer.visualize(frames, [before], out_dir=tmp_path, language='en')
    taken = time.perf_counter() - begin
    assert len(drawn) == 20
    assert {p.name for p in tmp_path.iterdir()} == {
        VIDEO, JSON, HTML, PAGE, ANGLES, REPETITIONS, MOTION}
    told = json.loads((tmp_path / JSON).read_text('utf-8'))['seconds']
    assert told.keys() == {*seconds, 'draw', 'report'}
    for stage in ('find person', 'pose', 'recognise'):
        assert told[stage] == pytest.approx(seconds[stage], abs=1e-3)
    more = told['total'] - seconds['total']
    assert told['draw'] + told['report'] - 0.002 <= more <= taken + 0.001


@pytest.mark.parametrize('arguments, message', [
    (dict(box=(5, 5, 4, 9)), 'box has to be x1 y1 x2 y2'),
    (dict(pose_fps=0), 'pose_fps has to be a number from 1 to 1000, but is 0'),
    (dict(window=-1), 'window has to be a number from 0.5'),
    (dict(window=float('inf')), 'window has to be a number from 0.5'),
    (dict(smooth=float('nan')), 'smooth has to be a number from 0'),
    (dict(stride='much'), 'stride has to be a number from'),
    (dict(fps=0), 'fps has to be a number from'),
    (dict(camera_seconds=-3), 'camera_seconds has to be a number from'),
    (dict(language='fr'), 'language has to be one of'),
    (dict(batch_size=0), 'batch_size has to be a number from 1'),
    (dict(channels='xyz'), "channels has to be 'rgb' or 'bgr'"),
    (dict(colour=1), "no argument 'colour'"),
    (dict(exercise='barbel curl'), "no exercise is called 'barbel curl'; the nearest are"),
    (dict(font='none.ttf'), 'none.ttf is missing or not a TrueType'),
])
def test_arguments_that_cannot_be_used_are_named_before_anything_is_opened(
        arguments, message, inferencer):
    with pytest.raises(FitnessError, match=message):
        inferencer('not_there.mp4', **arguments)


@pytest.mark.parametrize('arguments, message', [
    (dict(box=(500, 5, 600, 9)), 'lies outside the picture of 96x64'),
    (dict(box=BOX, show=True), 'frames cannot be shown'),
])
def test_what_only_shows_with_the_video_is_named_too(arguments, message, inferencer):
    with pytest.raises(InferenceError, match=message):
        inferencer(moving_square(4), **arguments)
