"""Seconds of several ways to do the same, measured so that a busy moment hits all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
import torch


def interleaved(ways: Mapping[str, Callable[[], object]], rounds: int,
                warm_up: bool = True) -> dict[str, np.ndarray]:
    """Seconds of every call, (rounds,), of functions called in turn: A B C A B C.

    Args:
        ways: Functions by name. Work that they leave on a GPU is waited for.
        rounds: Calls of each.
        warm_up: Whether to call each once before, unmeasured.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(-1 if warm_up else 0, rounds):
        for name, way in ways.items():
            _wait_for_gpu()
            start = time.perf_counter()
            way()
            _wait_for_gpu()
            if turn >= 0:
                seconds[name].append(time.perf_counter() - start)
    return {name: np.array(values) for name, values in seconds.items()}


def _wait_for_gpu() -> None:
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()


def best_ratio(seconds: np.ndarray, reference: np.ndarray) -> float:
    """How many times as long the reference takes, best round against best round."""
    return float(reference.min() / seconds.min())


def median_ratio(seconds: np.ndarray, reference: np.ndarray) -> float:
    """How many times as long as the reference, the median over rounds of both."""
    return float(np.median(seconds / reference))
