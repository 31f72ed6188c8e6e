import numpy as np
import torch
from mmaction.models import STGCN

from fitness_mm.action import FitnessSTGCN
from fitness_mm.action.models.skeleton_graph import GRAPH_LAYOUT
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, LIMBS

K = KEYPOINT_INDEX


def test_every_limb_leads_inwards():
    layout = GRAPH_LAYOUT
    assert layout['num_node'] == 24 and layout['center'] == K['Neck']
    assert {frozenset(pair) for pair in layout['inward']} == {frozenset(limb) for limb in LIMBS}
    parent = dict(layout['inward'])
    assert len(parent) == 23 and K['Neck'] not in parent  # a tree
    path = [K['Left Palm']]
    while path[-1] in parent:
        path.append(parent[path[-1]])
    assert path == [K[name] for name in (
        'Left Palm', 'Left Wrist', 'Left Elbow', 'Left Shoulder', 'Neck')]


def test_the_network_has_this_graph():
    torch.manual_seed(0)
    model = FitnessSTGCN(graph_cfg=dict(mode='spatial'), num_stages=2, base_channels=8)
    assert isinstance(model, STGCN)
    own, inward, outward = model.graph.A
    np.testing.assert_array_equal(own, np.eye(24))
    assert inward[K['Neck'], K['Nose']] > 0 and outward[K['Nose'], K['Neck']] > 0
    assert inward[K['Neck'], K['Left Ear']] == 0
    assert model.eval()(torch.rand(2, 1, 8, 24, 3)).shape == (2, 1, 8, 8, 24)
