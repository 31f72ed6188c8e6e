import json
import os
import shutil

import pytest
from conftest import run_here, run_tool
from inference_models import work_dirs  # noqa: F401
from video_cases import moving_square, write_video


def test_the_tool_takes_the_demo_models_and_says_what_to_open(work_dirs, tmp_path):  # noqa: F811
    shutil.copytree(work_dirs, tmp_path / 'work_dirs')
    for name in ('mon/squat.mp4', 'tue/squat.mov'):
        (tmp_path / name).parent.mkdir()
        write_video(tmp_path / name, moving_square(20 if 'mon' in name else 30))
    korean = os.fsdecode('스쿼트'.encode('cp949'))  # as in the archives of old Korean machines
    shutil.copy(tmp_path / 'mon/squat.mp4', tmp_path / f'{korean}.mp4')
    (tmp_path / 'notes.mp4').write_text('no video')
    result = run_tool('infer.py', f'{korean}.mp4', 'mon/squat.mp4', 'notes.mp4', 'tue/squat.mov',
                      'camera:²', '..', '\x1b[1m.mp4', '--out', 'out', '--box', 5, 5, 90, 60,
                      '--device', 'cpu', cwd=tmp_path, check=False,
                      env={'PYTHONIOENCODING': 'ascii'})
    # some cannot be opened: a sentence each, and the others are done all the same
    assert result.returncode == 1 and 'Traceback' not in result.stdout
    assert result.stdout.isascii() and '\x1b' not in result.stdout
    assert result.stdout.startswith('infer.py: notes.mp4 is no video that can be opened')
    *_, title, notes, camera, parent, escape = result.stdout.splitlines()
    assert title == 'infer.py: 4 of 7 were not judged:'
    assert notes.startswith('  notes.mp4 is no video')
    assert 'there is no file' in camera and 'has no images' in parent
    assert escape.startswith(r'  \x1b[1m.mp4: ')
    assert 'video     \\uc2a4\\ucffc\\ud2b8, 0.7 s' in result.stdout
    for name, frames in (('squat.mp4', 20), ('squat.mov', 30), ('스쿼트', 20)):
        found = json.loads((tmp_path / 'out' / name / 'result.json').read_text('utf-8'))
        assert found['video']['frames'] == frames


@pytest.mark.parametrize('arguments, message', [
    (('--fps', 0), 'fps has to be a number from'),
    (('--window', 'inf'), 'window has to be a number from'),
    (('--stride', 'nan'), 'stride has to be a number from'),
    (('--smooth', -1), 'smooth has to be a number from'),
    (('--pose-fps', 1e9), 'pose_fps has to be a number from'),
    (('--batch-size', 0), 'batch_size has to be a number from'),
    (('--camera-seconds', 0), 'camera_seconds has to be a number from'),
    (('--box', 5, 5, 'inf', 9), 'box has to be x1 y1 x2 y2'),
    (('--font', 'none.ttf'), 'none.ttf is missing'),
])
def test_arguments_are_checked_before_models_are_loaded(arguments, message, tmp_path):
    result = run_here('infer.py', 'a.mp4', '--out', 'out', *arguments, cwd=tmp_path, check=False)
    assert result.returncode == 1
    assert result.stdout.startswith(f'infer.py: {message}') and len(result.stdout.splitlines()) == 1
    assert not (tmp_path / 'out').exists()


def test_what_is_not_there_is_said_before_models_are_looked_for(tmp_path):
    (tmp_path / 'file').write_text('')
    for out, message in (('out', "infer.py: there is no file 'a.mp4'"),
                         ('file', 'infer.py: file cannot be written (')):
        result = run_here('infer.py', 'a.mp4', '--out', out, cwd=tmp_path, check=False)
        assert result.returncode == 1 and result.stdout.startswith(message)
        assert len(result.stdout.splitlines()) == 1


def test_without_the_demo_it_says_how_to_get_there(tmp_path):
    write_video(tmp_path / 'a.mp4', moving_square(3))
    result = run_here('infer.py', 'a.mp4', '--out', 'out', cwd=tmp_path, check=False,
                      env={'FITNESS_MODELS': str(tmp_path)})
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].startswith('infer.py: there is no trained pose model in '
                                                     'work_dirs/demo_pose_r18; run `make demo`')
