"""The data set's skeleton as a graph, for MMAction2's graph convolutions."""

from __future__ import annotations

from mmaction.models import STGCN
from mmaction.registry import MODELS

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, LIMBS, NUM_KEYPOINTS

_NECK, _BACK = KEYPOINT_INDEX['Neck'], KEYPOINT_INDEX['Back']

GRAPH_LAYOUT = dict(
    num_node=NUM_KEYPOINTS,
    center=_NECK,
    # limbs are drawn inwards, but for the spine below the neck
    inward=[(b, a) if a in (_NECK, _BACK) else (a, b) for a, b in LIMBS])
"""What MMAction2's ``Graph`` takes: every limb from its outer joint to its inner one."""


@MODELS.register_module()
class FitnessSTGCN(STGCN):
    """ST-GCN over the data set's 24 keypoints.

    Args:
        graph_cfg: As for :class:`mmaction.models.STGCN`; the layout is the data set's.
        **kwargs: Those of :class:`mmaction.models.STGCN`.
    """

    def __init__(self, graph_cfg: dict, **kwargs) -> None:
        super().__init__(graph_cfg={**graph_cfg, 'layout': GRAPH_LAYOUT}, **kwargs)
