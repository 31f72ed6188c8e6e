"""An RGB backbone that takes in heatmaps, in one of the registered ways."""

from __future__ import annotations

import copy

from mmaction.models import Recognizer2D
from mmengine.logging import print_log
from mmengine.model import BaseModule
from mmengine.registry import Registry
from torch import Tensor, nn

from fitness_mm.errors import ArgumentError

_RGB_CHANNELS = 3
# as MMAction2 and timm, torchvision, and MMPretrain are told to load weights
WEIGHTS = ('pretrained', 'weights', 'init_cfg')

FUSIONS = Registry('fusion', scope='mmaction')
"""Fusion modes, subclasses of :class:`FusedBackbone`, by the name that a config gives."""


class FusedBackbone(BaseModule):
    """The RGB backbone ``rgb`` and what a fusion mode adds to it.

    A subclass adds its modules, whose names begin with ``heatmap``, and has ``forward``. RGB
    checkpoints load as if this were the RGB backbone; the added parameters stay as they were, or
    as :meth:`begin_as_rgb` sets them.

    Args:
        rgb: Config of the RGB backbone, of MMAction2 or, as there, with a name like
            ``mmpretrain.ConvNeXt`` or ``torchvision.resnet50``.
        num_keypoints: Number of heatmaps.
        stride: Pixels of the frames per pixel of the maps.

    Attributes:
        stride: Of the maps, if a config says nothing.

    Raises:
        ArgumentError: If nothing in the backbone is a 2D convolution of RGB.
    """

    stride = 1

    def __init__(self, rgb: dict, num_keypoints: int, stride: int) -> None:
        super().__init__()
        self.rgb = build_backbone(rgb)
        if not stems_of(self.rgb):
            raise ArgumentError(
                f'{type(self.rgb).__name__} has no 2D convolution of {_RGB_CHANNELS} channels, '
                'which fusion needs: heatmaps join the frames of a 2D backbone for RGB, such as '
                'ResNetTSM; a 3D network sees frames or heatmaps alone, as '
                'configs/recognition/r3d_r50_fitness.py and posec3d_fitness.py do')
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


def build_backbone(cfg: dict) -> nn.Module:
    """A backbone as MMAction2's recognisers build it, whichever library it is from."""
    backbone = Recognizer2D(copy.deepcopy(cfg)).backbone
    if getattr(backbone, 'pretrained', None) is None and hasattr(backbone, 'pretrained2d'):
        backbone.pretrained2d = False  # the host would look for weights without a name
    return backbone


def stems_of(backbone: nn.Module) -> list[str]:
    """Names of the convolutions that see RGB; several where a stem has branches."""
    return [name for name, module in backbone.named_modules()
            if isinstance(module, nn.Conv2d) and module.in_channels == _RGB_CHANNELS]


def replace(backbone: nn.Module, name: str, module: nn.Module) -> None:
    """Puts another module in the place of one of a backbone's."""
    parent, _, own = name.rpartition('.')
    setattr(backbone.get_submodule(parent), own, module)


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
