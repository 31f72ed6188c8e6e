from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import DATASETS, init_default_scope
from torch.utils.data import DataLoader, Dataset

from fitness_mm.aihub.frames import FrameError
from fitness_mm.engine import launch
from fitness_mm.errors import FitnessError

HOSTS = pytest.mark.parametrize('scope, module, cfg', [
    ('mmpose', 'fitness_mm.pose.dataset',
     dict(type='FitnessPoseDataset', frames='first', pipeline=[dict(type='LoadLabelledFrame')])),
    ('mmaction', 'fitness_mm.action.data.dataset',
     dict(type='FitnessClipDataset', pipeline=[
         dict(type='SampleLabelledFrames', num_frames=4, random=False),
         dict(type='CropToUnionBox'), dict(type='LoadLabelledFrames')])),
])


@HOSTS
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


@HOSTS
def test_images_that_are_all_gone_end_a_training_soon(scope, module, cfg, sample_root, monkeypatch):
    def read(index, row, *args, **kwargs):
        if broken:
            raise FrameError(Path('first.jpg'), 'cannot be read')
        return original(index, row, *args, **kwargs)

    module, broken = import_module(module), True
    original = module.read_frames
    monkeypatch.setattr(module, 'read_frames', read)
    init_default_scope(scope)
    dataset = DATASETS.build(dict(data_root=str(sample_root), subset='all', **cfg))
    assert [dataset.prepare_data(0) for _ in range(9)] == [None] * 9
    broken = False
    assert dataset.prepare_data(0) is not None
    broken = True
    with pytest.raises(FrameError, match=r'none of the 10 samples drawn last could be read'):
        dataset[0]


class Broken(Dataset):
    def __len__(self):
        return 1

    def __getitem__(self, index):
        raise FrameError(Path('half.jpg'), 'is cut off; copy it again')


def test_what_a_loaders_worker_says_stays_one_sentence(monkeypatch):
    monkeypatch.setattr(launch.QuietRunner, 'from_cfg',
                        lambda cfg: DataLoader(Broken(), num_workers=1))
    with (pytest.raises(FitnessError, match=r'\Ahalf\.jpg: is cut off; copy it again\Z'),
          launch._runner_of({}) as loader):
        next(iter(loader))
