"""Checkpoints (.pth): damaged, or whole files that hold something else."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from fitness_mm import compat
from fitness_mm.engine.load import load_weights

from .common import Kind, damage_bytes

compat.apply()

_OTHERS: tuple[Callable[[dict], object], ...] = (
    lambda weights: None,
    lambda weights: [1, 2],
    lambda weights: {},
    lambda weights: dict(state_dict=None),
    lambda weights: dict(state_dict=list(weights.values())),
    lambda weights: dict(state_dict=dict(enumerate(weights.values()))),
    lambda weights: dict(state_dict={name: 'text' for name in weights}),
    lambda weights: dict(state_dict={name: w.to_sparse() for name, w in weights.items()}),
    lambda weights: dict(state_dict={name: w.to('meta') for name, w in weights.items()}),
    lambda weights: dict(state_dict={name: w * torch.nan for name, w in weights.items()}),
    lambda weights: dict(state_dict={name: w / 0 for name, w in weights.items()}),
    lambda weights: dict(state_dict={name: w.flatten()[:1] for name, w in weights.items()}),
    lambda weights: dict(state_dict={name: torch.zeros(1).expand(1 << 20, 1 << 20)
                                     for name in weights}),
    lambda weights: dict(state_dict={f'{name}x': w for name, w in weights.items()}),
    lambda weights: dict(state_dict=weights, more=print),
    lambda weights: dict(state_dict=weights, meta=dict(epoch='three')),
)
"""What a checkpoint may hold, from the right weights; only the last is as good as they are."""


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 16), nn.BatchNorm1d(16), nn.Linear(16, 4))


def _originals(folder: Path) -> list[Path]:
    file = folder / 'epoch_1.pth'
    torch.save(dict(meta=dict(epoch=1), state_dict=_network().state_dict()), file)
    return [file]


def _mutate(rng: np.random.Generator, whole: bytes) -> bytes:
    if rng.random() < 0.7:
        return damage_bytes(rng, whole)
    weights = torch.load(io.BytesIO(whole), weights_only=True)['state_dict']
    file = io.BytesIO()
    other = _OTHERS[rng.integers(len(_OTHERS))]
    torch.save(other(weights), file)
    return file.getvalue()


def _read(path: Path) -> str:
    network = _network()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(7)
    load_weights(network, path, 'the network')
    weights = _network().state_dict()
    if not all(torch.equal(found, weights[name]) for name, found in network.state_dict().items()):
        raise AssertionError('other weights were loaded')
    return 'read'


CHECKPOINTS = Kind(_originals, _read, _mutate)
