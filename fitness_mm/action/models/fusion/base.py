"""An RGB backbone that takes in heatmaps, in one of the registered ways."""

from __future__ import annotations

from mmaction.registry import MODELS
from mmengine.logging import print_log
from mmengine.model import BaseModule
from mmengine.registry import Registry
from torch import Tensor, nn

FUSIONS = Registry('fusion', scope='mmaction')
"""Fusion modes, subclasses of :class:`FusedBackbone`, by the name that a config gives."""


class FusedBackbone(BaseModule):
    """The RGB backbone ``rgb`` and what a fusion mode adds to it.

    A subclass adds its modules, whose names begin with ``heatmap``, and has ``forward``. RGB
    checkpoints load as if this were the RGB backbone; the added parameters stay as they were, or
    as :meth:`begin_as_rgb` sets them.

    Args:
        rgb: Config of the RGB backbone.
        num_keypoints: Number of heatmaps.
        stride: Pixels of the frames per pixel of the maps.

    Attributes:
        stride: Of the maps, if a config says nothing.
        rgb_type: What the RGB backbone has to be.

    Raises:
        ValueError: If the backbone is something else.
    """

    stride = 1
    rgb_type: type[nn.Module] = nn.Module

    def __init__(self, rgb: dict, num_keypoints: int, stride: int) -> None:
        super().__init__()
        self.rgb = MODELS.build(rgb)
        if not isinstance(self.rgb, self.rgb_type):
            raise ValueError(
                f'{type(self).__name__} needs a {self.rgb_type.__name__} of MMAction2, such as '
                f"ResNetTSM, as backbone, but got {type(self.rgb).__name__}; use fusion='early'")
        self.register_load_state_dict_pre_hook(_load_rgb_weights)

    def forward(self, imgs: Tensor, heatmaps: Tensor) -> Tensor:
        """Frames (N, 3, H, W) and maps (N, K, H / stride, W / stride) to features.

        They have the shape of the RGB backbone's, so that heads need not know of the maps.
        """
        raise NotImplementedError


    def begin_as_rgb(self) -> None:
        """Called when RGB weights are loaded: what is added must not change what they do.

        Nothing to do if it starts without effect anyway, or is a network of its own.
        """


def _load_rgb_weights(backbone: FusedBackbone, state_dict: dict, prefix: str, *args) -> None:
    """Renames the weights of an RGB checkpoint to those of ``rgb`` and adds the others."""
    given = [key for key in state_dict if key.startswith(prefix)]
    if not given or any(key.startswith(f'{prefix}rgb.') for key in given):
        return
    for key in given:
        state_dict[f'{prefix}rgb.{key[len(prefix):]}'] = state_dict.pop(key)
    backbone.begin_as_rgb()
    added = {f'{prefix}{name}': value for name, value in backbone.state_dict().items()
             if 'heatmap' in name}
    state_dict.update(added)
    print_log(f"{prefix}: RGB weights loaded; {len(added)} tensors of the heatmaps' part begin "
              'beside them', logger='current')
