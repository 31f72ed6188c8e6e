"""A network and a data set of different classes or conditions, found before training."""

from __future__ import annotations

from mmaction.registry import HOOKS
from mmengine.dataset import BaseDataset
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from fitness_mm.errors import FitnessError


@HOOKS.register_module()
class ClassCountHook(Hook):
    """Compares the head's number of classes with the data set's before a run, and the numbers of
    conditions that a :class:`PostureHead` has.

    Without it, a label that the head does not have ends training in an index error, and one that
    means another condition does not end it.

    Raises:
        FitnessError: Before training, validation or testing, if they differ.
    """

    def before_train(self, runner: Runner) -> None:
        """Looks at the training set."""
        self._check(runner, runner.train_dataloader.dataset, 'train_dataloader')

    def before_val(self, runner: Runner) -> None:
        """Looks at the validation set."""
        self._check(runner, runner.val_dataloader.dataset, 'val_dataloader')

    def before_test(self, runner: Runner) -> None:
        """Looks at the test set."""
        self._check(runner, runner.test_dataloader.dataset, 'test_dataloader')

    @staticmethod
    def _check(runner: Runner, dataset: BaseDataset, name: str) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        classes = len(dataset.metainfo['classes'])
        head_conditions = getattr(model.cls_head, 'conditions', None)
        if model.cls_head.num_classes != classes:
            raise FitnessError(
                f'the head has {model.cls_head.num_classes} classes, but the data set of {name} '
                f'has {classes} exercises; set `exercises` in configs/_base_/fitness_clips.py, '
                'which sets both, or model.cls_head.num_classes and dataset.exercises')
        named_conditions = dataset.metainfo.get('conditions')
        if head_conditions is None or named_conditions is None:
            return
        conditions = tuple(map(len, named_conditions))
        if tuple(head_conditions) != conditions:
            raise FitnessError(
                f'the head has {list(head_conditions)} conditions for its exercises, but the data '
                f'set of {name} has {list(conditions)}; set `exercises` in '
                'configs/_base_/fitness_clips.py, which sets both, or '
                'model.cls_head.conditions and dataset.exercises')
