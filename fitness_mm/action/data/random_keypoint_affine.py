"""Skeletons turned and stretched a little, for networks that see only keypoints."""

from __future__ import annotations

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from fitness_mm.errors import ArgumentError


@TRANSFORMS.register_module()
class RandomKeypointAffine(BaseTransform):
    """One random rotation and stretch for all frames of a clip, about the middle of the image.

    A tilted camera, and a body seen a little more from the side or from above, in so far as the
    plane can show it. The hosts' transforms of this kind need images. Random numbers are numpy's
    global ones.

    Args:
        rotation_deg: Largest rotation either way.
        stretch: Largest change of the width, and of the height, as a share.

    Raises:
        ArgumentError: If ``rotation_deg`` is negative or ``stretch`` not at least 0 and below 1.

    Required keys: ``keypoint`` (1, T, K, 2), ``img_shape`` (height, width). Modified key:
    ``keypoint``, which may lie outside of the image afterwards.
    """

    def __init__(self, rotation_deg: float = 10.0, stretch: float = 0.2) -> None:
        if rotation_deg < 0:
            raise ArgumentError(f'rotation_deg has to be at least 0, but got {rotation_deg}')
        if not 0 <= stretch < 1:
            raise ArgumentError(f'stretch has to be at least 0 and below 1, but got {stretch}')
        self.rotation_deg, self.stretch = rotation_deg, stretch

    def transform(self, results: dict) -> dict:
        """Changes ``keypoint``."""
        angle = np.deg2rad(np.random.uniform(-self.rotation_deg, self.rotation_deg))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        factors = 1 + np.random.uniform(-self.stretch, self.stretch, 2)
        matrix = (turn * factors).astype(np.float32)  # stretched first, then turned
        height, width = results['img_shape']
        middle = np.float32([width / 2, height / 2])
        results['keypoint'] = (results['keypoint'] - middle) @ matrix.T + middle
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(rotation_deg={self.rotation_deg}, '
                f'stretch={self.stretch})')
