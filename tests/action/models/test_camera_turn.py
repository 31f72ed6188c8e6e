"""A camera that goes around keypoints with a depth, against the same body projected from there."""

import math

import pytest
import torch

from fitness_mm.action.models.camera_turn import RandomCameraTurn, turned
from fitness_mm.errors import ArgumentError


def rotation(yaw, pitch):
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    around_y = torch.tensor([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return torch.tensor([[1, 0, 0], [0, cp, -sp], [0, sp, cp]]) @ around_y


@pytest.fixture
def seen():
    """Two views of three clips, and the same from a camera that has turned, (N, V, T, K, 4)."""
    generator = torch.Generator().manual_seed(0)
    body = torch.randn(3, 2, 16, 24, 3, generator=generator)

    def seen(turn=None):
        x, y, z = (body if turn is None else body @ turn.mT).unbind(-1)
        return torch.stack([x, y, torch.ones_like(x), z], -1)

    return seen


def test_a_turned_camera_sees_what_another_one_sees(seen):
    yaw, pitch = 0.4, -0.15
    angles = torch.ones(3, 2)

    moved = turned(seen(), angles * yaw, angles * pitch)

    assert torch.allclose(moved, seen(rotation(yaw, pitch)), atol=1e-5)


def test_what_has_no_depth_is_not_given_or_its_view_stays(seen):
    keypoints = seen()
    unknown = torch.zeros_like(keypoints[..., 3], dtype=torch.bool)
    unknown[0, 0, 3, 5] = unknown[0, 1, 2] = True
    unknown[2, 0, :9] = True  # more than half of a view
    keypoints[..., 3].masked_fill_(unknown, torch.nan)

    moved = turned(keypoints, *torch.full((2, 3, 2), 0.3))

    assert torch.equal(moved[2, 0, ..., :3], keypoints[2, 0, ..., :3])
    assert torch.equal(moved[..., 3].isfinite(), ~unknown)
    unknown[2, 0] = False
    assert torch.equal(moved[..., 2] == 0, unknown)
    assert moved[..., :3].isfinite().all()


def test_a_share_of_the_views_is_turned(seen):
    torch.manual_seed(0)
    many = seen().repeat(50, 1, 1, 1, 1)
    moved = RandomCameraTurn(0.3, 20, 0)(many)
    changed = (moved != many).flatten(2).any(-1)
    assert changed.float().mean() == pytest.approx(0.3, abs=0.1)
    assert torch.allclose(moved[..., 1], many[..., 1], atol=1e-6)  # heights stay
    nothing = seen()
    nothing[..., 3] = torch.nan
    assert torch.equal(RandomCameraTurn(1)(nothing)[..., :3], seen()[..., :3])
    with pytest.raises(ArgumentError, match='in_space=True'):
        RandomCameraTurn()(seen()[..., :3])


def test_all_around_and_from_above(seen):
    torch.manual_seed(0)
    body = torch.zeros(400, 1, 1, 24, 4)
    body[..., 2] = 1
    body[..., 0, :2] = torch.tensor([0.0, -1.0])  # one unit above the middle
    body[..., 1, 3] = -1.0  # one in front of it
    moved = RandomCameraTurn(1, 180, (0, 30))(body)[:, 0, 0]
    # The point in front goes all the way around, and down in the picture when seen from above.
    assert moved[:, 1, 0].min() < -0.9 and moved[:, 1, 0].max() > 0.9
    front = moved[moved[:, 1, 3] < -0.5, 1, 1]
    assert front.min() >= -1e-6 and front.max() > 0.4
    assert (moved[:, 0, 1] < -0.85).all()


def test_from_near_what_is_nearer_is_larger():
    body = torch.zeros(1, 1, 1, 24, 4)
    body[..., 2] = 1
    body[..., 0, 0] = body[..., 1, 0] = 0.5
    body[..., 0, 3], body[..., 1, 3] = -0.4, 0.4
    moved = RandomCameraTurn(1, 0, 0, distance=(2, 2))(body)[0, 0, 0]
    assert moved[0, 0].item() == pytest.approx(0.5 * 2 / 1.6)
    assert moved[1, 0].item() == pytest.approx(0.5 * 2 / 2.4)


@pytest.mark.parametrize('kwargs', [dict(ratio=2), dict(yaw_deg=181), dict(pitch_deg=-1),
                                    dict(pitch_deg=(20, 10)), dict(distance=(0.5, 3))])
def test_turns_that_are_none(kwargs):
    with pytest.raises(ArgumentError, match='to be'):
        RandomCameraTurn(**kwargs)
