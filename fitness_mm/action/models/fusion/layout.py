"""Frames and heatmaps of any resolution in one tensor, so that hosts handle them as one."""

from __future__ import annotations

from torch import Tensor

RGB_CHANNELS = 3


def map_size(size: tuple[int, int], stride: int) -> tuple[int, int]:
    """Height and width of heatmaps at a stride, as a strided convolution leaves them."""
    return -(-size[0] // stride), -(-size[1] // stride)


def fused_channels(num_keypoints: int, size: tuple[int, int], stride: int) -> int:
    """Channels of the tensor for frames of a height and width: RGB's, then the maps' memory.

    At stride 1 that is one channel per map, 27 in all; at stride 4, 24 maps fit into 2.
    """
    height, width = map_size(size, stride)
    pixels = size[0] * size[1]
    return RGB_CHANNELS + -(-num_keypoints * height * width // pixels)


def frames_of(fused: Tensor) -> Tensor:
    """The frames (..., 3, H, W) of a fused tensor (..., C, H, W), as a view."""
    return fused[..., :RGB_CHANNELS, :, :]


def heatmaps_of(fused: Tensor, num_keypoints: int, stride: int) -> Tensor:
    """The maps (..., K, H / stride, W / stride) of a fused tensor (..., C, H, W).

    They lie one after the other in the memory behind the frames. A view, to write to, if the
    tensor is contiguous.
    """
    height, width = map_size(fused.shape[-2:], stride)
    memory = _behind_frames(fused)[..., :num_keypoints * height * width]
    return memory.unflatten(-1, (num_keypoints, height, width))


def unused_of(fused: Tensor, num_keypoints: int, stride: int) -> Tensor:
    """What the maps leave of the last channel, (..., pixels), as a view like theirs."""
    height, width = map_size(fused.shape[-2:], stride)
    return _behind_frames(fused)[..., num_keypoints * height * width:]


def _behind_frames(fused: Tensor) -> Tensor:
    return fused.flatten(-3)[..., RGB_CHANNELS * fused.shape[-2] * fused.shape[-1]:]
