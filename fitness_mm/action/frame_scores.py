"""Scores per frame to scores of a clip, with the frames' kept beside them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

POOLINGS = ('mean', 'attention')


class FramePooling(nn.Module):
    """Takes the place of the consensus of MMAction2's heads that score frame by frame.

    Args:
        num_classes: Number of exercises; their scores are averaged.
        num_conditions: Number of conditions, whose scores follow.
        pooling: ``mean`` averages those too. ``attention`` weights a frame by the softmax over
            frames of a learnt multiple of the condition's logit: the multiple begins at 0, which
            is the mean; a negative one looks at the frames that speak for a fault, a positive one
            at those that speak against it.

    Raises:
        ValueError: If there is no such pooling.
    """

    def __init__(self, num_classes: int, num_conditions: int, pooling: str = 'mean') -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(f'pooling has to be one of {POOLINGS}, but got {pooling!r}')
        self.num_classes = num_classes
        self.sharpness = (nn.Parameter(torch.zeros(num_conditions)) if pooling == 'attention'
                          else None)

    def forward(self, frames: Tensor) -> Tensor:
        """Scores of frames (N, T, C + P) to (N, 1 + T, C + P): the clip's, then the frames'."""
        clip = frames.mean(1, keepdim=True)  # (N, 1, C + P)
        if self.sharpness is not None:
            conditions = frames[..., self.num_classes:]  # (N, T, P)
            weights = (self.sharpness * conditions).softmax(1)
            pooled = (weights * conditions).sum(1, keepdim=True)  # (N, 1, P)
            clip = torch.cat([clip[..., :self.num_classes], pooled], -1)
        return torch.cat([clip, frames], 1)
