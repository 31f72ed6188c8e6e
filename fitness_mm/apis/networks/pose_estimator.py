"""Keypoints of the person in a box, by a top-down pose estimator and its own test pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmengine.dataset import Compose, pseudo_collate

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.video.crops import Crop
from fitness_mm.keypoints.skeleton import FLIP_INDICES, NUM_KEYPOINTS

from .network import Network

_LOADING = 'LoadLabelledFrame'


class PoseEstimator:
    """A pose estimator of the 24 keypoints.

    The crop is the config's own: whatever its test pipeline does to a labelled frame is done here
    too, only that the frame is in memory and the box comes from :mod:`.person`.

    Args:
        config: Config of a top-down pose estimator on the data set's keypoints.
        checkpoint: Its weights.
        device: Where to run; the best there is if None.
        half: Whether to compute in half precision.
        batch_size: Crops at a time.

    Raises:
        InferenceError: If the files cannot be used together, or give other keypoints.
    """

    def __init__(self, config: str | Path, checkpoint: str | Path, device: str | None = None,
                 half: bool = False, batch_size: int = 32) -> None:
        self.network = Network(config, checkpoint, 'mmpose', device, half)
        self.batch_size = batch_size
        steps = self.network.test_steps()
        if steps[0]['type'] != _LOADING:
            raise InferenceError(f'the test pipeline of {config} has to begin with {_LOADING}, as '
                                 f'those of this project do, but begins with {steps[0]["type"]}')
        self._steps = steps[1:]
        self.margin = max((step.get('margin', 0.0) for step in self._steps), default=0.0)
        """Around a person, as a share of the image's height in the data set's framing."""
        sizes = [step['input_size'] for step in self._steps if 'input_size' in step]
        self.input_size = tuple(sizes[-1]) if sizes else (192, 256)

    def __call__(self, crops: Sequence[Crop],
                 boxes: np.ndarray | Sequence) -> tuple[np.ndarray, np.ndarray]:
        """Keypoints in pixels of the video.

        Args:
            crops: What to look at.
            boxes: The person's box of each crop without margin, (N, 4): x1, y1, x2, y2 in pixels
                of the video.

        Returns:
            Keypoints (N, K, 2), pixel centres at integers, and scores (N, K); float32.

        Raises:
            InferenceError: If the network gives other keypoints than the data set's.
        """
        keypoints = np.zeros((len(crops), NUM_KEYPOINTS, 2), np.float32)
        scores = np.zeros((len(crops), NUM_KEYPOINTS), np.float32)
        pipelines = {framing: self._pipeline(framing) for framing in {c.framing for c in crops}}
        for start in range(0, len(crops), self.batch_size):
            chunk = slice(start, start + self.batch_size)
            samples = [pipelines[crop.framing](_sample(crop, box))
                       for crop, box in zip(crops[chunk], boxes[chunk], strict=True)]
            for i, prediction in enumerate(self.network.predict(pseudo_collate(samples)), start):
                person = prediction.pred_instances
                if person.keypoints.shape != (1, NUM_KEYPOINTS, 2):
                    raise InferenceError(
                        f'{self.network.config_file} gives keypoints of shape '
                        f'{tuple(person.keypoints.shape)}, but those of one person with '
                        f'{NUM_KEYPOINTS} keypoints are needed')
                keypoints[i], scores[i] = person.keypoints[0], person.keypoint_scores[0]
        return keypoints, scores

    def _pipeline(self, framing: float) -> Compose:
        """The config's, its margin scaled to how the person is framed."""
        return self.network.pipeline([
            {**step, 'margin': step['margin'] * framing} if 'margin' in step else step
            for step in self._steps])


def _sample(crop: Crop, box: np.ndarray) -> dict:
    """What the pipeline gets of a labelled frame, for a frame that has none."""
    (sx, sy), (ox, oy) = crop.mapping.scale, crop.mapping.offset
    low, high = np.reshape(box, (2, 2)).astype(np.float32)
    return dict(
        img=crop.image,
        frame_matrix=np.array([[sx, 0, ox], [0, sy, oy]], np.float64),
        img_shape=crop.video_size[::-1],
        ori_shape=crop.video_size[::-1],
        keypoints=np.zeros((1, NUM_KEYPOINTS, 2), np.float32),
        keypoints_visible=np.zeros((1, NUM_KEYPOINTS), np.float32),
        union_keypoints=np.stack([low, high - 1])[None],  # pixel centres
        union_visible=np.ones((1, 2), np.float32),
        bbox=np.array([[*low, *high]], np.float32) - 0.5,
        bbox_score=np.ones(1, np.float32),
        flip_indices=list(FLIP_INDICES))
