"""The person in a video, found once and followed from frame to frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .detection import PoseDetector
from .landmarks import LandmarkEstimator, Landmarks
from .one_euro import OneEuroFilter
from .region import Region


class BlazePose:
    """Landmarks of one person, frame by frame.

    A person is looked for in the whole frame only where the last one had none; else the region
    comes from the last landmarks. The two points it is made of are smoothed, as in the package, so
    it does not tremble; landmarks are not.

    Args:
        detector: Finds people.
        estimator: Finds landmarks in a region.
        static: Whether every frame is a picture of its own, in which people are looked for.
    """

    def __init__(self, detector: PoseDetector, estimator: LandmarkEstimator,
                 static: bool = False) -> None:
        self.detector, self.estimator, self.static = detector, estimator, static
        self._filter = OneEuroFilter(min_cutoff=0.01, beta=10.0)
        self.reset()

    @classmethod
    def load(cls, folder: str | Path | None = None, threads: int = 1,
             static: bool = False) -> BlazePose:
        """With the networks of a folder, which ``make env`` fills.

        Args:
            folder: Where the two files are; see :func:`.files.model_folder` if None.
            threads: For each network.
            static: Whether every frame is a picture of its own.

        Raises:
            InferenceError: If a file is missing or is not the one, or LiteRT is not installed.
        """
        from .engine import TfliteModel
        from .files import DETECTION, LANDMARKS, model_file
        return cls(PoseDetector(TfliteModel(model_file(DETECTION, folder), (0, 1), threads)),
                   LandmarkEstimator(TfliteModel(model_file(LANDMARKS, folder), (0, 1, 3, 4),
                                                 threads)), static)

    def reset(self) -> None:
        """Forgets the person, as where another video begins."""
        self.follow(None)

    def follow(self, region: Region | None) -> None:
        """Look there in the next frame, for whom another one chose; everywhere if None."""
        self._filter.reset()
        self._region = region

    @property
    def following(self) -> bool:
        """Whether it knows where to look in the next frame."""
        return self._region is not None

    def __call__(self, frame: np.ndarray, time: float) -> Landmarks | None:
        """Landmarks of the person; None if there is nobody.

        Args:
            frame: uint8 RGB (H, W, 3).
            time: Of the frame in seconds, later than the last one's.
        """
        region = self._region or self._found(frame)
        landmarks = None if region is None else self.estimator(frame, region)
        if landmarks is None or self.static:
            self.reset()
        else:
            alignment = landmarks.alignment
            size = max(2 * float(np.linalg.norm(alignment[1] - alignment[0])), 1.0)
            region = Region.of_person(self._filter(alignment, size, time))
            self._region = region if region.usable else None
        return landmarks

    def _found(self, frame: np.ndarray) -> Region | None:
        regions = [person.region for person in self.detector(frame)[:1]]
        return next((region for region in regions if region.usable), None)
