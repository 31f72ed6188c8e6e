"""Training and testing of the posture network with single views and with all views in space."""

from __future__ import annotations

import torch
from mmaction.models import RecognizerGCN
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmaction.utils import SampleList
from torch import Tensor
from torch.nn import functional

from .posture_features import standardized
from .posture_network import relative_depth


@MODELS.register_module()
class PostureRecognizer(RecognizerGCN):
    """Judges clips by a :class:`PostureNetwork`, from one view or from all that a clip has.

    Takes what ``KeypointDataPreprocessor(in_space=True)`` makes: the last of a clip's views is how
    the body would look from its front, with a depth, if the clip's other views tell.

    In training every clip is seen from there, and in some of its views by themselves, whose depth
    the network has to estimate. In testing it is seen in each of its views, of which the mean
    counts, and from the front if that is known, which counts as much as all views together.

    Args:
        num_views: Random views of each clip in a training step, besides the one in space.
        loss_depth: Weight of the loss of the depth that is estimated.
        **kwargs: Those of :class:`mmaction.models.RecognizerGCN`.
    """

    def __init__(self, num_views: int = 2, loss_depth: float = 1.0, **kwargs) -> None:
        super().__init__(**kwargs)
        self.num_views, self.loss_depth = num_views, loss_depth

    def extract_feat(self, inputs: Tensor, stage: str = 'backbone', **kwargs) -> tuple:
        """What :class:`mmaction.models.RecognizerGCN` does, of all views of a clip together.

        Args:
            inputs: Skeletons of one person, (N, V, 1, T, K, 3), or with depth as a fourth value,
                NaN where it is not known.
            stage: ``backbone`` or ``head``: whose output to return.
            **kwargs: Not used.
        """
        views, depth = _parts(inputs)
        there = (views[..., 2] > 0).any((2, 3))  # (N, V)
        there[:, 0] |= ~there.any(1)  # nothing is seen: something has to be said all the same
        told = there & depth.isfinite().any((2, 3))
        kinds = torch.stack([told, there & ~told], 1).to(views)  # (N, 2, V)
        shares = kinds / kinds.sum(2, keepdim=True).clamp(min=1)
        weights = shares.sum(1) / kinds.any(2).sum(1, keepdim=True)  # (N, V), 1 for every clip
        features, _ = self.backbone(views[there], depth[there])
        clips = features.new_zeros(*there.shape, features.shape[-1])
        clips[there] = features
        x = _as_graph((weights.to(clips)[..., None] * clips).sum(1))
        return (self.cls_head(x) if stage == 'head' else x), {}

    def loss(self, inputs: Tensor, data_samples: SampleList, **kwargs) -> dict:
        """Losses of views by themselves, of clips in space (``space_`` before their names), and of
        the depth that is estimated.

        Args:
            inputs: As for :meth:`extract_feat`; of several views the last is the one in space.
            data_samples: With ``gt_label`` and ``gt_conditions`` of the N clips, in one sample or
                in several.
            **kwargs: Not used.
        """
        views, depth = _parts(inputs)
        single, front = views, views.new_zeros(0, dtype=torch.long)
        if views.shape[1] > 1:
            single = views[:, :-1]
            front = (views[:, -1, ..., 2] > 0).any((1, 2)).nonzero()[:, 0]
        clip, view = _some_of(single, self.num_views).nonzero(as_tuple=True)
        n = len(clip)
        clip = torch.cat([clip, front])
        view = torch.cat([view, torch.full_like(front, views.shape[1] - 1)])
        x, depth = views[clip, view], depth[clip, view]
        told = depth.clone()
        told[:n] = torch.nan
        features, lifted = self.backbone(x, told)
        labels = torch.cat([sample.gt_label for sample in data_samples])
        conditions = torch.stack([row for sample in data_samples for row in torch.atleast_2d(
            torch.as_tensor(sample.gt_conditions))])
        losses = self._losses(features[:n], labels[clip[:n]], conditions[clip[:n]])
        if len(front):
            together = self._losses(features[n:], labels[front], conditions[front])
            losses |= {f'space_{name}': value for name, value in together.items()}
        losses['loss_depth'] = self.loss_depth * _depth_loss(lifted[:n], x[:n], depth[:n])
        return losses

    def _losses(self, features: Tensor, labels: Tensor, conditions: Tensor) -> dict:
        sample = ActionDataSample()
        sample.set_field(labels, 'gt_label')
        sample.set_field(conditions, 'gt_conditions')
        return self.cls_head.loss(_as_graph(features), [sample])


def _parts(inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Keypoints (N, V, T, K, 3), and depth (N, V, T, K), NaN where it is not known."""
    keypoints, depth = inputs[:, :, 0].tensor_split((3, ), -1)
    if not depth.shape[-1]:
        depth = torch.full_like(keypoints[..., :1], torch.nan)
    return keypoints, depth[..., 0]


def _as_graph(features: Tensor) -> Tensor:
    """Features (N, C) as ``GCNHead`` takes them: one person, one step and one joint are left."""
    return features[:, None, :, None, None]


def _some_of(views: Tensor, number: int) -> Tensor:
    """Up to a number of random views of each clip that are given, bool (N, V); one that is not if
    none is."""
    there = (views[..., 2] > 0).any((2, 3))  # (N, V)
    rank = torch.rand(there.shape, device=there.device).masked_fill(~there, 2).argsort(1).argsort(1)
    return (rank < number) & (there | (rank == 0))


def _depth_loss(lifted: Tensor, views: Tensor, depth: Tensor) -> Tensor:
    """Of depth as estimated and as known, (M, T, K), of views (M, T, K, 3)."""
    points, score = views.split((2, 1), -1)
    given = (score > 0).to(points)
    _, spread = standardized(points, given)
    depth = relative_depth(depth, given[..., 0], spread[..., 0])
    known = depth.isfinite() & (given[..., 0] > 0)
    off = functional.smooth_l1_loss(
        lifted, torch.where(known, depth, lifted.detach()), reduction='sum', beta=0.2)
    return off / known.sum().clamp(min=1)
