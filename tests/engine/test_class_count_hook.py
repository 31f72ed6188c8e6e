from types import SimpleNamespace

import pytest
import torch
from mmengine.model import MMDistributedDataParallel

from fitness_mm.action import ClassCountHook
from fitness_mm.errors import FitnessError


class Model(torch.nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.cls_head = torch.nn.Linear(2, num_classes)
        self.cls_head.num_classes = num_classes


def runner(num_classes, **num_exercises):
    loaders = {
        f'{part}_dataloader': SimpleNamespace(dataset=SimpleNamespace(
            metainfo=dict(classes=tuple(map(str, range(n))))))
        for part, n in num_exercises.items()}
    return SimpleNamespace(model=Model(num_classes), **loaders)


@pytest.mark.parametrize('part', ['train', 'val', 'test'])
def test_different_numbers_are_named(part):
    check = getattr(ClassCountHook(), f'before_{part}')
    check(runner(41, **{part: 41}))
    with pytest.raises(FitnessError, match=f'12 classes.*{part}_dataloader has 41;.*num_classes'):
        check(runner(12, **{part: 41}))


def test_a_pose_estimators_keypoints_are_counted_too():
    dataset = SimpleNamespace(metainfo=dict(num_keypoints=24))
    model = torch.nn.Module()
    model.head = torch.nn.Conv2d(8, 17, 1)
    estimating = SimpleNamespace(model=model, train_dataloader=SimpleNamespace(dataset=dataset))
    with pytest.raises(FitnessError, match=r'17 keypoints.*has 24; set model\.head\.out_channels'):
        ClassCountHook().before_train(estimating)
    model.head = torch.nn.Conv2d(8, 24, 1)
    ClassCountHook().before_train(estimating)


def test_wrapped_models_are_looked_into():
    wrapped = runner(12, train=41)
    model, wrapped.model = wrapped.model, MMDistributedDataParallel.__new__(
        MMDistributedDataParallel)
    torch.nn.Module.__init__(wrapped.model)
    wrapped.model.module = model
    with pytest.raises(FitnessError, match='12 classes'):
        ClassCountHook().before_train(wrapped)


def test_other_conditions_are_named():
    judging = runner(2, val=2)
    judging.model.cls_head.num_conditions = (3, 4)
    dataset = judging.val_dataloader.dataset
    ClassCountHook().before_val(judging)  # a data set that names no conditions
    dataset.metainfo['condition_names'] = (('a', 'b', 'c'), ('d', 'e', 'f', 'g'))
    ClassCountHook().before_val(judging)
    dataset.metainfo['condition_names'] = (('d', 'e', 'f', 'g'), ('a', 'b', 'c'))
    with pytest.raises(FitnessError, match=r'\(3, 4\) conditions .*val_dataloader has \(4, 3\)'):
        ClassCountHook().before_val(judging)


@pytest.mark.parametrize('part', ['train', 'val', 'test'])
@pytest.mark.parametrize('lack', ['classes', 'metainfo', 'head', 'num_classes'])
def test_what_is_not_said_is_not_compared(part, lack):
    """Data sets and networks of other projects."""
    foreign = runner(12, **{part: 41})
    dataset = getattr(foreign, f'{part}_dataloader').dataset
    if lack == 'classes':
        del dataset.metainfo['classes']
    elif lack == 'metainfo':
        del dataset.metainfo
    elif lack == 'head':
        del foreign.model.cls_head
    else:
        del foreign.model.cls_head.num_classes
    getattr(ClassCountHook(), f'before_{part}')(foreign)
