"""What a performer looks like: skin, hair and clothes, and the solids that a body is drawn from.

A figure is made of *capsules* and *lofts*; both project to convex outlines, which OpenCV fills
fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .body import Body
from .geometry import SIDES
from .posture import Joints

_RING_POINTS = 14


class Capsule(NamedTuple):
    """Two balls and the skin stretched over them, in T frames.

    Attributes:
        start: (T, 3) middle of one ball, cm.
        end: (T, 3) middle of the other.
        radius_start: Radius of the first, cm.
        radius_end: Radius of the second.
        colour: BGR.
        group: Solids of one group have one place in the order of depth; those of one colour that
            follow each other are shaded together, without seams, later ones over earlier ones.
        nearer: By how much nearer than it is, in cm, it counts in that order.
    """

    start: np.ndarray
    end: np.ndarray
    radius_start: float
    radius_end: float
    colour: np.ndarray
    group: str
    nearer: float = 0.0


class Loft(NamedTuple):
    """The convex hull of points (T, N, 3); colour and group as of a capsule.

    Attributes:
        points: Two rings of as many points, one after the other.
        colour: BGR.
        group: As above.
        faces: For a disc, the middles of its two faces (2, T, 3), else None.
    """

    points: np.ndarray
    colour: np.ndarray
    group: str
    faces: np.ndarray | None = None


@dataclass
class Solids:
    """Solids to draw, and outlines (T, N, 3) of the shadows on the floor."""

    capsules: list[Capsule] = field(default_factory=list)
    lofts: list[Loft] = field(default_factory=list)
    shadows: list[np.ndarray] = field(default_factory=list)

    def capsule(self, *args, **kwargs) -> None:
        """Adds a :class:`Capsule`."""
        self.capsules.append(Capsule(*args, **kwargs))


@dataclass(frozen=True)
class Look:
    """Colours are BGR (3,) under full light; lengths are shares of the limb that is covered.

    Attributes:
        skin: Of arms, legs and face.
        hair: Of head hair.
        long_hair: Whether it reaches the neck.
        shirt: Colour.
        sleeve: Share of the upper arm.
        trousers: Colour.
        trouser_leg: Share of the thigh; 1 is long trousers, down to the ankle.
        shoes: Colour.
    """

    skin: np.ndarray
    hair: np.ndarray
    long_hair: bool
    shirt: np.ndarray
    sleeve: float
    trousers: np.ndarray
    trouser_leg: float
    shoes: np.ndarray


def sample_look(performer_rng: np.random.Generator, day_rng: np.random.Generator) -> Look:
    """Draws skin and hair for a performer, and clothes for one day."""
    tone = performer_rng.uniform(0.0, 1.0)
    skin = (1 - tone) * np.array([168, 196, 236]) + tone * np.array([78, 112, 168])
    hair = np.array([28, 30, 36]) + performer_rng.uniform(0, 1) ** 3 * np.array([50, 80, 110])
    long_hair = bool(performer_rng.random() < 0.4)

    def cloth(low: float, high: float) -> np.ndarray:
        return np.clip(day_rng.uniform(low, high) + day_rng.normal(0, 38, 3), 18, 240)

    return Look(
        skin=skin, hair=hair, long_hair=long_hair,
        shirt=cloth(45, 220), sleeve=float(day_rng.choice([0.0, 0.45, 0.5, 0.55])),
        trousers=cloth(30, 130), trouser_leg=float(day_rng.choice([0.55, 0.7, 1.0])),
        shoes=cloth(30, 230))


def _ring(centre: np.ndarray, axes: np.ndarray, half_width: float,
          half_depth: float) -> np.ndarray:
    """(T, N, 3) around a point of the trunk, in the plane across it."""
    a = np.arange(_RING_POINTS) * 2 * np.pi / _RING_POINTS
    # A trunk is boxier than an ellipse.
    c, s = (np.sign(v) * np.abs(v) ** 0.8 for v in (np.cos(a), np.sin(a)))
    return (centre[:, None] + half_width * c[:, None] * axes[:, None, 0]
            + half_depth * s[:, None] * axes[:, None, 2])


def _trunk(solids: Solids, body: Body, joints: Joints, look: Look) -> None:
    size = body.thickness
    pelvis, lumbar, thorax = (joints.axes[name] for name in ('pelvis', 'lumbar', 'thorax'))
    neck, back, waist = (joints.point(name) for name in ('Neck', 'Back', 'Waist'))
    hip = joints.point('mid_hip')
    middle = (joints.point('Left Shoulder') + joints.point('Right Shoulder')) / 2
    wide = body.shoulders / 2 - size(0.012)
    rings = [
        _ring(hip - 0.022 * body.height * pelvis[:, 1], pelvis, size(0.070), size(0.046)),
        _ring(hip + 0.012 * body.height * pelvis[:, 1], pelvis, size(0.089), size(0.058)),
        _ring(waist + 0.015 * body.height * pelvis[:, 1], lumbar, size(0.076), size(0.054)),
        _ring(back - 0.010 * body.height * lumbar[:, 1], (lumbar + thorax) / 2, size(0.088),
              size(0.062)),
        _ring(middle - 0.030 * body.height * thorax[:, 1], thorax, wide, size(0.058)),
        _ring(middle + 0.008 * body.height * thorax[:, 1], thorax, 0.86 * wide, size(0.038)),
    ]
    colours = (look.trousers, look.trousers, look.shirt, look.shirt, look.shirt)
    # Each piece reaches a little into the one below, else a line would show between them.
    overlap = 1.5 * lumbar[:, None, 1]
    for low, high, colour in zip(rings[:-1], rings[1:], colours, strict=True):
        solids.lofts.append(Loft(np.concatenate([low - overlap, high], 1), colour, 'trunk'))
    for side, _ in SIDES:
        base = neck - 0.004 * body.height * thorax[:, 1]
        solids.capsule(base, joints.point(f'{side} Shoulder'), size(0.024), size(0.030),
                       look.shirt, 'trunk')


def _arm(solids: Solids, body: Body, joints: Joints, look: Look, side: str) -> None:
    size, upper, lower = body.thickness, f'{side} upper arm', f'{side} lower arm'
    shoulder, elbow, wrist, palm = (
        joints.point(f'{side} {name}') for name in ('Shoulder', 'Elbow', 'Wrist', 'Palm'))
    thick, thin = size(0.0315), size(0.0235)
    cut = shoulder + look.sleeve * (elbow - shoulder)
    at_cut = thick + look.sleeve * (thin - thick)
    solids.capsule(cut, elbow, at_cut, thin, look.skin, upper)
    if look.sleeve:
        solids.capsule(shoulder, cut, 1.06 * thick, 1.12 * at_cut, look.shirt, upper)
    bulge = elbow + 0.3 * (wrist - elbow)
    solids.capsule(bulge, wrist, size(0.0245), size(0.0155), look.skin, lower, nearer=2.0)
    solids.capsule(elbow, bulge, thin, size(0.0245), look.skin, lower, nearer=2.0)
    solids.capsule(wrist, palm, size(0.0155), 0.024 * body.height, look.skin, f'{side} hand',
                   nearer=6.0)


def _leg(solids: Solids, body: Body, joints: Joints, look: Look, side: str) -> None:
    size, group = body.thickness, f'{side} leg'
    hip, knee, ankle, toe, heel = (
        joints.point(f'{side} {name}') for name in ('Hip', 'Knee', 'Ankle', 'toe', 'heel'))
    thick, thin = size(0.0485), size(0.0320)
    long_legs = look.trouser_leg == 1.0
    cut = hip + look.trouser_leg * (knee - hip)
    at_cut = thick + look.trouser_leg * (thin - thick)
    shin_colour = look.trousers if long_legs else look.skin
    calf = knee + 0.33 * (ankle - knee)
    sole = np.array([0.0, 0.013 * body.height, 0.0])
    solids.capsule(heel + 1.5 * sole, toe + 0.6 * sole, 0.021 * body.height, 0.0145 * body.height,
                   look.shoes, group)
    solids.capsule(calf, ankle, size(0.0325), size(0.0205), shin_colour, group)
    solids.capsule(knee, calf, thin, size(0.0325), shin_colour, group)
    if not long_legs:
        solids.capsule(cut, knee, at_cut, thin, look.skin, group)
    solids.capsule(hip, cut, thick, 1.05 * at_cut, look.trousers, group)
    a = np.arange(12) * np.pi / 6
    rim = np.stack([9.0 * np.cos(a), np.zeros(12), 9.0 * np.sin(a)], -1)
    on_floor = np.array([1.0, 0.0, 1.0])
    solids.shadows.append(np.concatenate([(heel * on_floor)[:, None] + rim,
                                          (toe * on_floor)[:, None] + rim], 1))


def _head(solids: Solids, body: Body, joints: Joints, look: Look) -> None:
    left, up, front = (joints.axes['head'][:, i] for i in range(3))
    middle, size = joints.point('mid_head'), 0.13 * body.height

    def at(out: float, high: float, ahead: float) -> np.ndarray:
        return middle + size * (out * left + high * up + ahead * front)

    solids.capsule(joints.point('Neck') - 2.0 * up, at(0, -0.1, -0.04), body.thickness(0.034),
                   body.thickness(0.030), look.skin, 'neck')
    solids.capsule(at(0, 0.12, 0.08), at(0, -0.28, 0.20), 0.35 * size, 0.19 * size, look.skin,
                   'head')
    solids.capsule(at(0, 0.17, -0.08), at(0, 0.05, -0.12), 0.405 * size, 0.36 * size, look.hair,
                   'hair')
    if look.long_hair:
        solids.capsule(at(0, 0.0, -0.22), at(0, -0.55, -0.26), 0.30 * size, 0.17 * size,
                       look.hair, 'hair')
    dark, lips = 0.22 * look.skin, look.skin * np.array([0.62, 0.60, 0.82])
    for side, sign in SIDES:
        eye = joints.point(f'{side} Eye')
        solids.capsule(eye, eye, 0.042 * size, 0.042 * size, dark, f'face {side} eye', nearer=2.0)
        brow = at(sign * 0.15, 0.20, 0.39)
        solids.capsule(brow - 0.06 * size * left, brow + 0.06 * size * left, 0.018 * size,
                       0.018 * size, look.hair, f'face {side} brow', nearer=1.0)
        ear = joints.point(f'{side} Ear')
        solids.capsule(ear + 0.06 * size * up, ear - 0.07 * size * up, 0.075 * size, 0.06 * size,
                       0.93 * look.skin, f'face {side} ear')
    solids.capsule(at(0, 0.06, 0.42), joints.point('Nose'), 0.03 * size, 0.065 * size,
                   0.88 * look.skin, 'face nose', nearer=3.0)
    solids.capsule(at(-0.09, -0.25, 0.37), at(0.09, -0.25, 0.37), 0.03 * size, 0.03 * size, lips,
                   'face mouth', nearer=3.0)


def figure(body: Body, joints: Joints, look: Look) -> Solids:
    """All solids of a performer."""
    solids = Solids()
    _trunk(solids, body, joints, look)
    for side, _ in SIDES:
        _leg(solids, body, joints, look, side)
        _arm(solids, body, joints, look, side)
    _head(solids, body, joints, look)
    return solids
