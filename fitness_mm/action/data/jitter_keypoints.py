"""Labels made as unsteady as a pose estimator's keypoints, for training."""

from __future__ import annotations

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.measures import seen


@TRANSFORMS.register_module()
class JitterKeypoints(BaseTransform):
    """Moves every joint of every frame a little, and loses some, so that a network trained on
    labels stands the keypoints that a pose estimator predicts.

    Lengths are shares of the longer side of the box around the clip's joints, which hardly depends
    on whether the person stands or lies. Use it before ``Resize``, while a pixel is as wide as it
    is high. Random numbers are numpy's global ones, as in the hosts' transforms.

    Args:
        sigma: Largest standard deviation of the noise of each coordinate. Every sample draws its
            own between 0 and this one, so that exact keypoints stay in the training part.
        bias: The same for an error that a joint keeps through all frames of the clip. An
            estimator that is unsure where a joint is in this light or on this body is so in
            every frame, so that most of its error does not average out.
        dropout: Probability that a joint of a frame is lost. Its score becomes 0, which leaves its
            heatmap empty, and it moves to the middle of the frame's joints, for networks that
            look at positions whatever their score.

    Raises:
        ArgumentError: If ``sigma`` or ``bias`` is negative or ``dropout`` no probability below 1.

    Required keys: ``keypoint`` (1, T, K, 2), ``keypoint_score`` (1, T, K). Modified keys: the same.
    """

    def __init__(self, sigma: float = 0.02, dropout: float = 0.05, bias: float = 0.0) -> None:
        if min(sigma, bias) < 0:
            raise ArgumentError('sigma and bias have to be at least 0, in shares of the longer '
                                f'side of the box around the joints, but got {sigma} and {bias}')
        if not 0 <= dropout < 1:
            raise ArgumentError(f'dropout has to be a probability below 1, but got {dropout}')
        self.sigma, self.dropout, self.bias = sigma, dropout, bias

    def transform(self, results: dict) -> dict:
        """Changes ``keypoint`` and ``keypoint_score``."""
        keypoint = np.array(results['keypoint'], np.float32)
        score = np.array(results['keypoint_score'], np.float32)
        there = seen(score)
        if not there.any():
            return results
        side = np.ptp(keypoint[there], axis=0).max()
        strength = np.random.uniform(0, self.sigma)
        noise = np.random.standard_normal(keypoint.shape).astype(np.float32)
        keypoint += np.float32(strength * side) * noise
        strength = np.random.uniform(0, self.bias)
        noise = np.random.standard_normal(keypoint[:, :1].shape).astype(np.float32)
        keypoint += np.float32(strength * side) * noise
        lost = np.random.random_sample(score.shape) < self.dropout
        count = np.maximum(there.sum(-1, keepdims=True), 1)[..., None]  # (1, T, 1, 1)
        middle = np.where(there[..., None], keypoint, 0).sum(-2, keepdims=True) / count
        results['keypoint'] = np.where(lost[..., None], middle, keypoint).astype(np.float32)
        results['keypoint_score'] = np.where(lost, np.float32(0), score)
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(sigma={self.sigma}, dropout={self.dropout}, '
                f'bias={self.bias})')
