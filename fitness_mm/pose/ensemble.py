"""Several trained models of one config as one: the mean of their heatmaps, decoded once."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.model import BaseModel
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import nn

from fitness_mm.engine.checkpoints import check_checkpoint
from fitness_mm.engine.load import load_weights
from fitness_mm.errors import ArgumentError


@MODELS.register_module()
class PoseEnsemble(BaseModel):
    """Averages what the heads of several models put out: heatmaps, or SimCC's two vectors.

    The members load when it is built. ``tools/test.py`` wants a checkpoint as well: give it any
    member's, which changes nothing, or one of the whole ensemble. Another model's is refused.

    Args:
        member: Config of the model, a ``TopdownPoseEstimator``.
        checkpoints: Files or URLs with the members' weights, such as those of the K folds.

    Raises:
        FitnessError: If a checkpoint is missing, damaged or another network's, or there is none,
            or the member averages flipped images too.
    """

    def __init__(self, member: dict, checkpoints: Sequence[str]) -> None:
        if not checkpoints:
            raise ArgumentError('PoseEnsemble needs at least one file in checkpoints, but got none')
        if (member.get('test_cfg') or {}).get('flip_test', False):
            raise ArgumentError('PoseEnsemble averages models and no flipped images; set '
                                "flip_test=False in the member's test_cfg")
        for checkpoint in checkpoints:
            check_checkpoint(checkpoint)  # before the networks are built
        members = [MODELS.build(member) for _ in checkpoints]
        super().__init__(data_preprocessor=members[0].data_preprocessor)
        self.members = nn.ModuleList(members)
        for model, checkpoint in zip(members, checkpoints, strict=True):
            load_weights(model, checkpoint, 'the member')
        self._register_load_state_dict_pre_hook(self._accept_a_member)

    def forward(self,
                inputs: torch.Tensor,
                data_samples: list[PoseDataSample] | None = None,
                mode: str = 'tensor') -> torch.Tensor | tuple | list[PoseDataSample]:
        """The mean of the members' outputs, as tensors or decoded.

        Args:
            inputs: Normalised images, (N, C, H, W).
            data_samples: The images' samples, for ``predict``.
            mode: ``tensor`` or ``predict``.

        Returns:
            Heatmaps (N, K, h, w), or SimCC vectors (N, K, W') and (N, K, H'); for ``predict``,
            the samples with ``pred_instances``.

        Raises:
            RuntimeError: For ``loss``: an ensemble cannot be trained.
        """
        if mode not in ('tensor', 'predict'):
            raise RuntimeError(f'an ensemble predicts and cannot be run in mode {mode!r}; train '
                               'its members')
        outputs = [member(inputs, None, mode='tensor') for member in self.members]
        if isinstance(outputs[0], tuple):
            mean = tuple(torch.stack(part).mean(dim=0) for part in zip(*outputs, strict=True))
        else:
            mean = torch.stack(outputs).mean(dim=0)
        if mode == 'tensor':
            return mean
        first = self.members[0]
        return first.add_pred_to_datasample(first.head.decode(mean), None, data_samples)

    def _accept_a_member(self, state_dict: dict, prefix: str, *args) -> None:
        """Lets the checkpoint of a member stand for the ensemble's, which holds it already."""
        if prefix or any(key.startswith('members.') for key in state_dict):
            return
        for member in self.members:
            own = member.state_dict()
            if own.keys() == state_dict.keys() and all(
                    torch.equal(own[key].cpu(), state_dict[key].cpu()) for key in own):
                state_dict.clear()
                state_dict.update(self.state_dict())
                return
        raise ArgumentError('the checkpoint is of none of the ensemble\'s members; add it to '
                            'model.checkpoints, or give one of those that are there')
