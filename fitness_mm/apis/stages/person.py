"""Where the person is: a box that holds for the whole video, from a few frames of it.

Top-down pose estimators want the box around everything the person does. Without a detector it
comes from the pose estimator itself: its heatmaps are high where the box is right and low where it
is not. Windows of several sizes over the frame and, before a camera that stands still, whatever
moves are tried; each is moved to the keypoints seen in it until it stays, and the surest remain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fitness_mm.apis.video.crops import cut_out, framing_of
from fitness_mm.apis.video.frames import spread

if TYPE_CHECKING:  # a result of this is read without torch
    from fitness_mm.apis.networks.pose_estimator import PoseEstimator

SURVEY_FRAMES = 24
"""Frames of a video that are looked at to find the person."""

MIN_CONFIDENCE = 0.5
"""Of a person, the mean of the keypoints' scores. Right boxes of the generated sample have 0.8 to
0.9, boxes that miss or squeeze the person 0.3 to 0.45, empty backgrounds 0.05 to 0.25."""

SEEN_SCORE = 0.4
"""From this score on a keypoint counts as seen."""

_TILE_HEIGHTS = (1.0, 0.65)
_SMALL_TILE_HEIGHTS = (0.42, 0.28)  # only looked at if nobody was found
_TILE_SHAPE = 0.6  # width to height, of a person with some room
_TILES_KEPT = 5
_TILE_SCORE = 0.35  # of a tile that shows at least a part of a person
_FRAMES_OF_A_PROPOSAL = 6
_MOVING_LEVELS = 25  # of 255
_REFINEMENTS = 4
_HOPELESS = 0.25  # confidence from which no box was seen to come to a person
_STAYS = 0.9
_LOSS = 0.05
_SAME = 0.5  # share of the smaller of two boxes


@dataclass(frozen=True, eq=False)
class Person:
    """A person in a video.

    Attributes:
        box: Around all joints in all surveyed frames, without margin, x1, y1, x2, y2 in pixels
            of the video, float64 (4,).
        confidence: Mean score of the keypoints.
        movement: How far joints move, as a share of the box's longer side.
        how: ``given``, ``detector`` or ``found``.
        others: How many other people were seen.
    """

    box: np.ndarray
    confidence: float
    movement: float
    how: str
    others: int = 0


Detector = Callable[[np.ndarray], np.ndarray]
"""From an RGB frame to boxes of people, (P, 4) in its pixels."""


def find_person(frames: Sequence[np.ndarray], estimator: PoseEstimator,
                box: Sequence[float] | None = None,
                detector: Detector | None = None) -> Person | None:
    """The person that the video is about: the one that is large and moves.

    Args:
        frames: Some frames of the video, uint8 RGB (H, W, 3).
        estimator: The pose estimator.
        box: A box that holds the person throughout; it is only measured then, not searched.
        detector: Finds people in a frame; the search is left to it then.

    Returns:
        The person, or None if none is seen surely enough.
    """
    size = (frames[0].shape[1], frames[0].shape[0])
    if box is not None:
        box = _clamped(np.asarray(box, np.float64), size)
        confidence, movement, _ = _look(frames, box, estimator)
        return Person(box, confidence, movement, 'given')
    few = [frames[i] for i in spread(len(frames), _FRAMES_OF_A_PROPOSAL)]
    how, moving = 'found', []
    if detector is not None:
        how, people = 'detector', _people(few, _detected(few, detector), estimator)
    else:
        moving, middle = _moving(frames), few[len(few) // 2]
        tiles = _best_tiles(middle, _TILE_HEIGHTS, estimator)
        people = _people(few, [*moving, *tiles], estimator) or _people(
            few, _best_tiles(middle, _SMALL_TILE_HEIGHTS, estimator), estimator)
    if not people:
        return None
    chosen = max(people, key=_importance)
    final = _refined(frames[::2], chosen.box, estimator) or chosen
    final = _widened(frames[::2], final, moving, estimator)
    return Person(final.box, final.confidence, final.movement, how, len(people) - 1)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two boxes (4,)."""
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    common = np.prod(np.clip(high - low, 0, None))
    return float(common / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - common + 1e-9))


def box_of(keypoints: np.ndarray, scores: np.ndarray) -> np.ndarray | None:
    """The box around all keypoints seen, (4,), or None if hardly any is."""
    points = keypoints[scores >= SEEN_SCORE]
    if len(points) < 0.25 * scores.size:
        return None
    return np.concatenate([points.min(0), points.max(0) + 1]).astype(np.float64)


def _importance(person: Person) -> float:
    longer = max(person.box[2:] - person.box[:2])
    return longer * (0.05 + min(person.movement, 0.5)) * person.confidence


def _look(frames: Sequence[np.ndarray], box: np.ndarray,
          estimator: PoseEstimator) -> tuple[float, float, np.ndarray | None]:
    """Confidence, movement and the box around the keypoints seen."""
    size = (frames[0].shape[1], frames[0].shape[0])
    framing = framing_of(box, size)
    crops = [cut_out(frame, box, estimator.margin, 2 * estimator.input_size[1], framing)
             for frame in frames]
    keypoints, scores = estimator(crops, [box] * len(crops))
    longer = max(box[2:] - box[:2])
    movement = float(np.median(keypoints.std(axis=0).max(axis=-1)) / longer)
    return float(scores.mean()), movement, box_of(keypoints, scores)


def _people(frames: Sequence[np.ndarray], proposals: Sequence[np.ndarray],
            estimator: PoseEstimator) -> list[Person]:
    """The people to whom boxes lead, each once."""
    people: list[Person] = []
    for proposal in proposals:
        if not any(_same(proposal, person.box) for person in people):
            person = _refined(frames, proposal, estimator)
            if person is not None:
                people.append(person)
    return _distinct(people)


def _widened(frames: Sequence[np.ndarray], person: Person, moving: Sequence[np.ndarray],
             estimator: PoseEstimator) -> Person:
    """The box with the moving parts that reach into it, if joints are seen as well there.

    Hands that leave the crop are not seen, and what is not seen does not widen the box. What moves
    may also be a barbell, which the box need not hold.
    """
    parts = [part for part in moving if _reaches_into(part, person.box)]
    if not parts:
        return person
    low = np.min([person.box[:2], *(part[:2] for part in parts)], axis=0)
    high = np.max([person.box[2:], *(part[2:] for part in parts)], axis=0)
    wide = np.concatenate([low, high])
    _, _, seen = _look(frames, wide, estimator)
    if seen is None:
        return person
    box = np.concatenate([np.minimum(person.box[:2], seen[:2]),
                          np.maximum(person.box[2:], seen[2:])])
    confidence, movement, _ = _look(frames, box, estimator)
    better = confidence > person.confidence - _LOSS
    return Person(box, confidence, movement, person.how) if better else person


def _reaches_into(part: np.ndarray, box: np.ndarray) -> bool:
    return bool((np.minimum(part[2:], box[2:]) > np.maximum(part[:2], box[:2])).all())


def _refined(frames: Sequence[np.ndarray], box: np.ndarray,
             estimator: PoseEstimator) -> Person | None:
    """The person near a box, once the box around the keypoints stays; None if there is none."""
    best = None
    for _ in range(_REFINEMENTS):
        confidence, movement, seen = _look(frames, box, estimator)
        # the later box is the better one, unless the person was lost on the way
        if best is None or confidence > best.confidence - _LOSS:
            best = Person(box, confidence, movement, 'found')
        if seen is None or confidence < _HOPELESS or overlap(seen, box) > _STAYS:
            break
        box = seen
    return best if best.confidence >= MIN_CONFIDENCE else None


def _distinct(people: list[Person]) -> list[Person]:
    """Each person once, the surest box of each."""
    kept: list[Person] = []
    for person in sorted(people, key=lambda p: -p.confidence):
        if not any(_same(person.box, other.box) for other in kept):
            kept.append(person)
    return kept


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two boxes are of one person: a part of a person lies in the person's box."""
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    smaller = min(np.prod(a[2:] - a[:2]), np.prod(b[2:] - b[:2]))
    return bool(np.prod(np.clip(high - low, 0, None)) > _SAME * smaller)


def _tiles(size: tuple[int, int], heights: Sequence[float]) -> Iterator[np.ndarray]:
    """Boxes of the shape of a person, of several sizes, half over each other."""
    width, height = size
    for share in heights:
        tile = np.array([min(width, share * height * _TILE_SHAPE), share * height])
        if tile[0] == width:  # a portrait video: the width decides
            tile[1] = min(share * height, width / _TILE_SHAPE)
        steps = np.maximum(np.ceil((np.array(size) - tile) / (tile / 2)).astype(int), 0) + 1
        for x in np.linspace(0, width - tile[0], steps[0]):
            for y in np.linspace(0, height - tile[1], steps[1]):
                yield np.array([x, y, x + tile[0], y + tile[1]])


def _best_tiles(frame: np.ndarray, heights: Sequence[float],
                estimator: PoseEstimator) -> list[np.ndarray]:
    tiles = list(_tiles((frame.shape[1], frame.shape[0]), heights))
    # a tile has its margin inside: it is where the crop ends, and not the joints
    crops = [cut_out(frame, tile, 0.0, 2 * estimator.input_size[1], 0.0) for tile in tiles]
    scores = estimator(crops, tiles)[1].mean(axis=1)
    kept: list[int] = []
    for i in np.argsort(-scores):
        if (scores[i] >= _TILE_SCORE and len(kept) < _TILES_KEPT
                and all(overlap(tiles[i], tiles[j]) < 0.5 for j in kept)):
            kept.append(i)
    return [tiles[i] for i in kept]


def _moving(frames: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Boxes around what differs from the temporal median; none before a moving camera."""
    if len(frames) < 4:
        return []
    height, width = frames[0].shape[:2]
    scale = 160 / max(height, width)
    small = (max(8, round(width * scale)), max(8, round(height * scale)))
    grey = np.stack([cv2.cvtColor(cv2.resize(frame, small, interpolation=cv2.INTER_AREA),
                                  cv2.COLOR_RGB2GRAY) for frame in frames]).astype(np.int16)
    moving = np.abs(grey - np.median(grey, axis=0)) > _MOVING_LEVELS
    mask = moving.any(axis=0).astype(np.uint8)
    if mask.mean() > 0.5:
        return []
    mask = cv2.dilate(mask, np.ones((5, 5), np.uint8))
    _, _, parts, _ = cv2.connectedComponentsWithStats(mask)
    parts = sorted(parts[1:].tolist(), key=lambda part: -part[4])[:3]
    to_video = np.array([width / small[0], height / small[1]] * 2)
    return [np.array([x, y, x + w, y + h]) * to_video for x, y, w, h, area in parts
            if area > 0.003 * mask.size]


def _detected(frames: Sequence[np.ndarray], detector: Detector) -> list[np.ndarray]:
    """The union over frames of each person's boxes, people told apart by where they are."""
    unions: list[np.ndarray] = []
    for frame in frames:
        for box in detector(frame):
            near = [i for i, union in enumerate(unions) if overlap(box, union) > 0.2]
            if near:
                union = unions[near[0]]
                unions[near[0]] = np.concatenate([np.minimum(union[:2], box[:2]),
                                                  np.maximum(union[2:], box[2:])])
            else:
                unions.append(np.asarray(box, np.float64))
    return unions


def _clamped(box: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    limits = np.array([*size, *size], np.float64)
    return np.clip(box, 0, limits)
