"""Two streams, one for RGB and one for heatmaps, added."""

from __future__ import annotations

from mmaction.models import ResNet
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from torch import Tensor, nn

from .base import FUSIONS, FusedBackbone

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
        rgb: Config of a ResNet of MMAction2; the heatmaps' stream is built from it, too.
        num_keypoints: Number of heatmaps.
        stride: Of the maps, 1 or 4.

    Raises:
        ValueError: If the stride is another.
    """

    stride = _STEM_STRIDE
    rgb_type = ResNet

    def __init__(self, rgb: dict, num_keypoints: int, stride: int) -> None:
        if stride not in (1, _STEM_STRIDE):
            raise ValueError("sum fusion's heatmap stream takes maps of stride 1 or "
                             f'{_STEM_STRIDE}, but data_preprocessor.stride is {stride}')
        super().__init__(rgb, num_keypoints, stride)
        stream = MODELS.build({**rgb, 'in_channels': num_keypoints})
        # ImageNet knows nothing about heatmaps.
        stream.pretrained, stream.pretrained2d = None, False
        if stride == _STEM_STRIDE:
            stream.conv1 = ConvModule(
                num_keypoints, stream.conv1.out_channels, 3, padding=1, bias=False,
                conv_cfg=stream.conv_cfg, norm_cfg=stream.norm_cfg, act_cfg=stream.act_cfg)
            stream.maxpool = nn.Identity()
        self.heatmap_stream = stream

    def forward(self, imgs: Tensor, heatmaps: Tensor) -> Tensor:
        """Adds the features of both streams."""
        return self.rgb(imgs) + self.heatmap_stream(heatmaps)
