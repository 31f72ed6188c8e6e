"""The skeleton as MMPose wants it described."""

from __future__ import annotations

from collections.abc import Sequence

from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.colours import KEYPOINT_COLOURS, rgb
from fitness_mm.keypoints.sigmas import DEFAULT_SIGMAS
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINTS, LIMBS

_COLOURS = [list(rgb(colour)) for colour in KEYPOINT_COLOURS]
_LOWER = ('Hip', 'Waist', 'Knee', 'Ankle', 'Foot')


def fitness_metainfo(sigmas: Sequence[float] = DEFAULT_SIGMAS) -> dict:
    """Meta information of the 24 keypoints, as ``parse_pose_metainfo`` and datasets take it.

    Args:
        sigmas: OKS sigma of each keypoint, (K,), see :mod:`fitness_mm.keypoints.sigmas`.

    Raises:
        ArgumentError: If there is not one positive sigma for every keypoint.
    """
    sigmas = [float(sigma) for sigma in sigmas]
    if len(sigmas) != len(KEYPOINTS) or not all(0 < sigma < float('inf') for sigma in sigmas):
        raise ArgumentError(f'sigmas has to hold {len(KEYPOINTS)} positive numbers, one for each '
                            f'keypoint, but got {sigmas}')
    keypoints, links = {}, {}
    for i, name in enumerate(KEYPOINTS):
        mirrored = KEYPOINTS[FLIP_INDICES[i]]
        keypoints[i] = dict(
            name=name, id=i, color=_COLOURS[i],
            type='lower' if name.endswith(_LOWER) else 'upper',
            swap='' if mirrored == name else mirrored)
    for i, (a, b) in enumerate(LIMBS):
        links[i] = dict(link=(KEYPOINTS[a], KEYPOINTS[b]), id=i, color=_COLOURS[a])
    return dict(
        dataset_name='aihub_fitness',
        keypoint_info=keypoints,
        skeleton_info=links,
        joint_weights=[1.0] * len(KEYPOINTS),
        sigmas=sigmas)


METAINFO = fitness_metainfo()
