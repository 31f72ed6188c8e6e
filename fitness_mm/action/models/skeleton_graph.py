"""The data set's skeleton as a graph, for MMAction2's graph convolutions."""

from __future__ import annotations

from mmaction.models import STGCN
from mmaction.registry import MODELS

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, LIMBS, NUM_KEYPOINTS


def graph_layout(center: str = 'Neck') -> dict:
    """The layout that MMAction2's ``Graph`` takes: every limb, from its outer joint inwards.

    Args:
        center: Name of the keypoint that limbs lead to.

    Returns:
        ``num_node``, ``center`` and ``inward``, pairs of keypoint indices (outer, inner).
    """
    inward, reached = [], [KEYPOINT_INDEX[center]]
    for inner in reached:  # grows while it is walked: breadth first
        for limb in LIMBS:
            if inner in limb:
                outer = limb[1 - limb.index(inner)]
                if outer not in reached:
                    inward.append((outer, inner))
                    reached.append(outer)
    return dict(num_node=NUM_KEYPOINTS, center=KEYPOINT_INDEX[center], inward=inward)


@MODELS.register_module()
class FitnessSTGCN(STGCN):
    """ST-GCN over the data set's 24 keypoints.

    Args:
        graph_cfg: As for :class:`mmaction.models.STGCN`; the layout is the data set's.
        **kwargs: Those of :class:`mmaction.models.STGCN`.
    """

    def __init__(self, graph_cfg: dict, **kwargs) -> None:
        super().__init__(graph_cfg={**graph_cfg, 'layout': graph_layout()}, **kwargs)
