"""Frames and keypoints of a batch to the network's input, on the model's device."""

from __future__ import annotations

import torch
from mmaction.models import ActionDataPreprocessor
from mmaction.registry import MODELS
from mmaction.utils import SampleList
from torch import Tensor
from torch.nn import functional

from fitness_mm.errors import ArgumentError

from .heatmaps import gaussian_heatmaps


@MODELS.register_module()
class HeatmapFusionDataPreprocessor(ActionDataPreprocessor):
    """Normalises frames and renders keypoint heatmaps.

    A sample arrives as uint8 frames (T, 3, H, W) and ``data_sample.keypoints`` (T, K, 3): x and y
    in pixels of these frames, and a score. A batch leaves as a dictionary of ``imgs``
    (N, T, 3, H, W) and ``heatmaps`` (N, T, K, H / stride, W / stride), float32 or, under autocast,
    the type to which the network's first layer would round it. Rendering here rather than in the
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
            raise ArgumentError('HeatmapFusionDataPreprocessor joins heatmaps to frames of 2D '
                                f"recognisers, format_shape='NCHW', but got {self.format_shape!r}")
        if sigma <= 0:
            raise ArgumentError(f'sigma has to be positive, in pixels, but got {sigma}')
        if stride < 1:
            raise ArgumentError(f'stride has to be at least 1, but got {stride}')
        self.sigma, self.amplitude, self.stride = sigma, amplitude, stride

    def preprocess(self,
                   inputs: list[Tensor],
                   data_samples: SampleList,
                   training: bool = False) -> tuple[dict[str, Tensor], SampleList]:
        """Batches frames of shape (T, 3, H, W) and renders their keypoints.

        Raises:
            ArgumentError: If a sample carries no keypoints, or not one set per frame.
        """
        # Blending has to mix the maps too, so it waits until they are there.
        imgs, data_samples = super().preprocess(inputs, data_samples, training=False)
        keypoints = torch.stack([self._keypoints(s, imgs.shape[1]) for s in data_samples])
        imgs = imgs.to(_autocast_dtype(imgs.device))

        # as a strided convolution leaves them
        size = [-(-side // self.stride) for side in imgs.shape[-2:]]
        heatmaps = imgs.new_empty(*keypoints.shape[:3], *size)  # (N, T, K, H', W')
        gaussian_heatmaps(keypoints, size, self.sigma, self.amplitude, self.stride, out=heatmaps)

        if training and self.blending is not None:
            imgs, heatmaps, data_samples = self._blend(imgs, heatmaps, data_samples)
        return dict(imgs=imgs, heatmaps=heatmaps), data_samples

    def _blend(self, imgs: Tensor, heatmaps: Tensor,
               data_samples: SampleList) -> tuple[Tensor, Tensor, SampleList]:
        """Blends frames and maps alike, the maps as pixels of the frames' size.

        At a larger stride a pixel of a map becomes the mean over what it covers of the frame.
        """
        h, w = imgs.shape[-2:]
        full = heatmaps.repeat_interleave(self.stride, -2).repeat_interleave(self.stride, -1)
        blended, data_samples = self.blending(
            torch.cat([imgs, full[..., :h, :w]], 2), data_samples)
        imgs, full = blended.split([imgs.shape[2], heatmaps.shape[2]], 2)
        heatmaps = functional.avg_pool2d(full.flatten(0, 1), self.stride, ceil_mode=True)
        return imgs, heatmaps.unflatten(0, full.shape[:2]), data_samples

    @staticmethod
    def _keypoints(data_sample, num_frames: int) -> Tensor:
        if 'keypoints' not in data_sample:
            raise ArgumentError(
                'HeatmapFusionDataPreprocessor found no `keypoints` in a data sample; end the '
                "pipeline with dict(type='FormatKeypoints') and "
                "dict(type='PackActionInputs', algorithm_keys=('keypoints', ))")
        if len(data_sample.keypoints) != num_frames:
            raise ArgumentError(
                f'a data sample has keypoints for {len(data_sample.keypoints)} frames and '
                f'{num_frames} frames; transforms that multiply frames (ThreeCrop, TenCrop) do '
                'not move keypoints')
        return data_sample.keypoints


def _autocast_dtype(device: torch.device) -> torch.dtype:
    """What convolutions on a device compute in here: what a product of float32 comes out as."""
    one = torch.ones(1, 1, device=device)
    return (one @ one).dtype
