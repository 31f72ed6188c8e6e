"""Learning-rate schedules that depend on the number of epochs, for configs to call."""

from __future__ import annotations


def warm_up_then_cosine(max_epochs: int) -> list[dict]:
    """``param_scheduler`` of a short training: one epoch of linear warm-up, then a half cosine.

    Both change with every iteration; the rate starts at a tenth of its peak and ends at a
    hundredth.

    Args:
        max_epochs: Number of epochs of the whole training, at least 2.
    """
    return [
        dict(type='LinearLR', start_factor=0.1, begin=0, end=1, convert_to_iter_based=True),
        dict(
            type='CosineAnnealingLR',
            eta_min_ratio=0.01,
            begin=1,
            end=max_epochs,
            T_max=max_epochs - 1,
            convert_to_iter_based=True),
    ]
