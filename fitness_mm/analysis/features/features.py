"""The feature a recogniser computes just before its class scores, one vector per clip."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn

from fitness_mm.errors import FitnessError


def feature_tap(recognizer: nn.Module) -> nn.Module:
    """The module whose input is the recogniser's feature.

    That is the module ``feature`` of the head, or of a head inside it, where one names its feature,
    as ``LSTMHead`` does, and else the head's last linear layer, whose input is the pooled feature
    in the heads of MMAction2.

    Raises:
        FitnessError: If the head has neither.
    """
    head = getattr(recognizer, 'cls_head', None)
    if head is None:
        raise FitnessError(f'{type(recognizer).__name__} has no cls_head; features are those of '
                           'recognisers of MMAction2')
    named = [module for name, module in head.named_modules()
             if name.rpartition('.')[2] == 'feature']
    if named:
        return named[0]
    linear = [module for module in head.modules() if isinstance(module, nn.Linear)]
    if not linear:
        raise FitnessError(f'{type(head).__name__} has no linear layer whose input could be the '
                           "feature; let the feature pass through an nn.Identity named 'feature' "
                           'of the head')
    return linear[-1]


@torch.no_grad()
def pooled_features(recognizer: nn.Module, batches: Iterable[dict]) -> np.ndarray:
    """Features of clips, in the order of the batches.

    A head that sees a sample's frames or clips one by one gives several vectors, which are
    averaged: with TSM the mean over frames, as in the original study.

    Args:
        recognizer: A recogniser of MMAction2; it is put into evaluation mode.
        batches: What a data loader gives: ``inputs`` and ``data_samples``.

    Returns:
        float32 (N, C).

    Raises:
        FitnessError: If the recogniser has no feature, or one that is not a number.
    """
    caught: list[Tensor] = []
    tap = feature_tap(recognizer)
    handle = tap.register_forward_pre_hook(lambda module, inputs: caught.append(inputs[0]))
    recognizer.eval()
    features = []
    try:
        for batch in batches:
            caught.clear()
            samples = recognizer.test_step(batch)
            if not caught:
                raise FitnessError(f'{type(recognizer).__name__} computes its scores without its '
                                   f"cls_head's {type(tap).__name__}, so there is no feature")
            rows = torch.cat([values.flatten(0, -2) for values in caught])  # (n * times, C)
            features.append(rows.unflatten(0, (len(samples), -1)).mean(1).float().cpu().numpy())
    finally:
        handle.remove()
    values = np.concatenate(features)
    if not np.isfinite(values).all():
        raise FitnessError(f'{type(recognizer).__name__} gives features that are not finite '
                           'numbers; the training has diverged')
    return values


def limited_rows(labels: np.ndarray, max_per_class: int, seed: int) -> np.ndarray:
    """Row numbers of at most so many samples of every class, drawn at random, ascending."""
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    kept = [shuffled[labels[shuffled] == c][:max_per_class] for c in np.unique(labels)]
    return np.sort(np.concatenate(kept))
