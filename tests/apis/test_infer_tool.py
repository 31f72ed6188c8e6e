import json
import shutil

from conftest import run_tool
from inference_models import work_dirs  # noqa: F401
from video_cases import moving_square, write_video


def test_the_tool_takes_the_demo_models_and_says_what_to_open(work_dirs, tmp_path):  # noqa: F811
    shutil.copytree(work_dirs, tmp_path / 'work_dirs')
    write_video(tmp_path / 'squat.mp4', moving_square(20))
    (tmp_path / 'notes.mp4').write_text('no video')
    result = run_tool('infer.py', 'squat.mp4', 'notes.mp4', '--out', 'out', '--box', 5, 5, 90, 60,
                      '--device', 'cpu', cwd=tmp_path, check=False)
    # one of the two cannot be opened: one sentence, and the other is done all the same
    assert result.returncode == 1 and 'Traceback' not in result.stdout
    assert 'infer.py: notes.mp4 is no video that can be opened' in result.stdout
    assert 'open      out/squat/report.html' in result.stdout
    found = json.loads((tmp_path / 'out/squat/result.json').read_text('utf-8'))
    assert found['video']['frames'] == 20


def test_without_the_demo_it_says_how_to_get_there(tmp_path):
    result = run_tool('infer.py', 'a.mp4', '--out', 'out', cwd=tmp_path, check=False)
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].startswith('infer.py: there is no trained pose model in '
                                                     'work_dirs/demo_pose_r18; run `make demo`')
