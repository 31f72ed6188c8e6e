"""One head for two questions: which exercise it is, and which of its conditions are kept."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmaction.models import BaseHead
from mmaction.registry import MODELS
from mmaction.utils import SampleList
from torch import Tensor, nn

from fitness_mm.errors import ArgumentError


@MODELS.register_module()
class PostureHead(BaseHead):
    """Any classification head of MMAction2, widened by an output per posture condition.

    The inner head computes C + P scores: logits of the C exercises, and behind them, for the P
    conditions of all exercises one after the other, logits that the condition is kept. A sample's
    ``gt_conditions``, int8 (P,), say 1 for kept, 0 for broken and -1 for what the sample cannot
    teach: other exercises' conditions, those not given, and all of a quarantined type. The exercise
    has the host's loss, the conditions the mean binary cross entropy over what is not -1.

    Whatever the recogniser and the inner head do with masks and keyword arguments, they go on
    doing. The inner head's own ``loss_cls``, ``average_clips`` and label smoothing are not used.

    Over the clips of a sample, logits are averaged, of exercises as of conditions, so that a
    calibrated probability is a function of what :meth:`predict` leaves in a sample:

    - ``pred_logits`` (C,) and ``pred_score``, their softmax, and ``pred_label``;
    - ``condition_logits`` (P,), uncalibrated;
    - ``frame_condition_logits`` (T, P), with T the frames of all clips, if the inner head has
      scores per frame (``TSNHead``, ``TSMHead``).

    Args:
        head: Config of the inner head; its number of classes is set here.
        num_conditions: Number of conditions of every exercise; their sum is P.
        loss_exercise: Config of the loss of the exercise logits.
        loss_conditions: Config of the loss of the condition logits; called as
            ``BCELossWithLogits`` is, with ``weight`` and a sum as reduction.
        fault_weight: Weight of broken conditions in the loss, kept ones having 1; one number, or
            one for each of the P conditions, such as kept clips / broken clips of the training
            part.
        condition_kinds: A number from 0 on for each of the P conditions. Those of one number, such
            as a neutral spine in several exercises, share a score of the inner head, which is added
            to each one's own, so that exercises with few clips learn from the others.
        condition_smooth_eps: Label smoothing of conditions: 1 becomes 1 - eps / 2, 0 eps / 2.
        label_smooth_eps: Label smoothing of exercises.
        **kwargs: Those of :class:`mmaction.models.BaseHead`.

    Raises:
        ArgumentError: If there are no conditions, another number of weights or kinds, or no such
            smoothing.
    """

    def __init__(self,
                 head: dict,
                 num_conditions: Sequence[int],
                 loss_exercise: dict = dict(type='CrossEntropyLoss'),  # noqa: B006, the hosts' way
                 loss_conditions: dict = dict(type='BCELossWithLogits'),  # noqa: B006
                 fault_weight: float | Sequence[float] = 1.0,
                 condition_kinds: Sequence[int] | None = None,
                 condition_smooth_eps: float = 0.0,
                 label_smooth_eps: float = 0.0,
                 **kwargs) -> None:
        num_conditions = tuple(num_conditions)
        if not num_conditions or min(num_conditions) < 0 or not sum(num_conditions):
            raise ArgumentError('num_conditions has to hold the number of conditions of every '
                                f'exercise, not all of them 0, but got {num_conditions}')
        if not 0 <= condition_smooth_eps < 1:
            raise ArgumentError('condition_smooth_eps has to be at least 0 and less than 1, but '
                                f'got {condition_smooth_eps}')
        num_classes, num_logits = len(num_conditions), sum(num_conditions)
        kinds = [] if condition_kinds is None else list(condition_kinds)
        if condition_kinds is not None and (len(kinds) != num_logits or min(kinds) < 0):
            raise ArgumentError(f'condition_kinds has to be {num_logits} numbers from 0 on, one a '
                                f'condition, but got {condition_kinds}')
        num_kinds = max(kinds, default=-1) + 1
        inner = MODELS.build({**head, 'num_classes': num_classes + num_logits + num_kinds})
        super().__init__(num_classes, inner.in_channels, loss_exercise,
                         label_smooth_eps=label_smooth_eps, **kwargs)
        self.num_conditions = num_conditions
        self.split_sizes = [num_classes, num_logits]  # of the scores: C and P
        # The recogniser calls loss or predict; those of the inner head prepare what its forward
        # needs, and end here with the scores.
        inner.loss_by_feat = inner.predict_by_feat = _scores
        if isinstance(getattr(inner, 'consensus', None), nn.Module):
            inner.consensus = _FrameScores()
        self.head = inner
        self.loss_conditions = MODELS.build(loss_conditions)
        self.condition_smooth_eps = condition_smooth_eps
        self.register_buffer('fault_weight', _weights(fault_weight, num_logits), persistent=False)
        self.register_buffer('condition_kinds', torch.tensor(kinds, dtype=torch.long),
                             persistent=False)

    def forward(self, x: Tensor, **kwargs) -> Tensor:
        """Scores of the inner head.

        Returns:
            Shape (N, C + P), or (N, 1 + T, C + P) if it has scores per frame: those of the clip
            and then those of its frames.
        """
        return self._with_shared(self.head(x, **kwargs))

    def loss(self, feats: Tensor | tuple[Tensor, ...], data_samples: SampleList,
             **kwargs) -> dict:
        """Losses ``loss_cls`` and ``loss_conditions``, and accuracies.

        Raises:
            ArgumentError: If a sample has no ``gt_conditions`` of this head's number.
        """
        scores = self._with_shared(self.head.loss(feats, data_samples, **kwargs))
        return self.loss_by_feat(scores, data_samples)

    def loss_by_feat(self, cls_scores: Tensor, data_samples: SampleList) -> dict:
        """Losses of scores as :meth:`forward` returns them."""
        clip, _ = _split_frames(cls_scores.float())  # (N, C + P)
        exercise, conditions = clip.split(self.split_sizes, dim=1)
        truth = self._truth(data_samples).to(clip.device)  # (N, P)
        usable = truth >= 0
        kept = truth.clamp(min=0).float()
        target = kept * (1 - self.condition_smooth_eps) + self.condition_smooth_eps / 2
        weight = usable * (kept + (1 - kept) * self.fault_weight)
        total = self.loss_conditions(conditions, target, weight=weight, reduction='sum')
        losses = super().loss_by_feat(exercise, data_samples)
        # A batch without usable conditions still has a graph, as all ranks have to.
        losses['loss_conditions'] = total / usable.sum().clamp(min=1)
        if usable.any():
            right = (conditions > 0) == (truth > 0)
            losses['conditions_acc'] = right[usable].float().mean()
        return losses

    def predict(self, feats: Tensor | tuple[Tensor, ...], data_samples: SampleList,
                **kwargs) -> SampleList:
        """The samples with their predictions."""
        scores = self._with_shared(self.head.predict(feats, data_samples, **kwargs))
        return self.predict_by_feat(scores, data_samples)

    def predict_by_feat(self, cls_scores: Tensor, data_samples: SampleList) -> SampleList:
        """Predictions of scores as :meth:`forward` returns them, for one or more clips a sample."""
        clips, frames = _split_frames(cls_scores.float())
        logits = clips.unflatten(0, (len(data_samples), -1)).mean(1)  # (N, C + P)
        if frames is not None:
            frames = frames.reshape(len(data_samples), -1, logits.shape[1])  # (N, clips * T, C + P)
        for i, (sample, row) in enumerate(zip(data_samples, logits, strict=True)):
            exercise, conditions = row.split(self.split_sizes)
            sample.set_field(exercise, 'pred_logits')
            sample.set_pred_score(exercise.softmax(0))
            sample.set_pred_label(exercise.argmax(0, keepdim=True))
            sample.set_field(conditions, 'condition_logits')
            if frames is not None:
                sample.set_field(frames[i, :, self.num_classes:], 'frame_condition_logits')
        return data_samples

    def _with_shared(self, scores: Tensor) -> Tensor:
        """Scores of the inner head, (..., C + P + number of kinds), to (..., C + P)."""
        if not len(self.condition_kinds):
            return scores
        exercise, conditions, shared = scores.tensor_split(
            [self.num_classes, sum(self.split_sizes)], -1)
        return torch.cat([exercise, conditions + shared[..., self.condition_kinds]], -1)

    def _truth(self, data_samples: SampleList) -> Tensor:
        """int8 (N, P)."""
        for sample in data_samples:
            if 'gt_conditions' not in sample:
                raise ArgumentError(
                    'PostureHead found no `gt_conditions` in a data sample; use '
                    "FitnessClipDataset and name 'gt_conditions' in the algorithm_keys of "
                    'PackActionInputs')
            given = sample.gt_conditions.shape[-1]
            if given != self.split_sizes[1]:
                raise ArgumentError(
                    f'a data sample has {given} conditions, but PostureHead '
                    f'{self.split_sizes[1]}; the head and the data set have to name the same '
                    'exercises')
            if sample.gt_label.is_floating_point():
                raise ArgumentError(
                    'blended samples (Mixup, CutMix) show the postures of two people, which '
                    'PostureHead cannot judge; remove `blending` from model.data_preprocessor')
        # KeypointDataPreprocessor has one sample stand for a batch
        return torch.cat([torch.atleast_2d(sample.gt_conditions) for sample in data_samples])


class _FrameScores(nn.Module):
    """Takes the place of the consensus of heads that score frame by frame: the frames' mean, and
    behind it what it is the mean of."""

    def forward(self, frames: Tensor) -> Tensor:
        """Scores of frames (N, T, C) to (N, 1 + T, C): the clip's, then the frames'."""
        return torch.cat([frames.mean(1, keepdim=True), frames], 1)


def _scores(cls_scores: Tensor, data_samples: SampleList) -> Tensor:
    """Stands for an inner head's ``loss_by_feat`` and ``predict_by_feat``."""
    return cls_scores


def _split_frames(scores: Tensor) -> tuple[Tensor, Tensor | None]:
    """Scores of clips (N, C + P), and of their frames (N, T, C + P) where there are some."""
    return (scores, None) if scores.ndim == 2 else (scores[:, 0], scores[:, 1:])


def _weights(value: float | Sequence[float], number: int) -> Tensor:
    weights = torch.as_tensor(value, dtype=torch.float32)
    if weights.ndim == 0:
        weights = weights.expand(number).clone()
    if weights.shape != (number, ) or not (weights > 0).all():
        raise ArgumentError(f'fault_weight has to be a positive number or {number} of them, '
                            f'one a condition, but got {value}')
    return weights
