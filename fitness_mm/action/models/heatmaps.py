"""Keypoints to Gaussian heatmaps."""

from __future__ import annotations

import torch
from torch import Tensor


def gaussian_heatmaps(keypoints: Tensor,
                      size: tuple[int, int],
                      sigma: float,
                      amplitude: float = 1.0,
                      out: Tensor | None = None) -> Tensor:
    """Renders one unnormalised Gaussian per keypoint.

    Pixel (i, j) covers x in [j, j + 1) and y in [i, i + 1) and holds the Gaussian's value at its
    centre, so sub-pixel positions are exact, and a keypoint outside the image leaves its tail. A
    Gaussian is the product of one in x and one in y, which makes this a memory-bound outer
    product.

    Args:
        keypoints: Shape (..., K, 3): x and y in pixels, and a score. A keypoint whose score is not
            positive is absent and leaves its map at zero.
        size: Height and width of the maps in pixels.
        sigma: Standard deviation in pixels.
        amplitude: Value of the Gaussian at the keypoint.
        out: Where to write, shape (..., K, H, W); it may be a strided view, with channels last
            too. In half precision the profiles are rounded before they are multiplied, so that
            nothing of the maps' size is ever held in float32.

    Returns:
        Maps of shape (..., K, H, W), float32 or of the type of ``out``.
    """
    height, width = size
    x, y, score = keypoints.float().unbind(-1)  # (..., K)
    present = score > 0
    centres_x = torch.arange(width, device=keypoints.device) + 0.5  # (W,)
    centres_y = torch.arange(height, device=keypoints.device) + 0.5  # (H,)

    def profile(centres: Tensor, position: Tensor) -> Tensor:
        values = torch.exp((centres - position[..., None]).square() / (-2 * sigma**2))
        # An absent keypoint may hold any number, NaN included, so it is replaced, not multiplied.
        return torch.where(present[..., None], values, 0.0)

    rows, columns = amplitude * profile(centres_y, y), profile(centres_x, x)
    if out is not None:
        rows, columns = rows.to(out.dtype), columns.to(out.dtype)
    # (..., K, H, 1) * (..., K, 1, W)
    return torch.mul(rows[..., :, None], columns[..., None, :], out=out)
