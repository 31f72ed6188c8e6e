"""The original study's way to read a keypoint from a heatmap."""

from __future__ import annotations

import numpy as np
from mmpose.codecs import MSRAHeatmap
from mmpose.codecs.utils import get_heatmap_maximum
from mmpose.registry import KEYPOINT_CODECS


@KEYPOINT_CODECS.register_module()
class ArgmaxHeatmap(MSRAHeatmap):
    """``MSRAHeatmap`` decoded by the plain maximum, times the stride.

    Targets are the same, so a trained model can be evaluated either way:
    ``--cfg-options model.head.decoder.type=ArgmaxHeatmap``.
    """

    def decode(self, encoded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keypoints (1, K, 2) in pixels of the input and scores (1, K), of heatmaps (K, H, W)."""
        keypoints, scores = get_heatmap_maximum(encoded)
        return (keypoints * self.scale_factor)[None], scores[None]
