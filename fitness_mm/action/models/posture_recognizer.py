"""Training of the posture network: every view by itself, several together, and their depth."""

from __future__ import annotations

import torch
from mmaction.models import RecognizerGCN
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmaction.utils import SampleList
from torch import Tensor
from torch.nn import functional

from .posture_network import Views, as_graph


@MODELS.register_module()
class PostureRecognizer(RecognizerGCN):
    """Judges clips by a :class:`PostureNetwork`, from one view or from all that a clip has.

    In training each view has a loss of its own, as if it were all there is of the clip, and a
    random choice of a clip's views has one together, whose names begin with ``views_``. In testing
    the network sees what it is given: clip-views, or clips with ``multiview=True`` of the data set.

    Args:
        loss_depth: Weight of the loss of the depth that every frame's features have to tell:
            what a body does in space is then learnt from every frame, and not from a few truths a
            clip. Needs ``with_depth=True`` of the data preprocessor; no such loss if 0.
        **kwargs: Those of :class:`mmaction.models.RecognizerGCN`.
    """

    def __init__(self, loss_depth: float = 0.0, **kwargs) -> None:
        super().__init__(**kwargs)
        self.loss_depth = loss_depth

    def extract_feat(self, inputs: Tensor, stage: str = 'backbone', **kwargs) -> tuple:
        """What :class:`mmaction.models.RecognizerGCN` does, with all views of a clip together.

        Args:
            inputs: Skeletons of one person, (N, V, 1, T, K, 3).
            stage: ``backbone`` or ``head``: whose output to return.
            **kwargs: Not used.
        """
        x = self.backbone(inputs[:, :, 0])
        return (self.cls_head(x) if stage == 'head' else x), {}

    def loss(self, inputs: Tensor, data_samples: SampleList, **kwargs) -> dict:
        """Losses of each view, of some views together, and of depth.

        Args:
            inputs: (N, V, 1, T, K, 3), or with depth as a fourth value, NaN where it is not known.
            data_samples: With ``gt_label`` and ``gt_conditions`` of the N clips, in one sample or
                in several.
            **kwargs: Not used.
        """
        inputs = inputs[:, :, 0]
        views = self.backbone.views(inputs[..., :3])
        there = views.given.any(2)  # (N, V)
        clip, _ = there.nonzero(as_tuple=True)
        labels = torch.cat([sample.gt_label for sample in data_samples])
        conditions = torch.stack([row for sample in data_samples for row in torch.atleast_2d(
            torch.as_tensor(sample.gt_conditions))])
        losses = self._losses(views.clips[there], labels[clip], conditions[clip])
        if inputs.shape[1] > 1:
            together = self._losses(self.backbone.joined(some_of(views)), labels, conditions)
            losses |= {f'views_{name}': value for name, value in together.items()}
        if self.loss_depth:
            losses['loss_depth'] = self.loss_depth * _depth_loss(
                self.backbone.depth(views.frames).float(), inputs[..., 3])
        return losses

    def _losses(self, features: Tensor, labels: Tensor, conditions: Tensor) -> dict:
        sample = ActionDataSample()
        sample.set_field(labels, 'gt_label')
        sample.set_field(conditions, 'gt_conditions')
        return self.cls_head.loss(as_graph(features), [sample])


def some_of(views: Views) -> Views:
    """A random number of random views of each clip, at least one that there is."""
    there = views.given.any(2)  # (N, V)
    rank = torch.rand(there.shape, device=there.device).masked_fill(~there, 2).argsort(1).argsort(1)
    number = (torch.rand(len(there), 1, device=there.device) * there.sum(1, keepdim=True)).floor()
    return views._replace(given=views.given & (rank <= number)[..., None])


def _depth_loss(told: Tensor, depth: Tensor) -> Tensor:
    known = depth.isfinite()
    off = functional.smooth_l1_loss(told, torch.where(known, depth, told.detach()),
                                    reduction='sum', beta=0.05)
    return off / known.sum().clamp(min=1)
