"""Where the networks of BlazePose come from, and what is said where they do not."""

import hashlib
import zipfile

import pytest
from conftest import run_tool

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.networks.blazepose import BlazePose, files
from fitness_mm.apis.networks.blazepose.files import ModelFile, fetch, model_file, model_folder

FETCH = 'tools/data/fetch_pose_model.py'


@pytest.fixture
def made_up(monkeypatch):
    """Two made-up files in the place of the networks."""
    contents = {'a/one.tflite': b'first', 'b/two.tflite': b'second'}
    wanted = [ModelFile(path, hashlib.sha256(content).hexdigest())
              for path, content in contents.items()]
    monkeypatch.setattr(files, 'DETECTION', wanted[0])
    monkeypatch.setattr(files, 'LANDMARKS', wanted[1])
    return contents


def wheel_of(path, contents):
    with zipfile.ZipFile(path, 'w') as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def test_files_are_taken_out_of_a_wheel_once(tmp_path, made_up):
    wheel, folder = wheel_of(tmp_path / 'm.whl', made_up | {'c': b'more'}), tmp_path / 'models'
    assert fetch(folder, wheel) == [folder / 'one.tflite', folder / 'two.tflite']
    assert sorted(path.name for path in folder.iterdir()) == ['one.tflite', 'two.tflite']
    assert model_file(files.LANDMARKS, folder) == b'second'
    assert fetch(folder, tmp_path / 'none.whl') == []  # not even looked for
    (folder / 'two.tflite').write_bytes(b'secon')
    with pytest.raises(InferenceError, match=f'two.tflite is damaged.*{FETCH}.*anew'):
        model_file(files.LANDMARKS, folder)
    assert fetch(folder, wheel) == [folder / 'two.tflite']


@pytest.mark.parametrize(('contents', 'sentence'), [
    ({'a/one.tflite': b'first'}, 'm.whl is no wheel of mediapipe==.*two.tflite'),
    ({'a/one.tflite': b'first', 'b/two.tflite': b'other'}, 'b/two.tflite in .*m.whl is not the'),
])
def test_another_wheel_leaves_nothing(tmp_path, made_up, contents, sentence):
    with pytest.raises(InferenceError, match=sentence):
        fetch(tmp_path / 'models', wheel_of(tmp_path / 'm.whl', contents))
    assert not (tmp_path / 'models').exists()


def test_where_they_are(tmp_path, monkeypatch):
    monkeypatch.delenv('FITNESS_MODELS', raising=False)
    assert model_folder().parts[-2:] == ('share', 'fitness_mm')
    monkeypatch.setenv('FITNESS_MODELS', str(tmp_path))
    assert model_folder() == tmp_path
    with pytest.raises(InferenceError, match=f'needs {tmp_path}/pose_detection.tflite .No such '
                       f'file.*; `python {FETCH}` fetches it'):
        BlazePose.load()


def test_the_tool_without_a_network(tmp_path):
    alone = {'PIP_NO_INDEX': '1', 'PIP_FIND_LINKS': f'{tmp_path}',
             'FITNESS_MODELS': f'{tmp_path}/m'}
    said = run_tool(FETCH.removeprefix('tools/'), env=alone, check=False)
    assert said.returncode == 1 and not (tmp_path / 'm').exists()
    assert 'pip cannot download mediapipe==0.10.21 (ERROR: No matching' in said.stdout
    assert said.stdout.count('\n') == 1 and '--wheel FILE' in said.stdout


def test_the_tool_with_another_file(tmp_path, refuse):
    (tmp_path / 'no.whl').write_bytes(b'no zip')
    said = refuse(FETCH.removeprefix('tools/'), '--out', tmp_path / 'm', '--wheel',
                  tmp_path / 'no.whl').stdout
    assert 'no.whl is no wheel of mediapipe' in said and not (tmp_path / 'm').exists()
