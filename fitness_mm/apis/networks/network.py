"""A network of either host with what its test data goes through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import pseudo_collate

from fitness_mm.apis.errors import InferenceError
from fitness_mm.engine.load import checked_device, host_of, load_model, pipeline_of, read_config


class Network:
    """A network of a config with its weights and its test pipeline.

    Args:
        config: The config file.
        checkpoint: Its weights.
        scope: ``mmpose`` or ``mmaction``, what the config has to be of.
        device: Such as ``cpu`` or ``cuda:0``; the best there is if None.
        half: Whether to compute in half precision: float16 on a GPU, bfloat16 on a CPU.

    Raises:
        FitnessError: If a file is missing, damaged, or does not belong to the other.
    """

    def __init__(self, config: str | Path, checkpoint: str | Path, scope: str,
                 device: str | None = None, half: bool = False) -> None:
        self.config_file, self.checkpoint, self.half = Path(config), Path(checkpoint), half
        self.device = checked_device(device)
        self.cfg = read_config(config, scope=scope, loader='test_dataloader')
        self.model = load_model(self.cfg, checkpoint, self.device)
        self.pipeline = pipeline_of(self.cfg)

    def checked(self, numbers: np.ndarray) -> np.ndarray:
        """What the network says, if it is numbers.

        Raises:
            InferenceError: If it is not.
        """
        if not np.isfinite(numbers).all():
            raise InferenceError(
                f'the network {self.checkpoint} says NaN or infinity; half precision may be too '
                'little for it, or its training has diverged')
        return numbers

    def predict(self, samples: Iterable[dict], batch_size: int) -> Iterator:
        """The host's predictions for packed samples, of which a batch is made at a time."""
        kind, samples = self.device.type, iter(samples)
        half = torch.bfloat16 if kind == 'cpu' else torch.float16
        while batch := list(islice(samples, batch_size)):
            with host_of(self.cfg), torch.inference_mode(), (
                    torch.autocast(kind, half) if self.half else nullcontext()):
                predictions = self.model.test_step(pseudo_collate(batch))
            yield from predictions
