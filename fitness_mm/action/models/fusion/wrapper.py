"""An RGB backbone with something beside it that sees heatmaps."""

from __future__ import annotations

from mmaction.models import ResNet
from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import Tensor, nn

from .layout import frames_of, heatmaps_of


class FusedBackbone(BaseModule):
    """Splits a fused tensor, and loads the RGB backbone's checkpoints as if it were one.

    A subclass has ``fuse``, and adds modules of its own to the backbone ``rgb``.

    Args:
        rgb: The backbone, a ResNet of MMAction2: its parts have known names.
        num_keypoints: Number of heatmaps.
        stride: Of the maps in the input.

    Raises:
        ValueError: If the backbone is another.
    """

    def __init__(self, rgb: nn.Module, num_keypoints: int, stride: int) -> None:
        if not isinstance(rgb, ResNet):
            raise ValueError('stem and sum fusion need a ResNet of MMAction2, such as ResNetTSM, '
                             f"as backbone, but got {type(rgb).__name__}; use fusion='early'")
        super().__init__()
        self.rgb = rgb
        self.num_keypoints, self.stride = num_keypoints, stride
        self.register_load_state_dict_pre_hook(_load_rgb_weights)

    def forward(self, fused: Tensor) -> Tensor:
        """Fused tensor (N, C, H, W) to features of the RGB backbone's shape."""
        return self.fuse(frames_of(fused), heatmaps_of(fused, self.num_keypoints, self.stride))

    def fuse(self, frames: Tensor, heatmaps: Tensor) -> Tensor:
        """Frames (N, 3, H, W) and maps (N, K, H / stride, W / stride) to features."""
        raise NotImplementedError


def _load_rgb_weights(backbone: FusedBackbone, state_dict: dict, prefix: str, *args) -> None:
    """Renames the weights of an RGB checkpoint to those of ``rgb``; the rest stays as it began."""
    ours = {f'{prefix}{name}': value for name, value in backbone.state_dict().items()}
    given = [key for key in state_dict if key.startswith(prefix)]
    if not given or any(key.startswith(f'{prefix}rgb.') for key in given):
        return
    for key in given:
        state_dict[f'{prefix}rgb.{key[len(prefix):]}'] = state_dict.pop(key)
    beside = {key: value for key, value in ours.items() if not key.startswith(f'{prefix}rgb.')}
    state_dict.update(beside)
    print_log(f'{prefix}: RGB weights loaded; {len(beside)} tensors of the heatmaps\' part stay '
              'as they were', logger='current')
