"""A camera that goes around 3D keypoints, against the same keypoints projected from there."""

import math

import pytest
import torch

from fitness_mm.action.models.camera_turn import RandomCameraTurn, fitted_depth, turned
from fitness_mm.errors import ArgumentError


def with_depth(keypoints, world):
    return torch.cat([keypoints, fitted_depth(keypoints, world)[..., None]], -1)


def rotation(yaw, pitch):
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    around_y = torch.tensor([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return torch.tensor([[1, 0, 0], [0, cp, -sp], [0, sp, cp]]) @ around_y


@pytest.fixture
def scene():
    """Points of the world in cm, and where a camera of any pose sees them (N, V, T, K, 3)."""
    generator = torch.Generator().manual_seed(0)
    body = torch.randn(3, 1, 16, 24, 3, generator=generator).expand(3, 2, 16, 24, 3) * 40
    poses = torch.linalg.qr(torch.randn(3, 2, 3, 3, generator=generator))[0]
    poses[:, 1, 2] *= -1  # coordinates may be of either hand
    body = body - body.mean((2, 3), keepdim=True)

    def seen(turn=None):
        camera = poses if turn is None else turn @ poses
        points = (body @ camera.mT[:, :, None]) / 250
        return torch.cat([points[..., :2], torch.ones(3, 2, 16, 24, 1)], -1)

    world = body + torch.tensor([300.0, 20, -70])
    return world, seen, torch.linalg.det(poses)


def test_a_turned_camera_sees_what_another_one_sees(scene):
    world, seen, handed = scene
    yaw, pitch = 0.4, -0.15
    for right_handed in (1, -1):
        angles = torch.full((3, 2), float(right_handed))
        moved = turned(with_depth(seen(), world), angles * yaw, angles * pitch)
        turn = rotation(yaw, pitch)
        # a camera fitted to what is seen now finds the depth that came out
        expected = with_depth(seen(turn), world)
        same = handed.sign() == right_handed
        assert same.any()
        off = (moved - expected)[same]  # the same everywhere, for the median is not the mean
        assert off.flatten(1, 2).std(1).max() < 1e-6 and off.abs().max() < 0.02


def test_what_disagrees_has_no_depth_and_is_not_given(scene):
    world, seen, _ = scene
    world, keypoints = world.clone(), seen()
    world[0, 0, 3, 5] = torch.nan  # not known
    world[0, 1, 2] += 500  # a frame that is wrong
    keypoints[1, 0, 7, 9, 0] += 0.5  # a joint that is
    keypoints[1, 1, 4, 4, 2] = 0  # one that is not in the label
    world[2, 0, :9] = torch.nan  # more than half of a view

    keypoints = with_depth(keypoints, world)
    unknown = ~keypoints[..., 3].isfinite()
    expected = torch.zeros_like(unknown)
    expected[0, 0, 3, 5] = expected[0, 1, 2] = expected[1, 0, 7, 9] = expected[1, 1, 4, 4] = True
    expected[2, 0, :9] = True
    assert torch.equal(unknown, expected)
    moved = turned(keypoints, *torch.full((2, 3, 2), 0.3))
    assert torch.equal(moved[2, 0, ..., :3], keypoints[2, 0, ..., :3])
    expected[2, 0] = False
    assert torch.equal(moved[..., 2] == 0, expected)
    assert moved[..., :3].isfinite().all()
    assert torch.equal(moved[..., 3].isfinite(), ~unknown)


def test_a_share_of_the_clips_is_turned_with_all_of_their_views(scene):
    world, seen, _ = scene
    torch.manual_seed(0)
    many = with_depth(seen(), world).repeat(50, 1, 1, 1, 1)
    moved = RandomCameraTurn(0.3, 20, 0)(many)
    changed = (moved != many).flatten(2).any(-1)
    assert torch.equal(changed[:, 0], changed[:, 1])
    assert changed.float().mean() == pytest.approx(0.3, abs=0.1)
    assert torch.allclose(moved[..., 1], many[..., 1], atol=1e-6)  # heights stay
    nothing = with_depth(seen(), torch.full_like(world, torch.nan))
    assert torch.equal(RandomCameraTurn(1)(nothing)[..., :3], seen())
    with pytest.raises(ArgumentError, match='with_depth=True'):
        RandomCameraTurn()(seen())


@pytest.mark.parametrize('kwargs', [dict(ratio=2), dict(yaw_deg=90), dict(pitch_deg=-1)])
def test_turns_that_are_none(kwargs):
    with pytest.raises(ArgumentError, match='to be'):
        RandomCameraTurn(**kwargs)
