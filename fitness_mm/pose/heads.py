"""MMPose's heads for the data set's 24 keypoints."""

from __future__ import annotations

from mmpose.models.heads import HeatmapHead, RTMCCHead
from mmpose.registry import MODELS
from torch import Tensor

from .start_weights import StartWeights


@MODELS.register_module()
class FitnessHeatmapHead(StartWeights, HeatmapHead):
    """The host's heatmap head; checkpoints of COCO's, Halpe's and WholeBody's points load into it.

    Arguments are those of :class:`mmpose.models.HeatmapHead`.
    """

    def forward(self, feats: tuple[Tensor, ...]) -> Tensor:
        """Heatmaps (N, K, H, W), float32 under autocast too: loss and accuracy need it, and numpy,
        which the host computes the accuracy with, has no bfloat16."""
        return super().forward(feats).float()


@MODELS.register_module()
class FitnessRTMCCHead(StartWeights, RTMCCHead):
    """RTMPose's SimCC head; checkpoints of COCO's, Halpe's and WholeBody's points load into it.

    Arguments are those of :class:`mmpose.models.RTMCCHead`.
    """

    def forward(self, feats: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Scores of all x and of all y, (N, K, bins) each, float32 under autocast too, as in
        :class:`FitnessHeatmapHead`."""
        x, y = super().forward(feats)
        return x.float(), y.float()
