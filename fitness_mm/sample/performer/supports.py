"""Bodies put on what carries them: feet on the floor, hands on a bar, hips on a seat.

Postures know directions only. Where a body is follows from what it touches: it is placed so that
its contacts are where they have to be, and the arms and legs that end in one are then bent so that
they reach it to the millimetre.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

from .body import Body
from .geometry import two_bones, unit
from .posture import keypoints_of

_LIMBS = {  # contact -> root, middle joint, the end that two bones reach, and what touches
    f'{side} {part}': tuple(KEYPOINT_INDEX[f'{side.title()} {joint}'] for joint in joints)
    for side in ('left', 'right') for part, joints in (
        ('foot', ('Hip', 'Knee', 'Ankle', 'Foot')),
        ('hand', ('Shoulder', 'Elbow', 'Wrist', 'Palm')))
}
_POINTS = {  # contact -> keypoints whose middle touches
    'hips': ('Left Hip', 'Right Hip'), 'shoulders': ('Left Shoulder', 'Right Shoulder'),
    'back': ('Back',),
    **{f'{side} {part}': (f'{side.title()} {part.title()}',) for side in ('left', 'right')
       for part in ('knee', 'elbow')},
}
_BONES = {  # contact -> the joint that its bone turns about, its own, and what moves with it
    f'{side} {part}': tuple(KEYPOINT_INDEX[f'{side.title()} {joint}'] for joint in joints)
    for side in ('left', 'right') for part, joints in (
        ('knee', ('Hip', 'Knee', 'Ankle', 'Foot')),
        ('elbow', ('Shoulder', 'Elbow', 'Wrist', 'Palm')))
}
CONTACTS = (*_LIMBS, *_POINTS)
"""What of a body can rest on something."""

_BOTH = {'feet': 'foot', 'hands': 'hand', 'knees': 'knee', 'elbows': 'elbow'}

_BENDS = {'foot': np.array([0.0, 0.0, 0.3]), 'hand': np.array([0.0, 0.0, -0.3])}
_GIVES = 0.02
_HEEL = 0.6  # how high an ankle is above the ball of the foot, in lengths from one to the other
_SKIN_CM, _ABOVE_FLOOR_CM = 4.0, 1.0
_TRUNK = [i for name, i in KEYPOINT_INDEX.items()
          if name.split()[-1] in ('Nose', 'Eye', 'Ear', 'Neck', 'Back', 'Waist', 'Shoulder', 'Hip')]
_LEFT_HIP, _RIGHT_HIP = (KEYPOINT_INDEX[f'{side} Hip'] for side in ('Left', 'Right'))
_STEP_CM = 8.0  # by how much a foot that goes elsewhere is lifted on the way
_MOVED_CM = 5.0


def each(contact: str) -> tuple[str, ...]:
    """``feet`` is ``left foot`` and ``right foot``, and so on."""
    return ((f'left {_BOTH[contact]}', f'right {_BOTH[contact]}') if contact in _BOTH
            else (contact,))


@dataclass(frozen=True)
class Support:
    """What carries a body in one of its postures.

    Attributes:
        heights: Contact -> height in cm above the floor of what it rests on; the contact itself is
            :func:`thickness` above.
        moved: Contacts that are elsewhere than in the exercise's first posture, all of them that
            move one at the same place.
    """

    heights: Mapping[str, float]
    moved: frozenset[str] = frozenset()

    def mirrored(self) -> Support:
        """With left and right exchanged."""
        return Support({_other_side(name): height for name, height in self.heights.items()},
                       frozenset(map(_other_side, self.moved)))


def _other_side(contact: str) -> str:
    if contact.startswith('left '):
        return contact.replace('left', 'right', 1)
    return contact.replace('right', 'left', 1)


def thickness(body: Body, contact: str) -> float:
    """How far, in cm, the keypoints of a contact are above what it rests on."""
    fraction = {'hips': 0.055, 'shoulders': 0.055, 'back': 0.055}.get(contact)
    if fraction is not None:
        return body.thickness(fraction)
    return {'foot': 2.0, 'hand': 2.5}.get(contact.split()[-1], body.thickness(0.024))


def contact_point(contact: str, keypoints: np.ndarray) -> np.ndarray:
    """What touches, (..., 3), of keypoints (..., K, 3)."""
    if contact in _LIMBS:
        return keypoints[..., _LIMBS[contact][3], :]
    return keypoints[..., [KEYPOINT_INDEX[name] for name in _POINTS[contact]], :].mean(-2)


@dataclass(frozen=True)
class _Spots:
    """Where (M, 3) one contact of M postures is, and which of them have it, bool (M,)."""

    places: np.ndarray
    has: np.ndarray


def _spots(body: Body, postures: np.ndarray, supports: Sequence[Support]) -> dict[str, _Spots]:
    keypoints = keypoints_of(body, postures)
    contacts = dict.fromkeys(name for support in supports for name in support.heights)
    own = {name: contact_point(name, keypoints) for name in contacts}
    # Of every contact the postures that have it at one place.
    alike = {(name, moved): [m for m, support in enumerate(supports) if name in support.heights
                             and (name in support.moved) == moved]
             for name in contacts for moved in (False, True)}
    # The first posture's contacts are around the origin, those of others where they were.
    roots: list[np.ndarray] = []
    for m, support in enumerate(supports):
        before = [roots[same[0]] + own[name][same[0]] - own[name][m]
                  for (name, _), same in alike.items() if m in same and same[0] < m]
        roots.append(np.mean(before or [-own[name][m] for name in support.heights], 0))
    spots = {name: _Spots(np.zeros_like(own[name]), np.zeros(len(supports), bool))
             for name in contacts}
    for (name, _), same in alike.items():
        if same:
            spots[name].places[same] = np.mean([roots[m] + own[name][m] for m in same], 0)
            spots[name].places[same, 1] = [
                supports[m].heights[name] + thickness(body, name) for m in same]
            spots[name].has[same] = True
    return spots


def supported(body: Body, postures: np.ndarray, supports: Sequence[Support],
              blended: np.ndarray, weights: np.ndarray, tied: bool) -> np.ndarray:
    """Keypoints (T, K, 3) in cm of a body that takes its postures on its supports.

    Args:
        body: Proportions.
        postures: M key postures, (M, B, 3).
        supports: Of each.
        blended: What the body does in T frames, (T, B, 3).
        weights: What shares of the key postures that is, (T, M).
        tied: Whether both hands hold one thing, so that they keep their distance.
    """
    points = keypoints_of(body, blended)
    spots = _spots(body, postures, supports)
    goals, held, firm = {}, {}, {}
    weights = np.maximum(weights, 0)  # a repetition may go beyond its far end
    for name, spot in spots.items():
        share = weights * spot.has
        held[name] = share.sum(1)
        places = (share @ spot.places) / np.maximum(held[name], 1e-9)[:, None]
        off = np.abs(spot.places[:, None] - spot.places).max(-1) > _MOVED_CM
        between = np.einsum('tm,tn,mn->t', share, share, off)  # twice the product of two shares
        goals[name] = places + _STEP_CM * np.minimum(2 * between, 1)[:, None] * (0, 1, 0)
        share = held[name] * (1 - 0.999 * np.minimum(2 * between, 1)) + 1e-9
        firm[name] = _firmness(name, points) * share[:, None, None]
    pull = sum(firm[name] @ (goals[name] - contact_point(name, points))[..., None]
               for name in goals)
    points = points + np.linalg.solve(sum(firm.values()), pull).swapaxes(1, 2)
    # Head and trunk lie on the floor, not in it.
    sunk = np.maximum(_ABOVE_FLOOR_CM - points[:, _TRUNK, 1].min(1), 0)
    points[..., 1] += sunk[:, None]
    for name, goal in goals.items():
        if name in _BONES:
            _turn(points, _BONES[name], goal, np.minimum(held[name], 1))
    for name, goal in goals.items():
        if name in _LIMBS:
            middle = name.replace('foot', 'knee').replace('hand', 'elbow')
            share = np.minimum(held[name], 1)
            rests = np.minimum(held[middle], 1) if middle in held else np.zeros_like(share)
            if (share * (1 - rests) > 1e-6).any():
                _reach(points, name, goal, share * (1 - rests))
            _, start, end, tip = _LIMBS[name]
            palm = points[:, tip] - points[:, end]
            _turn(points, (start, end, tip), goal - palm, share * rests)
    if tied:
        _tie_hands(points, keypoints_of(body, postures))
    return points


def _tie_hands(points: np.ndarray, postures: np.ndarray) -> None:
    """Brings the hands of (T, K, 3) as far apart as they are in key postures (M, K, 3)."""
    left, right = 'left hand', 'right hand'
    apart = np.linalg.norm(contact_point(left, postures) - contact_point(right, postures), axis=-1)
    hands = contact_point(left, points), contact_point(right, points)
    middle, across = (hands[0] + hands[1]) / 2, unit(hands[0] - hands[1])
    for name, sign in ((left, 0.5), (right, -0.5)):
        _reach(points, name, middle + sign * np.median(apart) * across, np.ones(len(points)))


def _firmness(contact: str, points: np.ndarray) -> np.ndarray:
    """How little (T, 3, 3) a contact of (T, K, 3) gives: bones turn easily, and a limb of two is
    the less easily made longer or shorter the straighter it is."""
    if contact in _LIMBS:
        root, middle, end, _ = (points[:, joint] for joint in _LIMBS[contact])
        longest = np.linalg.norm(middle - root, axis=-1) + np.linalg.norm(end - middle, axis=-1)
        firm = 1 / (1 + _GIVES - np.linalg.norm(end - root, axis=-1) / longest)
    elif contact in _BONES:
        root, end = (points[:, joint] for joint in _BONES[contact][:2])
        firm = np.full(len(points), 5 / _GIVES)
    else:
        return np.tile(5 / _GIVES * np.eye(3), (len(points), 1, 1))
    axis = unit(end - root)
    return np.eye(3) + firm[:, None, None] * axis[:, :, None] * axis[:, None]


def _turn(points: np.ndarray, joints: Sequence[int], goal: np.ndarray, share: np.ndarray) -> None:
    """Turns a bone of (T, K, 3) towards a goal (T, 3) of its end, as far as the share (T,) of that
    is; what hangs on it moves along."""
    at = points.swapaxes(0, 1)
    root, end, *hang = joints
    bone = at[end] - at[root]
    length = np.linalg.norm(bone, axis=-1, keepdims=True)
    there = length * unit(unit(bone) + share[:, None] * (unit(goal - at[root]) - unit(bone)))
    for joint in (end, *hang):
        at[joint] += there - bone


def _reach(points: np.ndarray, contact: str, goal: np.ndarray, share: np.ndarray) -> None:
    """Bends a limb of (T, K, 3) so that its contact is at a goal (T, 3), as far as the share (T,)
    of that is."""
    root, middle, end, tip = _LIMBS[contact]
    at = points.swapaxes(0, 1)
    last = at[tip] - at[end]
    if contact.endswith('foot'):  # toes that rise leave the heel on the floor
        sunk = np.maximum(_HEEL * np.linalg.norm(last, axis=-1) + last[:, 1], 0)
        goal = goal + (sunk * (goal[:, 1] < _SKIN_CM))[:, None] * (0, 1, 0)
    first, second = (np.linalg.norm(at[b] - at[a], axis=-1).mean()
                     for a, b in ((root, middle), (middle, end)))
    target = at[end] + share[:, None] * (goal - last - at[end])
    axis = unit(target - at[root])
    bent = at[middle] - at[root]
    # A limb that is straight bends as knees and elbows do.
    pole = bent - (bent * axis).sum(-1, keepdims=True) * axis + _BENDS[contact.split()[1]]
    bones = two_bones(at[root], target, first, second, pole)
    # Knees and elbows that would be in the floor go aside instead.
    low = bones[0][:, 1:2] < _SKIN_CM
    aside = np.where(contact.startswith('left'), 1.0, -1.0) * (at[_LEFT_HIP] - at[_RIGHT_HIP])
    at[middle], at[end] = two_bones(at[root], target, first, second, np.where(
        low, pole * (1, 0, 1) + aside, pole))
    at[tip] = at[end] + last

