"""Which source of keypoints is meant by what a user names."""

from __future__ import annotations

from pathlib import Path

import torch

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.networks.blazepose import BlazePose
from fitness_mm.apis.networks.blazepose.files import available
from fitness_mm.apis.networks.detector import PersonDetector
from fitness_mm.apis.networks.files import DEMO, model_files, zoo_files
from fitness_mm.apis.networks.pose_estimator import PoseEstimator
from fitness_mm.apis.tracks.people import holds_tracks
from fitness_mm.errors import FitnessError

from .blazepose import BlazePoseSource
from .pose_source import PoseSource, TopDown

BLAZEPOSE = 'blazepose'


def pose_source(pose: str | Path | None, weights: str | Path | None,
                detector: tuple[str | Path | None, str | Path | None], device: str | None,
                half: bool) -> tuple[PoseSource | Path, bool]:
    """A source of keypoints, or a file of tracks, and whether it is what ``make demo`` trains.

    Args:
        pose: A name, also one of MMPose's zoo, a config or a file; BlazePose where it is installed,
            else the demo's, if None.
        weights: The checkpoint of a config; of a model of the zoo, in the place of its own, which
            is fetched.
        detector: Config and checkpoint of a detector of people, which a config may have.
        device: See :class:`~fitness_mm.apis.networks.network.Network`.
        half: The same.

    Raises:
        InferenceError: If these do not go together.
    """
    if pose is None and weights is None:
        pose = BLAZEPOSE if available() and detector == (None, None) else DEMO
    tracks = pose is not None and holds_tracks(Path(pose))
    if (pose == BLAZEPOSE or tracks) and (weights, *detector) != (None, None, None):
        which = 'a file of tracks' if tracks else 'BlazePose: it has its own'
        raise InferenceError(f'a checkpoint or a detector does not go with {which}')
    if tracks:
        return Path(pose), False
    if pose == BLAZEPOSE:
        # as many threads as torch takes, which is told by OMP_NUM_THREADS
        return BlazePoseSource(BlazePose.load(threads=torch.get_num_threads())), False
    address = None
    if pose is None or pose == DEMO or Path(pose).suffix == '.py' or Path(pose).is_dir():
        config, weights = model_files('pose', pose, weights)
    else:
        config, address = zoo_files(str(pose))
    if (detector[0] is None) != (detector[1] is None):
        raise InferenceError('a detector needs both a config and a checkpoint')
    try:
        estimator = PoseEstimator(config, weights or address, device, half)
    except FitnessError as error:
        if weights or not address:
            raise
        raise InferenceError(f'{error} (--pose-weights FILE)') from error
    people = None if detector[0] is None else PersonDetector(*detector, device)
    return TopDown(estimator, people), config.stem.startswith('demo_')
