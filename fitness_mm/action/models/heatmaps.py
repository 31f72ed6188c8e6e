"""Keypoints to Gaussian heatmaps."""

from __future__ import annotations

import torch
from torch import Tensor


def gaussian_heatmaps(keypoints: Tensor,
                      size: tuple[int, int],
                      sigma: float,
                      amplitude: float = 1.0,
                      stride: int = 1,
                      out: Tensor | None = None) -> Tensor:
    """Renders one unnormalised Gaussian per keypoint.

    A pixel holds the Gaussian's value at its centre, so sub-pixel positions are exact, and a
    keypoint outside the image leaves its tail. A Gaussian is the product of one in x and one in y,
    which makes this a memory-bound outer product.

    Args:
        keypoints: Shape (..., K, 3): x and y in pixels of the image, whose centres are at integers,
            and a score. A keypoint whose score is not positive is absent and leaves its map at
            zero.
        size: Height and width of the maps in pixels.
        sigma: Standard deviation in pixels of the image.
        amplitude: Value of the Gaussian at the keypoint.
        stride: Pixels of the image per pixel of the maps.
        out: Where to write, shape (..., K, H, W); it may be a strided view, with channels last
            too. In half precision the profiles are rounded before they are multiplied, so that
            nothing of the maps' size is ever held in float32.

    Returns:
        Maps of shape (..., K, H, W), float32 or of the type of ``out``.
    """
    height, width = size
    x, y, score = keypoints.float().unbind(-1)  # (..., K)
    present = score > 0
    # a pixel of the maps lies in the middle of the pixels that it stands for
    centres_x, centres_y = (torch.arange(length, device=keypoints.device) * stride
                            + (stride - 1) / 2 for length in (width, height))  # (W,), (H,)

    def profile(centres: Tensor, position: Tensor) -> Tensor:
        values = torch.exp((centres - position[..., None]).square() / (-2 * sigma**2))
        # An absent keypoint may hold any number, NaN included, so it is replaced, not multiplied.
        return torch.where(present[..., None], values, 0.0)

    rows, columns = amplitude * profile(centres_y, y), profile(centres_x, x)
    if out is not None:
        rows, columns = rows.to(out.dtype), columns.to(out.dtype)
    # (..., K, H, 1) * (..., K, 1, W)
    return torch.mul(rows[..., :, None], columns[..., None, :], out=out)
