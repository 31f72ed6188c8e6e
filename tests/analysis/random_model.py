"""A checkpoint of the small heatmap recogniser whose weights are random: made in a moment."""

from pathlib import Path

import pytest
import torch
from conftest import REPO

CONFIG = REPO / 'configs' / 'demo/demo_tsm_r18_heatmap.py'
# What makes tools quick on the tiny sample.
QUICK = ('--cfg-options', 'test_dataloader.num_workers=0')


def save_random_model(path: Path, seed: int) -> Path:
    """Writes a checkpoint as training leaves it, for :data:`CONFIG`."""
    from fitness_mm.engine.load import build_model, read_config
    torch.manual_seed(seed)
    model = build_model(read_config(CONFIG))
    torch.save(dict(state_dict=model.state_dict(), meta={}), path)
    return path


@pytest.fixture(scope='session')
def checkpoint(tmp_path_factory) -> Path:
    return save_random_model(tmp_path_factory.mktemp('random_model') / 'random.pth', seed=0)
