import json
import shutil

import pytest
from conftest import run_tool
from inference_models import work_dirs  # noqa: F401
from video_cases import moving_square, write_video


def test_the_tool_takes_the_demo_models_and_says_what_to_open(work_dirs, tmp_path):  # noqa: F811
    shutil.copytree(work_dirs, tmp_path / 'work_dirs')
    for name in ('mon/squat.mp4', 'tue/squat.mov'):
        (tmp_path / name).parent.mkdir()
        write_video(tmp_path / name, moving_square(20 if 'mon' in name else 30))
    (tmp_path / 'notes.mp4').write_text('no video')
    result = run_tool('infer.py', 'mon/squat.mp4', 'notes.mp4', 'tue/squat.mov', '--out', 'out',
                      '--box', 5, 5, 90, 60, '--device', 'cpu', cwd=tmp_path, check=False)
    # one cannot be opened: one sentence, and the others are done all the same
    assert result.returncode == 1 and 'Traceback' not in result.stdout
    assert 'infer.py: notes.mp4 is no video that can be opened' in result.stdout
    for name, frames in (('squat.mp4', 20), ('squat.mov', 30)):
        assert f'open      out/{name}/report.html' in result.stdout
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
    result = run_tool('infer.py', 'a.mp4', '--out', 'out', *arguments, cwd=tmp_path, check=False)
    assert result.returncode == 1
    assert result.stdout.startswith(f'infer.py: {message}') and result.stdout.count('\n') == 1
    assert not (tmp_path / 'out').exists()


def test_without_the_demo_it_says_how_to_get_there(tmp_path):
    result = run_tool('infer.py', 'a.mp4', '--out', 'out', cwd=tmp_path, check=False)
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].startswith('infer.py: there is no trained pose model in '
                                                     'work_dirs/demo_pose_r18; run `make demo`')
