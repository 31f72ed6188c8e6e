"""Exercise and posture logits of windows, by a recogniser and its own test pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from fitness_mm.action import KeypointDataPreprocessor
from fitness_mm.action.data.facts import action_facts
from fitness_mm.action.data.keypoint_batch import keypoint_batch
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.aihub.index import select_exercises
from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.video.crops import Crop, CropReader
from fitness_mm.keypoints.box import Box

from .network import Network


@dataclass(frozen=True, eq=False)
class Window:
    """Some moments of a video.

    Attributes:
        times: Seconds, (T,).
        keypoints: Pixels of the video, float32 (T, K, 2).
        scores: float32 (T, K).
        crops: One per moment; none for networks that see only keypoints.
        video_size: Width and height of the video in pixels.
        box: Around the person in all of them, without margin.
    """

    times: np.ndarray
    keypoints: np.ndarray
    scores: np.ndarray
    crops: Sequence[Crop]
    video_size: tuple[int, int]
    box: Box


@dataclass(frozen=True, eq=False)
class WindowScores:
    """What a recogniser says about a window.

    Attributes:
        times: Seconds of the frames that the network saw, (T,).
        exercise_logits: float32 (C,).
        condition_logits: That a condition holds, float32 (P,); None without a posture head.
        frame_condition_logits: The same by frame, float32 (T, P); None where the head has none.
    """

    times: np.ndarray
    exercise_logits: np.ndarray
    condition_logits: np.ndarray | None
    frame_condition_logits: np.ndarray | None


class PostureRecogniser:
    """A recogniser of exercises, with or without a posture head.

    Args:
        config: Config of a recogniser on the data set.
        checkpoint: Its weights.
        device: Where to run; the best there is if None.
        half: Whether to compute in half precision.
        batch_size: Windows at a time.

    Attributes:
        exercises: The classes.
        conditions: What the posture head judges, one after the other.
        facts: What the network is given.
        sees_keypoints_only: Whether its samples are those of
            :func:`~fitness_mm.action.data.keypoint_batch.keypoint_batch`.

    Raises:
        FitnessError: If the files cannot be used together.
    """

    def __init__(self, config: str | Path, checkpoint: str | Path, device: str | None = None,
                 half: bool = False, batch_size: int = 4) -> None:
        self.network = Network(config, checkpoint, 'mmaction', device, half)
        self.batch_size = batch_size
        dataset = self.network.cfg.test_dataloader.dataset
        self.exercises = select_exercises(dataset.get('exercises', 'study'))
        self.conditions = conditions_of(self.exercises)
        preprocessor = self.network.model.data_preprocessor
        self.sees_keypoints_only = isinstance(preprocessor, KeypointDataPreprocessor)
        self.facts = action_facts(self.network.pipeline, preprocessor)

    def _sample(self, window: Window) -> dict:
        if self.sees_keypoints_only:
            keypoints = np.concatenate([window.keypoints, window.scores[..., None]], -1)
            return keypoint_batch(
                keypoints[None, None].astype(np.float32), np.arange(len(window.times))[None, None],
                np.array(window.box, float)[None, None], np.array(window.video_size)[None, None])
        return self.network.pipeline(dict(
            read_frames=CropReader(window.crops),
            frame_numbers=np.arange(len(window.times)),
            person_box=window.box,
            keypoint=window.keypoints[None].copy(),
            keypoint_score=window.scores[None].copy(),
            img_shape=window.video_size[::-1],
            total_frames=len(window.times),
            modality='RGB',
            start_index=0,
            num_clips=1))

    def __call__(self, windows: Sequence[Window]) -> Iterator[WindowScores]:
        """Logits of each window."""
        predictions = self.network.predict(map(self._sample, windows), self.batch_size)
        for prediction, window in zip(predictions, windows, strict=True):
            yield self._scores(prediction, window.times)

    def _scores(self, prediction, times: np.ndarray) -> WindowScores:
        exercise = exercise_logits(prediction)
        if len(exercise) != len(self.exercises):
            raise InferenceError(
                f'{self.network.config_file} gives {len(exercise)} scores for '
                f'{len(self.exercises)} exercises; its head and its data set do not agree')
        conditions = _array(prediction, 'condition_logits')
        seen = np.asarray(prediction.metainfo.get('frame_numbers', np.arange(len(times))))
        by_frame = _array(prediction, 'frame_condition_logits')
        if by_frame is not None and len(by_frame) != len(seen):
            by_frame = None
        for logits in (exercise, conditions, by_frame):
            if logits is not None:
                self.network.checked(logits)
        return WindowScores(times[seen], exercise, conditions, by_frame)


def exercise_logits(prediction) -> np.ndarray:
    """Logits of the exercises, (C,); of a head that gives probabilities, their logarithms."""
    logits = _array(prediction, 'pred_logits')
    if logits is None:
        logits = np.log(np.clip(_array(prediction, 'pred_score'), 1e-8, None))
    return logits


def _array(prediction, name: str) -> np.ndarray | None:
    value = prediction.get(name)
    return None if value is None else torch.as_tensor(value).float().cpu().numpy()
