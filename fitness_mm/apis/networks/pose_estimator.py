"""Keypoints of the person in a box, by a top-down pose estimator and its own test pipeline."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.video.crops import Crop, CropReader
from fitness_mm.engine.load import host_of
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.box import Box, outline
from fitness_mm.keypoints.layouts import LAYOUTS, Layout, layout_of
from fitness_mm.keypoints.skeleton import FLIP_INDICES, NUM_KEYPOINTS
from fitness_mm.pose.facts import pose_facts

from .network import Network

_SURE, _SURE_OF_OTHERS = 0.6, 0.5
"""The demo's estimator had mean scores of 0.70 to 0.94 where it found drawn people, in 28 of 30
videos; 0.41 to 0.54 in the other two, whom it missed, and in ten videos of real people, whom it
does not know. Of others' estimators it was not measured."""


class PoseEstimator:
    """A top-down pose estimator of MMPose, of the 24 keypoints or of a skeleton that has them.

    The crop is the config's own. One of this project gets what its test pipeline would get of a
    labelled frame, only that the frame is in memory and the box comes from
    :mod:`fitness_mm.apis.stages.person`; another one gets what MMPose's ``inference_topdown`` would
    give it.

    Args:
        config: Its config.
        checkpoint: Its weights, a file or an address.
        device: Where to run; the best there is if None.
        half: Whether to compute in half precision.
        batch_size: Crops at a time.

    Attributes:
        margin: Around a person's box, as a share of its longer side.
        input_size: Width and height in pixels.
        layout: Its skeleton.
        min_confidence: From which mean score of the keypoints on somebody is a person.

    Raises:
        FitnessError: If the files cannot be used together, or give other keypoints.
    """

    def __init__(self, config: str | Path, checkpoint: str | Path, device: str | None = None,
                 half: bool = False, batch_size: int = 32) -> None:
        self.network = Network(config, checkpoint, 'mmpose', device, half)
        self.batch_size = batch_size
        facts = pose_facts(self.network.pipeline)
        self.margin, self.input_size = facts.margin, facts.input_size
        self._of_labels = facts.loads_frames
        from mmpose.models import TopdownPoseEstimator  # mended by now
        if not isinstance(self.network.model, TopdownPoseEstimator) or not self.input_size[0]:
            raise InferenceError(f'{config} is no top-down pose estimator that looks at the box '
                                 'around a person; name another one, such as body26')
        self.layout = LAYOUTS['fitness24'] if self._of_labels else self._layout()
        self.min_confidence = _SURE if self._of_labels else _SURE_OF_OTHERS

    def __call__(self, crops: Sequence[Crop],
                 boxes: Sequence[Box]) -> tuple[np.ndarray, np.ndarray]:
        """Keypoints in pixels of the video.

        Args:
            crops: What to look at, N.
            boxes: The person's box of each crop without margin.

        Returns:
            Keypoints (N, 24, 2) and scores (N, 24); float32.

        Raises:
            InferenceError: If the network gives other points than its skeleton's, or none.
        """
        sample = _labelled if self._of_labels else self._plain
        people = [prediction.pred_instances for prediction in self.network.predict(
            (self.network.pipeline(sample(crop, box))
             for crop, box in zip(crops, boxes, strict=True)), self.batch_size)]
        count = len(self.layout.points)
        for person in people[:1]:
            if person.keypoints.shape != (1, count, 2):
                raise InferenceError(
                    f'{self.network.config_file} gives keypoints of shape '
                    f'{tuple(person.keypoints.shape)}, but those of one person with '
                    f'{count} keypoints are needed')
        points, scores = (
            self.network.checked(np.concatenate([person[name] for person in people])
                                 .astype(np.float32)) for name in ('keypoints', 'keypoint_scores'))
        if self._of_labels:
            return points, scores
        points = np.stack([crop.mapping.inverse().apply(one)
                           for crop, one in zip(crops, points, strict=True)])
        return self.layout.keypoints(points, scores.clip(0, 1), crops[0].video_size)

    def _layout(self) -> Layout:
        """The skeleton of the config's data; by the number of points where it does not say."""
        from mmpose.apis.inference import dataset_meta_from_config
        cfg = self.network.cfg
        with host_of(cfg), warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of where the host has its skeletons
            info = dataset_meta_from_config(cfg, 'test')
        names = tuple(info['keypoint_id2name'].values()) if info else None
        count = cfg.model.get('head', {}).get('out_channels') or len(names or ())
        try:
            return layout_of(count, names=names)
        except ArgumentError as error:
            raise InferenceError(f'{self.network.config_file} cannot be used: {error}') from error

    def _plain(self, crop: Crop, box: Box) -> dict:
        """What the pipeline gets of an image with a detected person."""
        return dict(
            img=crop.image[..., ::-1].copy(),
            bbox=outline(crop.mapping.apply_box(box))[None].astype(np.float32),
            bbox_score=np.ones(1, np.float32),
            flip_indices=list(self.layout.flip_indices))


def _labelled(crop: Crop, box: Box) -> dict:
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
