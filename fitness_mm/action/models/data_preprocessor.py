"""Frames and keypoints of a batch to the network's input, on the model's device."""

from __future__ import annotations

import torch
from mmaction.models import ActionDataPreprocessor
from mmaction.registry import MODELS
from mmaction.utils import SampleList
from torch import Tensor

from .fusion.layout import frames_of, fused_channels, heatmaps_of, unused_of
from .heatmaps import gaussian_heatmaps


@MODELS.register_module()
class HeatmapFusionDataPreprocessor(ActionDataPreprocessor):
    """Normalises frames, renders keypoint heatmaps and puts the two into one tensor.

    A sample arrives as uint8 frames (T, 3, H, W) and ``data_sample.keypoints`` (T, K, 3): x and y
    in pixels of these frames, and a score. It leaves as (N, T, C, H, W), float32 or, under
    autocast, the type to which the network's first layer would round it: the three channels of the
    frame, and behind them the maps, one a channel at stride 1, else as
    :mod:`~fitness_mm.action.models.fusion.layout` has them. Rendering here rather than in the
    pipeline keeps the maps, eight times the size of the frames, out of the data loader's workers.

    Args:
        sigma: Standard deviation of the Gaussians, in pixels of the input.
        amplitude: Their peak. Normalised frames have a variance of 1, maps with a peak of 1 one of
            less than 0.01; a larger peak lets a network from scratch see them sooner.
        stride: Pixels of the input per pixel of the maps; the recogniser's fusion mode knows it.
        **kwargs: Those of :class:`mmaction.models.ActionDataPreprocessor`; ``format_shape`` has
            to be ``NCHW``.
    """

    def __init__(self,
                 sigma: float = 5.0,
                 amplitude: float = 1.0,
                 stride: int = 1,
                 **kwargs) -> None:
        super().__init__(**kwargs)
        if self.format_shape != 'NCHW':
            raise ValueError('HeatmapFusionDataPreprocessor joins heatmaps to frames of 2D '
                             f"recognisers, format_shape='NCHW', but got {self.format_shape!r}")
        if sigma <= 0:
            raise ValueError(f'sigma has to be positive, in pixels, but got {sigma}')
        if stride < 1:
            raise ValueError(f'stride has to be at least 1, but got {stride}')
        self.sigma, self.amplitude, self.stride = sigma, amplitude, stride

    def preprocess(self,
                   inputs: list[Tensor],
                   data_samples: SampleList,
                   training: bool = False) -> tuple[Tensor, SampleList]:
        """Batches frames of shape (T, 3, H, W) and their keypoints to (N, T, C, H, W).

        Raises:
            ValueError: If a sample carries no keypoints, or not one set per frame.
        """
        # Blending has to mix the maps too, so it waits until they are there.
        frames, data_samples = super().preprocess(inputs, data_samples, training=False)
        n, t, _, h, w = frames.shape
        keypoints = torch.stack([self._keypoints(s, t) for s in data_samples])  # (N, T, K, 3)
        num_keypoints = keypoints.shape[2]

        channels = fused_channels(num_keypoints, (h, w), self.stride)
        dtype = _autocast_dtype(frames.device)
        batch = frames.new_empty(n, t, channels, h, w, dtype=dtype)
        frames_of(batch)[:] = frames
        maps = heatmaps_of(batch, num_keypoints, self.stride)  # (N, T, K, H', W')
        unused_of(batch, num_keypoints, self.stride).zero_()
        # Pixel edges of the maps are pixel edges of the input, so positions only scale.
        scale = keypoints.new_tensor([1 / self.stride, 1 / self.stride, 1])
        gaussian_heatmaps(keypoints * scale, maps.shape[-2:], self.sigma / self.stride,
                          self.amplitude, out=maps)

        if training and self.blending is not None:
            batch, data_samples = self.blending(batch, data_samples)
        return batch, data_samples

    @staticmethod
    def _keypoints(data_sample, num_frames: int) -> Tensor:
        if 'keypoints' not in data_sample:
            raise ValueError(
                'HeatmapFusionDataPreprocessor found no `keypoints` in a data sample; end the '
                "pipeline with dict(type='FormatKeypoints') and "
                "dict(type='PackActionInputs', algorithm_keys=('keypoints', ))")
        if len(data_sample.keypoints) != num_frames:
            raise ValueError(
                f'a data sample has keypoints for {len(data_sample.keypoints)} frames and '
                f'{num_frames} frames; transforms that multiply frames (ThreeCrop, TenCrop) do '
                'not move keypoints')
        return data_sample.keypoints


def _autocast_dtype(device: torch.device) -> torch.dtype:
    """What convolutions on a device compute in here: what a product of float32 comes out as."""
    one = torch.ones(1, 1, device=device)
    return (one @ one).dtype
