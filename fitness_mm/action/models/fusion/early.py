"""Heatmaps as further channels of the input."""

from __future__ import annotations

from mmengine.logging import print_log
from torch import nn

from .layout import RGB_CHANNELS


class EarlyFusion:
    """Heatmaps as further input channels of the backbone's first convolution.

    The original study's fusion: 24 maps at input resolution make a 27-channel stem. RGB weights
    load into it exactly: their kernels are copied and the heatmaps' kernels start at zero, so the
    fused network begins as the RGB network.

    Args:
        num_keypoints: Number of heatmaps.
        stride: Of the maps, 1.

    Raises:
        ValueError: If the stride is another.
    """

    stride = 1

    def __init__(self, num_keypoints: int, stride: int) -> None:
        if stride != 1:
            raise ValueError('early fusion joins heatmaps to the frames, so they have to be of '
                             f'their size, but data_preprocessor.stride is {stride}')
        self.in_channels = RGB_CHANNELS + num_keypoints

    def backbone_cfg(self, cfg: dict) -> dict:
        """The backbone's config with the number of input channels that the fusion needs.

        Raises:
            ValueError: If the config asks for another number.
        """
        given = cfg.get('in_channels', self.in_channels)
        if given != self.in_channels:
            raise ValueError(
                f'early fusion feeds {self.in_channels} channels to the backbone, but its config '
                f'says in_channels={given}; leave in_channels out or change num_keypoints')
        return {**cfg, 'in_channels': self.in_channels}

    def wrap(self, backbone: nn.Module, cfg: dict) -> nn.Module:
        """The backbone itself, with a stem that accepts RGB weights however they are loaded.

        Raises:
            ValueError: If the backbone has no 2D convolution over the fused channels.
        """
        for module in backbone.modules():
            if isinstance(module, nn.Conv2d) and module.in_channels == self.in_channels:
                module.register_load_state_dict_pre_hook(_inflate_rgb_kernels)
                return backbone
        raise ValueError(f'early fusion found no Conv2d with {self.in_channels} input channels in '
                         f'{type(backbone).__name__}; it needs a 2D backbone with an in_channels '
                         'argument')


def _inflate_rgb_kernels(stem: nn.Conv2d, state_dict: dict, prefix: str, *args) -> None:
    """Appends zero kernels to an RGB stem's weight that is about to be loaded.

    Shapes: (C_out, 3, k, k) becomes (C_out, 3 + K, k, k); any other weight stays as it is.
    """
    key = f'{prefix}weight'
    weight = state_dict.get(key)
    if weight is None or weight.shape[1] != RGB_CHANNELS:
        return
    inflated = weight.new_zeros(weight.shape[0], stem.in_channels, *weight.shape[2:])
    inflated[:, :RGB_CHANNELS] = weight
    state_dict[key] = inflated
    print_log(f'{key}: RGB kernels copied, {stem.in_channels - RGB_CHANNELS} heatmap kernels '
              'start at zero', logger='current')
