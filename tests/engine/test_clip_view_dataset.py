from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import DATASETS, init_default_scope

from fitness_mm.aihub.frames import FrameError


@pytest.mark.parametrize('scope, module, cfg', [
    ('mmpose', 'fitness_mm.pose.dataset',
     dict(type='FitnessPoseDataset', frames='first', pipeline=[dict(type='LoadLabelledFrame')])),
    ('mmaction', 'fitness_mm.action.data.dataset',
     dict(type='FitnessClipDataset', pipeline=[
         dict(type='SampleLabelledFrames', num_frames=4, random=False),
         dict(type='CropToUnionBox'), dict(type='LoadLabelledFrames')])),
])
def test_broken_images_are_replaced_in_training_and_raised_in_testing(
        scope, module, cfg, sample_root, monkeypatch):
    module = import_module(module)
    read = module.read_frames

    def read_unless_first(index, row, *args, **kwargs):
        if row == 0:
            raise FrameError(Path('first.jpg'), 'cannot be decoded')
        return read(index, row, *args, **kwargs)

    monkeypatch.setattr(module, 'read_frames', read_unless_first)
    init_default_scope(scope)
    cfg = dict(data_root=str(sample_root), subset='all', **cfg)
    np.random.seed(0)
    assert DATASETS.build(cfg)[0]['sample_idx'] != 0
    with pytest.raises(FrameError, match=r'first\.jpg'):
        DATASETS.build(dict(test_mode=True, **cfg))[0]
