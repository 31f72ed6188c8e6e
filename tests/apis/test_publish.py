"""What is packed for those who only use it says the same, and holds nothing else."""

import numpy as np
import pytest
import torch
from conftest import run_tool
from inference_models import POSTURES, work_dirs  # noqa: F401

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.networks.files import EVERYDAY, calibration_beside, model_files
from fitness_mm.apis.networks.recogniser import PostureRecogniser, Window
from fitness_mm.keypoints.box import Box
from fitness_mm.posture.calibration import PostureCalibration


def logits(files):
    rng = np.random.default_rng(0)
    keypoints = rng.uniform(100, 200, (16, 24, 2)).astype(np.float32)
    window = Window(np.arange(16.0), keypoints, np.ones((16, 24), np.float32), [], (640, 360),
                    Box(100, 100, 200, 200))
    scores, = PostureRecogniser(*files, device='cpu')([window])
    return np.concatenate([scores.exercise_logits, scores.condition_logits])


def test_a_published_network_says_the_same(work_dirs, tmp_path):  # noqa: F811
    folder = work_dirs / 'demo_posture'
    weights = torch.load(folder / 'epoch_1.pth', weights_only=True)
    torch.save(dict(weights, optimizer={'a': torch.zeros(9)}), tmp_path / 'trained.pth')
    out = run_tool('publish.py', POSTURES['limbs'], tmp_path / 'trained.pth', '--calibration',
                   folder / 'calibration.json', '--out', tmp_path / 'mine').stdout
    assert out.count('wrote ') == 3
    files = model_files('posture', tmp_path / 'mine', None)
    assert calibration_beside(files[1]) == tmp_path / 'mine/calibration.json'
    np.testing.assert_allclose(logits(files), logits((POSTURES['limbs'], tmp_path / 'trained.pth')),
                               rtol=0.02, atol=0.02)
    packed = torch.load(files[1], weights_only=True)
    assert set(packed) == {'state_dict'}
    assert files[1].stat().st_size < 0.6 * (folder / 'epoch_1.pth').stat().st_size
    assert 'data_root' not in files[0].read_text() and 'optim' not in files[0].read_text()


def test_a_calibration_of_another_network_is_refused(work_dirs, tmp_path):  # noqa: F811
    other = PostureCalibration.unknown(['plank'], [['a']]).write(tmp_path / 'calibration.json')
    run = run_tool('publish.py', POSTURES['limbs'], work_dirs / 'demo_posture/epoch_1.pth',
                   '--calibration', other, '--out', tmp_path / 'mine', check=False)
    assert run.returncode == 1 and 'the calibration is of 1 exercises' in run.stdout
    assert not (tmp_path / 'mine').exists()


def test_the_network_of_the_package(tmp_path):
    config, weights = model_files('posture', EVERYDAY, None)
    calibration = PostureCalibration.read(calibration_beside(weights))
    network = PostureRecogniser(config, weights, device='cpu')
    calibration.check_fits([e.name for e in network.exercises],
                           [e.conditions for e in network.exercises])
    assert len(network.exercises) == 42 and 30 < calibration.judged.sum() < 167
    with pytest.raises(InferenceError, match="'squats' is neither everyday nor demo nor a folder"):
        model_files('posture', 'squats', None)
