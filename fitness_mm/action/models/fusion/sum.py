"""Two streams, one for RGB and one for heatmaps, added."""

from __future__ import annotations

import torch
from mmaction.models import ResNet
from mmcv.cnn import ConvModule
from torch import Tensor, nn

from fitness_mm.errors import ArgumentError

from .base import FUSIONS, WEIGHTS, FusedBackbone, build_backbone, replace, stems_of

_STEM_STRIDE = 4  # of a ResNet


@FUSIONS.register_module('sum')
class SumFusion(FusedBackbone):
    """A second backbone that sees only the heatmaps, its features added to the RGB one's.

    The data set builder's reference model sums two TSM streams, heatmaps at a quarter of RGB's
    resolution. The sum is taken before the head: with a head that averages linear scores, such as
    TSM's, that is the sum of the streams' scores. At stride 4 the stream has a 3x3 convolution in
    place of its stem, so that both end at the same resolution; at stride 1 it is the RGB backbone
    but for its input.

    Args:
        rgb: Config of the backbone, a ResNet of MMAction2 unless the stride is 1; the heatmaps'
            stream is built from it, too.
        num_keypoints: Number of heatmaps.
        stride: Of the maps, 1 or 4.

    Raises:
        ArgumentError: If the stride is another, or not the backbone's.
    """

    stride = _STEM_STRIDE

    def __init__(self, rgb: dict, num_keypoints: int, stride: int) -> None:
        if stride not in (1, _STEM_STRIDE):
            raise ArgumentError("sum fusion's heatmap stream takes maps of stride 1 or "
                                f'{_STEM_STRIDE}, but data_preprocessor.stride is {stride}')
        super().__init__(rgb, num_keypoints, stride)
        # ImageNet knows nothing about heatmaps
        stream = build_backbone({key: rgb[key] for key in rgb if key not in WEIGHTS})
        if stride == 1:
            for name in stems_of(stream):
                rgb_conv = stream.get_submodule(name)
                replace(stream, name, nn.Conv2d(
                    num_keypoints, rgb_conv.out_channels, rgb_conv.kernel_size, rgb_conv.stride,
                    rgb_conv.padding, bias=rgb_conv.bias is not None))
        elif not isinstance(stream, ResNet):
            raise ArgumentError(
                'sum fusion with maps at a quarter of the resolution takes the stem from a ResNet '
                f'of MMAction2, such as ResNetTSM, but got {type(stream).__name__}; set '
                'model.data_preprocessor.stride=1, for which any 2D backbone will do')
        else:
            stream.conv1 = ConvModule(
                num_keypoints, stream.conv1.out_channels, 3, padding=1, bias=False,
                conv_cfg=stream.conv_cfg, norm_cfg=stream.norm_cfg, act_cfg=stream.act_cfg)
            stream.maxpool = nn.Identity()
        self.heatmap_stream = stream

    def forward(self, imgs: Tensor, heatmaps: Tensor) -> Tensor:
        """Adds the features of both streams, level by level where a backbone gives several."""
        features, of_maps = self.rgb(imgs), self.heatmap_stream(heatmaps)
        if isinstance(features, tuple):
            return tuple(map(torch.add, features, of_maps))
        return features + of_maps
