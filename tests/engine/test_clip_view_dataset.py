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


class Images:
    """Stands for ``read_frames``; what it refuses is set by a test."""

    def __init__(self, module, monkeypatch):
        self.original, self.refused = module.read_frames, lambda row, number: None
        self.asked = []
        monkeypatch.setattr(module, 'read_frames', self)

    def __call__(self, index, row, numbers, *args, **kwargs):
        self.asked.append((row, *numbers))
        for number in numbers:
            if name := self.refused(row, number):
                raise FrameError(Path(name), 'cannot be decoded')
        return self.original(index, row, numbers, *args, **kwargs)


@pytest.fixture
def images(module, monkeypatch):
    return Images(import_module(module), monkeypatch)


@HOSTS
@pytest.mark.parametrize('test_mode', [False, True])
def test_a_broken_image_is_left_out_like_a_missing_one(scope, module, cfg, sample_root, images,
                                                       test_mode):
    init_default_scope(scope)
    dataset = DATASETS.build(dict(data_root=str(sample_root), subset='all', test_mode=test_mode,
                                  **cfg))
    images.refused = lambda row, number: 'x-0000001.jpg' if (row, number) == (2, 1) else None
    assert dataset[2]['sample_idx'] == 2
    (_, *before), (_, *after) = images.asked
    assert before[0] == 1 and after[0] == 3, 'the next one stands in its place'
    assert len(after) == len(before)
    assert int(dataset._unreadable.sum()) == 1
    images.asked.clear()
    assert dataset[2]['sample_idx'] == 2 and len(images.asked) == 1, 'it is not tried again'


@HOSTS
def test_what_is_all_broken_is_replaced_in_training_and_raised_in_testing(
        scope, module, cfg, sample_root, images):
    init_default_scope(scope)
    cfg = dict(data_root=str(sample_root), subset='all', **cfg)
    for name, advice in (('0-{:07d}.jpg', '--check-images whole, which leaves broken images out'),
                         ('0.mp4', '--clips, which makes damaged clip files again')):
        images.refused = lambda row, number, name=name: None if row else name.format(number)
        np.random.seed(0)
        assert DATASETS.build(cfg)[0]['sample_idx'] != 0
        with pytest.raises(FrameError, match=f'cannot be decoded; run tools/.*{advice}'):
            DATASETS.build(dict(test_mode=True, **cfg))[0]


def test_a_frame_that_is_a_sample_by_itself_is_not_another_frame(sample_root, monkeypatch):
    images = Images(import_module('fitness_mm.pose.dataset'), monkeypatch)
    images.refused = lambda row, number: 'x-0000001.jpg' if (row, number) == (0, 1) else None
    init_default_scope('mmpose')
    dataset = DATASETS.build(dict(
        type='FitnessPoseDataset', data_root=str(sample_root), subset='all', frames='all',
        pipeline=[dict(type='LoadLabelledFrame')], test_mode=True))
    with pytest.raises(FrameError, match=r'x-0000001\.jpg: cannot be decoded; run'):
        dataset[0]
    assert dataset[1]['frame_number'] == 3


@HOSTS
def test_images_that_are_all_gone_end_a_training_soon(scope, module, cfg, sample_root, images):
    init_default_scope(scope)
    dataset = DATASETS.build(dict(data_root=str(sample_root), subset='all', **cfg))
    images.refused = lambda row, number: 'gone.mp4'
    assert [dataset.prepare_data(0) for _ in range(9)] == [None] * 9
    images.refused = lambda row, number: None
    assert dataset.prepare_data(0) is not None
    images.refused = lambda row, number: 'gone.mp4'
    with pytest.raises(FrameError, match=r'none of the 10 samples drawn last could be read'):
        dataset[0]


def test_too_many_broken_images_end_a_training_whichever_worker_met_them(sample_root, monkeypatch):
    images = Images(import_module('fitness_mm.pose.dataset'), monkeypatch)
    images.refused = lambda row, number: f'{row}-{number:07d}.jpg' if number == 1 else None
    init_default_scope('mmpose')
    dataset = DATASETS.build(dict(
        type='FitnessPoseDataset', data_root=str(sample_root), subset='all', frames='first',
        pipeline=[dict(type='LoadLabelledFrame')]))
    loader = DataLoader(dataset, num_workers=2, sampler=range(40),
                        collate_fn=lambda samples: samples[0]['frame_number'])
    numbers = []
    with pytest.raises(Exception, match=r'0000001\.jpg: cannot be decoded; 1[1-5] of 90 samples '
                       'have a file that cannot be read; run tools'):
        for number in loader:
            numbers.append(number)
    assert len(numbers) >= 5 and set(numbers) == {3}
    # each of the two workers may be two samples ahead, and gets one more before the error is raised
    assert 11 <= int(dataset._unreadable.sum()) <= 15


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
