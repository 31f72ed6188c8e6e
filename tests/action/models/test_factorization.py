"""Keypoints in space, against bodies whose place there is known."""

import math

import pytest
import torch

from fitness_mm.action.models.factorization import facing, factorized
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINTS

# Of a person who faces the camera: x to the right, y down, z away; left joints, in cm.
_HEIGHTS = {'Nose': 0, 'Eye': -4, 'Ear': -2, 'Shoulder': 25, 'Elbow': 50, 'Wrist': 72, 'Palm': 80,
            'Neck': 20, 'Back': 45, 'Waist': 65, 'Hip': 75, 'Knee': 118, 'Ankle': 158, 'Foot': 164}
_BESIDE = {'Eye': 3, 'Ear': 8, 'Shoulder': 18, 'Elbow': 26, 'Wrist': 30, 'Palm': 31, 'Hip': 12,
           'Knee': 14, 'Ankle': 14, 'Foot': 15}
_BEFORE = {'Nose': 12, 'Eye': 9, 'Foot': 14, 'Palm': 4}


def standing():
    """(K, 3)."""
    rows = []
    for name in KEYPOINTS:
        part = name.split()[-1]
        side = {'Left': 1, 'Right': -1}.get(name.split()[0], 0)
        rows.append([side * _BESIDE.get(part, 0), _HEIGHTS[part], -_BEFORE.get(part, 0)])
    return torch.tensor(rows, dtype=torch.float32)


@pytest.fixture
def scene():
    """Three clips of a moving body that faces somewhere, and five cameras' views of it."""
    torch.manual_seed(0)
    body = standing() + 6 * torch.randn(3, 8, 24, 3)  # (N, T, K, 3)
    return body, seen_by(body, torch.tensor([2.0, 1.0, 0.1, -0.9, -2.1]))


def axes(yaw, pitch=0.1):
    """Rows x, y and z of cameras, (V, 3, 3)."""
    c, s, one, nil = yaw.cos(), yaw.sin(), torch.ones_like(yaw), torch.zeros_like(yaw)
    around = torch.stack([torch.stack([c, nil, s], -1), torch.stack([nil, one, nil], -1),
                          torch.stack([-s, nil, c], -1)], -2)
    cp, sp = math.cos(pitch), math.sin(pitch)
    return torch.tensor([[1.0, 0, 0], [0, cp, -sp], [0, sp, cp]]) @ around


def seen_by(body, yaw, pitch=0.1):
    """(N, V, T, K, 3)."""
    cameras = axes(yaw, pitch)
    points = torch.einsum('vac,ntkc->nvtka', cameras[:, :2], body)
    scales = torch.linspace(2, 3, len(yaw))[:, None, None, None]
    points = points * scales + 40 * torch.arange(len(yaw))[:, None, None, None]
    return torch.cat([points, torch.ones_like(points[..., :1])], -1)


def standard(points):
    """From their mean, in units of their deviation, (N, T, K, 3)."""
    points = points - points.mean((1, 2), keepdim=True)
    return points / points.square().sum(-1).mean((1, 2)).sqrt()[:, None, None, None]


def off(space, body):
    """Distances (N, T, K) of a body found from the true one, in the latter's deviations."""
    turned = facing(body, torch.ones(body.shape[:-1], dtype=torch.bool))
    return (standard(space.points) - standard(turned)).norm(dim=-1)


def test_five_views_say_where_the_body_is(scene):
    body, views = scene

    space = factorized(views)

    assert space.found.all() and space.given.all()
    assert off(space, body).max() < 0.01
    # whichever way the world turns, and whatever is its middle
    turned = torch.einsum('ac,ntkc->ntka', axes(torch.tensor([2.5]), 0)[0], body) + 500
    again = factorized(seen_by(turned, torch.tensor([2.0, 1.0, 0.1, -0.9, -2.1])))
    assert torch.allclose(again.points, space.points, atol=0.01)


def test_the_depth_of_each_view_is_that_of_its_camera(scene):
    body, views = scene

    depth = factorized(views).depth

    expected = torch.einsum('vc,ntkc->nvtk', axes(torch.tensor([2.0, 1.0, 0.1, -0.9, -2.1]))[:, 2],
                            body - body.mean((1, 2), keepdim=True))
    expected = expected * torch.linspace(2, 3, 5)[:, None, None]
    assert torch.allclose(depth, expected, atol=0.2)  # pixels, of 300


def test_three_of_the_views_are_enough_and_two_are_not(scene):
    body, views = scene
    fewer, two = views.clone(), views.clone()
    fewer[:, [1, 4], ..., 2] = 0
    fewer[:, [1, 4], ..., :2] = 1e4  # where what is not given is said to be does not matter
    two[1:, [0, 1, 4], ..., 2] = 0

    assert off(factorized(fewer), body).max() < 0.01
    assert not factorized(fewer).depth[:, [1, 4]].isfinite().any()
    space = factorized(two)
    assert space.found.tolist() == [True, False, False]
    assert not space.given[1:].any() and not space.points[1:].any()
    assert not space.depth[1:].isfinite().any()


def test_joints_that_a_view_lacks_come_from_the_others(scene):
    body, views = scene
    views[0, 2, :, 9] = torch.tensor([1e4, 1e4, 0])
    views[1, :4, 3, 5, 2] = 0  # one view alone says nothing of depth
    views[2, :, 6, ..., 2] = 0  # a whole frame

    space = factorized(views)

    unknown = torch.zeros_like(space.given)
    unknown[1, 3, 5] = unknown[2, 6] = True
    assert torch.equal(~space.given, unknown)
    assert off(factorized(views[:1]), body[:1]).max() < 0.01


def test_a_joint_that_one_view_has_elsewhere_moves_little(scene):
    body, views = scene
    views[0, 3, 2, 10, :2] += 200  # pixels, more than a trunk

    space = factorized(views)

    assert off(space, body)[0, 2, 10] < 0.15
    others = off(space, body)
    others[0, 2, 10] = 0
    assert others.max() < 0.01


def test_of_two_mirror_images_the_one_whose_face_is_in_front(scene):
    _, views = scene
    mirrored = views[..., FLIP_INDICES, :] * torch.tensor([-1.0, 1, 1])

    # who is seen in a mirror is a mirrored person, whose left the labels call right
    expected = factorized(views).points[..., FLIP_INDICES, :] * torch.tensor([-1.0, 1, 1])
    assert torch.allclose(factorized(mirrored).points, expected, atol=2e-3)


@pytest.mark.parametrize('views', [
    torch.zeros(2, 5, 4, 24, 3),
    torch.ones(2, 5, 4, 24, 3),
    standing().expand(2, 4, 4, 24, 3) * torch.tensor([1.0, 1, 0]) + torch.tensor([0, 0, 1.0]),
], ids=['nothing', 'one place', 'one camera'])
def test_what_is_no_space_is_not_found_and_finite(views):
    space = factorized(views)

    assert not space.found.any() and not space.points.any()


def test_who_looks_aside_is_turned_to_the_front():
    aside = standing()[None, None, :, [2, 1, 0]] * torch.tensor([1.0, 1, -1])  # left is away: -z

    turned = facing(aside, torch.ones(1, 1, 24, dtype=torch.bool))

    assert torch.allclose(turned, standing()[None, None], atol=1e-4)
