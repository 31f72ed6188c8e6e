"""Keypoints of the person in a box, by a top-down pose estimator and its own test pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.video.crops import Crop, CropReader
from fitness_mm.keypoints.box import Box, outline
from fitness_mm.keypoints.skeleton import FLIP_INDICES, NUM_KEYPOINTS
from fitness_mm.pose.facts import pose_facts

from .network import Network


class PoseEstimator:
    """A pose estimator of the 24 keypoints.

    The crop is the config's own: its test pipeline gets what it would get of a labelled frame, only
    that the frame is in memory and the box comes from :mod:`fitness_mm.apis.stages.person`.

    Args:
        config: Config of a top-down pose estimator on the data set's keypoints.
        checkpoint: Its weights.
        device: Where to run; the best there is if None.
        half: Whether to compute in half precision.
        batch_size: Crops at a time.

    Attributes:
        margin: Around a person's box, as a share of its longer side.
        input_size: Width and height in pixels.

    Raises:
        FitnessError: If the files cannot be used together, or give other keypoints.
    """

    def __init__(self, config: str | Path, checkpoint: str | Path, device: str | None = None,
                 half: bool = False, batch_size: int = 32) -> None:
        self.network = Network(config, checkpoint, 'mmpose', device, half)
        self.batch_size = batch_size
        facts = pose_facts(self.network.pipeline)
        if not facts.loads_frames:
            raise InferenceError(f'the test pipeline of {config} has to load its frames with '
                                 'LoadLabelledFrame, as those of this project do')
        self.margin, self.input_size = facts.margin, facts.input_size

    def __call__(self, crops: Sequence[Crop],
                 boxes: Sequence[Box]) -> tuple[np.ndarray, np.ndarray]:
        """Keypoints in pixels of the video.

        Args:
            crops: What to look at, N.
            boxes: The person's box of each crop without margin.

        Returns:
            Keypoints (N, K, 2) and scores (N, K); float32.

        Raises:
            InferenceError: If the network gives other keypoints than the data set's, or none.
        """
        people = [prediction.pred_instances for prediction in self.network.predict(
            (self.network.pipeline(_sample(crop, box))
             for crop, box in zip(crops, boxes, strict=True)), self.batch_size)]
        for person in people[:1]:
            if person.keypoints.shape != (1, NUM_KEYPOINTS, 2):
                raise InferenceError(
                    f'{self.network.config_file} gives keypoints of shape '
                    f'{tuple(person.keypoints.shape)}, but those of one person with '
                    f'{NUM_KEYPOINTS} keypoints are needed')
        return tuple(
            self.network.checked(np.concatenate([person[name] for person in people])
                                 .astype(np.float32)) for name in ('keypoints', 'keypoint_scores'))


def _sample(crop: Crop, box: Box) -> dict:
    """What the pipeline gets of a labelled frame, for a frame that has no labels."""
    return dict(
        read_frames=CropReader([crop]),
        frame_number=0,
        person_box=box,
        img_shape=crop.video_size[::-1],
        ori_shape=crop.video_size[::-1],
        keypoints=np.zeros((1, NUM_KEYPOINTS, 2), np.float32),
        keypoints_visible=np.zeros((1, NUM_KEYPOINTS), np.float32),
        bbox=outline(box)[None].astype(np.float32),
        bbox_score=np.ones(1, np.float32),
        flip_indices=list(FLIP_INDICES))
