"""People in a frame, by a detector of MMDetection."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from mmengine.registry import DefaultScope

from fitness_mm import compat
from fitness_mm.apis.errors import InferenceError
from fitness_mm.engine.load import checked_device
from fitness_mm.errors import shortened

compat.apply()

MIN_SCORE = 0.3


class PersonDetector:
    """Finds people with any detector that MMDetection's ``init_detector`` can build.

    Args:
        config: Its config.
        checkpoint: Its weights.
        device: Where to run; the best there is if None.

    Raises:
        InferenceError: If it cannot be built, or has no class ``person``.
    """

    def __init__(self, config: str | Path, checkpoint: str | Path,
                 device: str | None = None) -> None:
        from mmdet.apis import init_detector
        for file in (config, checkpoint):
            if not Path(file).is_file():
                raise InferenceError(f'there is no file {str(file)!r} for the detector')
        try:
            with DefaultScope.overwrite_default_scope('mmdet'):
                self._model = init_detector(str(config), str(checkpoint), palette='none',
                                            device=str(checked_device(device)))
        except Exception as error:
            # configs and checkpoints of others: anything can come out of them
            raise InferenceError(f'the detector {config} with {checkpoint} cannot be built '
                                 f'({type(error).__name__}: {shortened(error)})') from error
        classes = tuple((self._model.dataset_meta or {}).get('classes', ()))
        if 'person' not in classes:
            raise InferenceError(f"the detector {config} has no class 'person' "
                                 f'(its classes: {", ".join(classes[:5])} ...)')
        self._person = classes.index('person')

    @torch.inference_mode()
    def __call__(self, frame: np.ndarray) -> np.ndarray:
        """Boxes of people, the surest first, (P, 4), x1 y1 x2 y2 in pixels.

        Args:
            frame: uint8 RGB (H, W, 3).

        Raises:
            InferenceError: If the detector cannot run here.
        """
        from mmdet.apis import inference_detector
        try:
            with DefaultScope.overwrite_default_scope('mmdet'):
                found = inference_detector(self._model, frame[..., ::-1].copy()).pred_instances
        except RuntimeError as error:
            raise InferenceError(f'the detector cannot run: {error}') from error
        people = found[(found.labels == self._person) & (found.scores >= MIN_SCORE)]
        order = people.scores.argsort(descending=True)
        return people.bboxes[order].cpu().numpy().astype(np.float64)
