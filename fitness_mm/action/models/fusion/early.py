"""Heatmaps as further channels of the input."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fitness_mm.errors import ArgumentError

from .base import FUSIONS, WEIGHTS, FusedBackbone, replace, stems_of


@FUSIONS.register_module('early')
class EarlyFusion(FusedBackbone):
    """Heatmaps as further input channels of the backbone's first convolution.

    The original study's fusion: 24 maps at input resolution make a 27-channel stem. From scratch
    all of its kernels are drawn alike; beside RGB weights the heatmaps' kernels start at zero, so
    that the fused network begins as the RGB network.

    Args:
        rgb: Config of a 2D backbone for RGB.
        num_keypoints: Number of heatmaps.
        stride: Of the maps, 1.

    Raises:
        ArgumentError: If the stride is another.
    """

    def __init__(self, rgb: dict, num_keypoints: int, stride: int) -> None:
        if stride != 1:
            raise ArgumentError('early fusion joins heatmaps to the frames, so they have to be of '
                                f'their size, but data_preprocessor.stride is {stride}')
        super().__init__(rgb, num_keypoints, stride)
        self._stems = stems_of(self.rgb)
        for name in self._stems:
            replace(self.rgb, name, _WideConv2d(self.rgb.get_submodule(name), num_keypoints))
        self._begins_trained = any(map(rgb.get, WEIGHTS))

    def init_weights(self) -> None:
        """As the RGB backbone's; if that loads weights, the maps do not disturb them."""
        super().init_weights()
        if self._begins_trained:
            self.begin_as_rgb()

    def begin_as_rgb(self) -> None:
        """Sets the heatmaps' kernels to zero."""
        for name in self._stems:
            nn.init.zeros_(self.rgb.get_submodule(name).heatmap_weight)

    def forward(self, imgs: Tensor, heatmaps: Tensor) -> Tensor:
        """Frames (N, 3, H, W) and maps (N, K, H, W) to the RGB backbone's features."""

        def join(stem: nn.Module, args: tuple[Tensor]) -> tuple[Tensor]:
            return torch.cat([args[0], heatmaps], 1),

        # Hooks for the time of the call: what lies before a stem, MobileOneTSM's temporal shift
        # for one, is made for RGB.
        handles = [self.rgb.get_submodule(name).register_forward_pre_hook(join)
                   for name in self._stems]
        try:
            return self.rgb(imgs)
        finally:
            for handle in handles:
                handle.remove()


class _WideConv2d(nn.Conv2d):
    """An RGB convolution, its parameters named and shaped as they were, with kernels for maps."""

    def __init__(self, rgb: nn.Conv2d, num_keypoints: int) -> None:
        super().__init__(rgb.in_channels, rgb.out_channels, rgb.kernel_size, rgb.stride,
                         rgb.padding, rgb.dilation, padding_mode=rgb.padding_mode)
        self.weight, self.bias = rgb.weight, rgb.bias
        self.heatmap_weight = nn.Parameter(
            torch.empty(rgb.out_channels, num_keypoints, *rgb.kernel_size))
        # as MMCV draws the kernels beside them
        nn.init.kaiming_normal_(self.heatmap_weight, mode='fan_out', nonlinearity='relu')

    def forward(self, x: Tensor) -> Tensor:
        weight = torch.cat([self.weight, self.heatmap_weight], 1)  # (C, 3 + K, k, k)
        return self._conv_forward(x, weight, self.bias)
