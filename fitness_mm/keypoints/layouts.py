"""Other skeletons, and how the 24 keypoints are made of their points: one table, and what follows.

Of each keypoint the table says what it is made of. The figures were measured on real labels: where
a keypoint lies between or beyond others, the median of 478,625 labelled frames. On 32 videos of
real people BlazePose's skeleton is that of the labels but for what the table mends: lengths in
shares of the trunk, labels' in brackets: shoulders .69 (.67), hips .46 (.43), upper arm .51 (.52),
forearm .47 (.48), thigh .78 (.73), shin .76 (.74), ears .30 (.29), ear to nose .25 (.23); ankle to
the toes .335 (to the labels' Foot .169). How far other estimators' hips or toes lie from the
labels' was not measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fitness_mm.errors import ArgumentError

from .skeleton import KEYPOINTS

OBSERVED, DERIVED, ASSUMED = 'observed', 'derived', 'assumed'
"""A point of the skeleton, moved by a little at most; between points beside it, which say where it
is; or laid where it mostly is, whatever the person does. None of the 24 is absent."""

_IN_SCORE = 0.1
"""Weight from which on a point has to be seen for the keypoint to be."""

_MARGIN = 0.02
"""How far beside the picture, as a share of its longer side, a keypoint may lie and count."""


def _on_trunk(at: float) -> dict[str, float]:
    """On the line from the middle of the shoulders (0) to that of the labels' hips (1)."""
    return {'shoulders': 1 - at, 'hips': at}


_SAME = ('Nose', 'Eye', 'Ear', 'Shoulder', 'Elbow', 'Wrist', 'Hip', 'Knee', 'Ankle')

TABLE: dict[str, tuple[tuple[str, Mapping[str, float]], ...]] = {
    **{name: ((OBSERVED, {name.lower(): 1}), ) for name in _SAME},
    'Palm': ((DERIVED, {'wrist': 0.2, 'pinky': 0.4, 'index': 0.4}),
             (ASSUMED, {'wrist': 1.206, 'elbow': -0.206})),
    'Foot': ((DERIVED, {'ankle': 0.5, 'toe': 0.5}), (ASSUMED, {'ankle': 1.14, 'knee': -0.14})),
    'Neck': ((DERIVED, _on_trunk(-0.17)), ),
    'Back': ((ASSUMED, _on_trunk(0.30)), ),
    'Waist': ((DERIVED, _on_trunk(0.68)), ),
}
"""Of each keypoint, its side left out: what it is, and weights of points, of the same side or, in
the plural, of the middle of both; hips are where labels have them. Weights sum to 1. Where there
are two ways, the first one whose points a skeleton has is taken. The second ways on labels, in
shares of the trunk: palms are .03 off (90 %: .08) however the wrist is bent, feet .10 (.16), the
back .04 (.16), the waist .04 (.16).

The waist is derived because what is judged by it is judged as well without: networks that learnt
real labels of other people had a mean AUROC of .943 in the nine conditions that take it and not the
back, and of .941 with waist and back laid on the line; no condition lost more than .009."""

_POINTS_OF = {'pinky': ('pinky', 'pinky_finger1'), 'index': ('index', 'forefinger1'),
              'toe': ('foot_index', 'big_toe', 'small_toe')}
"""What skeletons call a point of the table; of several that one has, it is the middle."""


@dataclass(frozen=True, eq=False)
class Layout:
    """A skeleton of an estimator.

    Attributes:
        name: What users call it.
        points: Names of its points, in order.
        hips_lower: How far the labels' hips lie below its hips, in trunk lengths.
    """

    name: str
    points: tuple[str, ...]
    hips_lower: float = 0.0

    @cached_property
    def _rows(self) -> list[tuple[str, np.ndarray]]:
        if self.points == KEYPOINTS:
            return list(zip([OBSERVED] * len(KEYPOINTS), np.eye(len(KEYPOINTS)), strict=True))
        return [self._row(name) for name in KEYPOINTS]

    @cached_property
    def weights(self) -> np.ndarray:
        """(24, K), rows sum to 1: of the skeleton's K points in each keypoint."""
        return np.stack([row for _, row in self._rows])

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """What each of the 24 is: observed, derived or assumed."""
        return tuple(kind for kind, _ in self._rows)

    @cached_property
    def flip_indices(self) -> tuple[int, ...]:
        """``points[flip_indices]`` swaps left and right, but of points of the face, of which none
        of the 24 is made."""
        return tuple(self.points.index(_mirrored(point)) for point in self.points)

    @cached_property
    def filters(self) -> np.ndarray:
        """(24, K), rows sum to 1, none negative: of what finds the points, in what finds a keypoint
        to begin with. Nothing lies beyond others there."""
        positive = self.weights.clip(0)
        return positive / positive.sum(axis=1, keepdims=True)

    def keypoints(self, points: np.ndarray, visibility: np.ndarray,
                  size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """The 24 keypoints of points.

        Args:
            points: In pixels of a picture, (..., K, 2).
            visibility: Of each, from 0 to 1, (..., K).
            size: Width and height of the picture.

        Returns:
            Keypoints (..., 24, 2) and scores (..., 24), float32: the lowest visibility of what a
            keypoint is made of, 0 beside the picture.
        """
        keypoints = self.weights @ points
        made_of = np.abs(self.weights) >= _IN_SCORE  # (24, K)
        scores = np.stack([visibility[..., row].min(axis=-1) for row in made_of], axis=-1)
        margin = _MARGIN * max(size)
        inside = ((keypoints >= -margin)
                  & (keypoints <= np.subtract(size, 1) + margin)).all(axis=-1)
        return keypoints.astype(np.float32), (scores * inside).astype(np.float32)

    def _row(self, keypoint: str) -> tuple[str, np.ndarray]:
        side, _, part = keypoint.rpartition(' ')
        for kind, made_of in TABLE[part]:
            rows = [self._point(name, side) for name in made_of]
            if all(row is not None for row in rows):
                return kind, np.tensordot(list(made_of.values()), rows, axes=1)
        raise ArgumentError(f'of the points of {self.name} no {keypoint} can be made')

    def _point(self, name: str, side: str) -> np.ndarray | None:
        """Weights (K,) of a point of the table; None if the skeleton has none like it."""
        if name in ('shoulders', 'hips'):
            return (self._point(name[:-1], 'Left') + self._point(name[:-1], 'Right')) / 2
        wanted = [f'{side}_{point}'.lower().lstrip('_') for point in _POINTS_OF.get(name, (name, ))]
        places = [self.points.index(point) for point in wanted if point in self.points]
        if not places:
            return None
        row = np.zeros(len(self.points))
        row[places] = 1 / len(places)
        if name == 'hip' and self.hips_lower:
            hips = np.isin(self.points, ('left_hip', 'right_hip'))
            shoulders = np.isin(self.points, ('left_shoulder', 'right_shoulder'))
            row += self.hips_lower / 2 * (hips * 1.0 - shoulders)
        return row


def _mirrored(point: str) -> str:
    for left, right in (('left', 'right'), ('Left', 'Right')):
        if left in point:
            return point.replace(left, right)
        if right in point:
            return point.replace(right, left)
    return point


def _sides(*names: str) -> tuple[str, ...]:
    return tuple(f'{side}_{name}' for name in names for side in ('left', 'right'))


def _of_side(side: str, *names: str) -> tuple[str, ...]:
    return tuple(f'{side}_{name}' for name in names)


_ARM, _LEG = ('shoulder', 'elbow', 'wrist'), ('hip', 'knee', 'ankle')
_COCO = ('nose', *_sides('eye', 'ear', *_ARM, *_LEG))
_HALPE = (*_COCO, 'head', 'neck', 'hip', *_sides('big_toe', 'small_toe', 'heel'))
_FINGERS = ('thumb', 'forefinger', 'middle_finger', 'ring_finger', 'pinky_finger')
_HAND = ('hand_root', *(f'{finger}{n}' for finger in _FINGERS for n in range(1, 5)))
_FACE_AND_HANDS = (*(f'face-{n}' for n in range(68)), *_of_side('left', *_HAND),
                   *_of_side('right', *_HAND))
_FOOT = ('big_toe', 'small_toe', 'heel')
_OPENPOSE_ARMS = ('nose', 'neck', *_of_side('right', *_ARM), *_of_side('left', *_ARM))
_OPENPOSE_HEAD = ('right_eye', 'left_eye', 'right_ear', 'left_ear')

BLAZEPOSE = Layout('blazepose33', (
    'nose', *_of_side('left', 'eye_inner', 'eye', 'eye_outer'),
    *_of_side('right', 'eye_inner', 'eye', 'eye_outer'), *_sides('ear'), 'mouth_left',
    'mouth_right', *_sides(*_ARM, 'pinky', 'index', 'thumb', *_LEG, 'heel', 'foot_index')),
    hips_lower=0.05)
"""MediaPipe's 33 landmarks."""

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in (
    Layout('coco17', _COCO),
    Layout('openpose18', (*_OPENPOSE_ARMS, *_of_side('right', *_LEG), *_of_side('left', *_LEG),
                          *_OPENPOSE_HEAD)),
    Layout('fitness24', KEYPOINTS),
    Layout('openpose25', (*_OPENPOSE_ARMS, 'mid_hip', *_of_side('right', *_LEG),
                          *_of_side('left', *_LEG), *_OPENPOSE_HEAD, *_of_side('left', *_FOOT),
                          *_of_side('right', *_FOOT))),
    Layout('halpe26', _HALPE),
    BLAZEPOSE,
    Layout('wholebody133', (*_COCO, *_of_side('left', *_FOOT), *_of_side('right', *_FOOT),
                            *_FACE_AND_HANDS)),
    Layout('halpe136', (*_HALPE, *_FACE_AND_HANDS)),
)}
"""By name. No two have equally many points."""


def assumed(kinds: Sequence[str]) -> frozenset[int]:
    """Indices of the keypoints that say nothing of the person, by what each is."""
    return frozenset(k for k, kind in enumerate(kinds) if kind == ASSUMED)


def layout_of(points: int, name: str | None = None,
              names: tuple[str, ...] | None = None) -> Layout:
    """The skeleton of so many points.

    Args:
        points: How many.
        name: The skeleton's, which has to have as many; the one that has as many if None.
        names: Of the points, in order, if they are known.

    Raises:
        ArgumentError: If there is none.
    """
    known = ', '.join(f'{layout.name} ({len(layout.points)})' for layout in LAYOUTS.values())
    if name is not None and name not in LAYOUTS:
        raise ArgumentError(f'there is no skeleton {name!r}; there are {known}')
    for layout in LAYOUTS.values() if name is None else (LAYOUTS[name], ):
        if len(layout.points) == points and names in (None, layout.points):
            return layout
    others = 'no skeleton that is known' if name is None else f'not those of {name}'
    if names is not None:
        others += f' (they are {", ".join(names[:9])} ...)'
    raise ArgumentError(f'{points} points a person are {others}; skeletons and their points: '
                        f'{known}')
