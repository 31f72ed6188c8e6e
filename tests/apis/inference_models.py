"""Small networks with random weights, as training leaves them, for whole runs."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import REPO

from fitness_mm.posture.calibration import CALIBRATION_FILE

POSE = REPO / 'configs' / 'demo/demo_pose_r18.py'
POSTURES = {'fusion': REPO / 'configs' / 'demo/demo_posture_tsm_r18_heatmap.py',
            'limbs': REPO / 'configs' / 'demo/demo_posture_keypoints.py',
            'graph': REPO / 'configs' / 'demo/demo_posture_stgcnpp.py',
            'exercise only': REPO / 'configs' / 'demo/demo_tsm_r18_heatmap.py'}


def save_random(config: Path, path: Path) -> Path:
    """Writes a checkpoint for a config."""
    from fitness_mm.engine.load import build_model, read_config
    torch.manual_seed(0)
    model = build_model(read_config(config))
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(dict(state_dict=model.state_dict(), meta={}), path)
    return path


@pytest.fixture(scope='session')
def work_dirs(tmp_path_factory) -> Path:
    """What `make demo` leaves: a pose estimator, and a posture network with its calibration."""
    folder = tmp_path_factory.mktemp('demo') / 'work_dirs'
    for name, config in (('demo_pose_r18', POSE), ('demo_posture', POSTURES['limbs'])):
        save_random(config, folder / name / 'epoch_1.pth')
        from mmengine.config import Config
        Config.fromfile(config).dump(folder / name / config.name)
        (folder / name / 'last_checkpoint').write_text(f'/elsewhere/{name}/epoch_1.pth')
    write_calibration(folder / 'demo_posture' / CALIBRATION_FILE)
    return folder


def write_calibration(path: Path) -> Path:
    """A calibration that judges every condition of the twelve exercises, however unsure."""
    from fitness_mm.aihub.index import select_exercises
    from fitness_mm.posture.calibration import PostureCalibration
    exercises = select_exercises('study')
    unknown = PostureCalibration.unknown(
        [e.name for e in exercises], [e.conditions for e in exercises], judged=True)
    # random weights give nearly equal logits: this makes them sure
    return replace(unknown, exercise_temperature=0.05, condition_temperature=0.05,
                   band=0.0).write(path)
