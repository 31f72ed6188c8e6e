"""A network and a data set of different classes, conditions or keypoints, found beforehand."""

from __future__ import annotations

from mmengine.dataset import BaseDataset
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from fitness_mm.errors import FitnessError


@HOOKS.register_module()
class ClassCountHook(Hook):
    """Compares the head's number of classes with the data set's before a run, the numbers of
    conditions that a :class:`PostureHead` has, and a pose estimator's number of keypoints.

    Without it, a label that the head does not have ends training in an index error, and one that
    means another condition does not end it. What a head or a data set does not say is not compared.

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
        metainfo = getattr(dataset, 'metainfo', {})
        classes, names = metainfo.get('classes'), metainfo.get('condition_names')
        exercises = ('set `exercises` in configs/_base_/fitness_clips.py, which sets both, or '
                     'dataset.exercises and')
        for what, head, option, theirs, advice in (
                ('classes', 'cls_head', 'num_classes', classes and len(classes), exercises),
                ('conditions by exercise', 'cls_head', 'num_conditions',
                 names and tuple(map(len, names)), exercises),
                ('keypoints', 'head', 'out_channels', metainfo.get('num_keypoints'), 'set')):
            ours = getattr(getattr(model, head, None), option, None)
            if ours is not None and theirs is not None and ours != theirs:
                raise FitnessError(
                    f'the head has {ours} {what}, but the data set of {name} has {theirs}; '
                    f'{advice} model.{head}.{option}')
