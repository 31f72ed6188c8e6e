"""Scores per frame to scores of a clip, with the frames' kept beside them."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class FrameScores(nn.Module):
    """Takes the place of the consensus of MMAction2's heads that score frame by frame: their mean,
    and behind it what it is the mean of."""

    def forward(self, frames: Tensor) -> Tensor:
        """Scores of frames (N, T, C) to (N, 1 + T, C): the clip's, then the frames'."""
        return torch.cat([frames.mean(1, keepdim=True), frames], 1)
