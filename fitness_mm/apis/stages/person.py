"""Where the person is: a box that holds for the whole video, from a few frames of it.

Top-down pose estimators want the box around everything the person does. Without a detector it
comes from the pose estimator itself: its heatmaps are high where the box is right and low where it
is not. Windows of several sizes over the frame and, before a camera that stands still, whatever
moves are tried; each is moved to the keypoints seen in it until it stays, and the surest remain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fitness_mm.apis.video.crops import cut_out
from fitness_mm.apis.video.frames import spread
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.measures import seen, shows_person
from fitness_mm.keypoints.pixels import PixelMap

from .people import Person, choose, movement_of

if TYPE_CHECKING:  # a result of this is read without torch
    from fitness_mm.apis.networks.pose_estimator import PoseEstimator

SURVEY_FRAMES = 24
"""Frames of a video that are looked at to find the person."""

MIN_CONFIDENCE = 0.5
"""Of a person, the mean of the keypoints' scores; estimators of this project have their own."""

_TILE_HEIGHTS = (1.0, 0.65)
_SMALL_TILE_HEIGHTS = (0.42, 0.28)  # only looked at if nobody was found, as are more frames
_TILE_SHAPE = 0.6  # width to height, of a person with some room
_TILES_KEPT = 5
_TILE_SCORE = 0.35  # of a tile that shows at least a part of a person
FRAMES_OF_A_PROPOSAL = 6
_SMALL_SIDE = 160  # pixels of frames in which movement is looked for
_MOVING_LEVELS, _STILL_LEVELS = 25, 12  # of 255
_REFINEMENTS = 4
_HOPELESS = 0.25  # confidence from which no box was seen to come to a person
_STAYS = 0.9
_SHOWING = 0.4
"""Share of the frames, those with the best scores, that say how surely a person is seen: nobody has
to be in the picture from the first second to the last."""
_MOST_TILES = 32
"""In a row: there are hundreds in a picture that is very wide."""
_LOSS = 0.05
_SAME = 0.5  # share of the smaller of two boxes


Detector = Callable[[np.ndarray], np.ndarray]
"""From an RGB frame to boxes of people, (P, 4) in its pixels."""


def find_person(frames: Sequence[np.ndarray], estimator: PoseEstimator,
                box: Sequence[float] | None = None,
                detector: Detector | None = None, who: str | int | None = None) -> Person | None:
    """The person that the video is about.

    Args:
        frames: Some frames of the video, uint8 RGB (H, W, 3).
        estimator: The pose estimator.
        box: A box that holds the person throughout; it is only measured then, not searched.
        detector: Finds people in a frame; the search is left to it then.
        who: Which of several, as :func:`~.people.choose` takes it.

    Returns:
        The person, or None if none is seen surely enough.
    """
    size = (frames[0].shape[1], frames[0].shape[0])
    if box is not None:
        box = Box(*map(float, box)).clamped(size)
        confidence, movement, _ = _look(frames, box, estimator)
        return Person(box, confidence, movement, 'given')
    few = [frames[i] for i in spread(len(frames), FRAMES_OF_A_PROPOSAL)]
    how, moving = 'found', []
    if detector is not None:
        how, people = 'detector', _people(few, _detected(few, detector), estimator)
    else:
        moving, middle = _moving(frames), few[len(few) // 2]
        for frame, heights in ((middle, _TILE_HEIGHTS), (few[0], _TILE_HEIGHTS),
                               (few[-1], _TILE_HEIGHTS), (middle, _SMALL_TILE_HEIGHTS)):
            people = _people(few, [*moving, *_best_tiles(frame, heights, estimator)], estimator)
            if people:
                break
    if not people:
        return None
    chosen = people[choose(people, size, who)]
    final = _refined(frames[::2], chosen.box, estimator) or chosen
    final = _widened(frames[::2], final, moving, estimator)
    return Person(final.box, final.confidence, final.movement, how, len(people) - 1)


def box_of(keypoints: np.ndarray, scores: np.ndarray, size: tuple[int, int]) -> Box | None:
    """The box around all keypoints (..., K, 2) seen in frames of this size that show a person; None
    if hardly any is."""
    there = seen(scores) & shows_person(scores)[..., None]
    if there.sum() < 0.25 * scores.size:
        return None
    box = Box.around(keypoints, there).clamped(size)
    return box if box.area else None


def _look(frames: Sequence[np.ndarray], box: Box,
          estimator: PoseEstimator) -> tuple[float, float, Box | None]:
    """Confidence, movement and the box around the keypoints seen."""
    crops = [cut_out(frame, box, estimator.margin, 2 * estimator.input_size[1])
             for frame in frames]
    keypoints, scores = estimator(crops, [box] * len(crops))
    best = np.argsort(-scores.mean(axis=1))[:math.ceil(_SHOWING * len(scores))]
    return (float(scores[best].mean()), movement_of(keypoints, box.longer),
            box_of(keypoints, scores, frames[0].shape[1::-1]))


def _people(frames: Sequence[np.ndarray], proposals: Sequence[Box],
            estimator: PoseEstimator) -> list[Person]:
    """The people to whom boxes lead, each once."""
    people: list[Person] = []
    for proposal in proposals:
        if not any(same(proposal, person.box) for person in people):
            person = _refined(frames, proposal, estimator)
            if person is not None:
                people.append(person)
    return _distinct(people)


def _widened(frames: Sequence[np.ndarray], person: Person, moving: Sequence[Box],
             estimator: PoseEstimator) -> Person:
    """The box with the moving parts that reach into it, if joints are seen as well there.

    Hands that leave the crop are not seen, and what is not seen does not widen the box. What moves
    may also be a barbell, which the box need not hold.
    """
    parts = [part for part in moving if part.common(person.box).area]
    if not parts:
        return person
    _, _, reached = _look(frames, person.box.union(*parts), estimator)
    if reached is None:
        return person
    box = person.box.union(reached)
    confidence, movement, _ = _look(frames, box, estimator)
    better = confidence > person.confidence - _LOSS
    return Person(box, confidence, movement, person.how) if better else person


def _refined(frames: Sequence[np.ndarray], box: Box,
             estimator: PoseEstimator) -> Person | None:
    """The person near a box, once the box around the keypoints stays; None if there is none."""
    best = None
    for _ in range(_REFINEMENTS):
        confidence, movement, found = _look(frames, box, estimator)
        # the later box is the better one, unless the person was lost on the way
        if best is None or confidence > best.confidence - _LOSS:
            best = Person(box, confidence, movement, 'found')
        if found is None or confidence < _HOPELESS or found.iou(box) > _STAYS:
            break
        box = found
    return best if best.confidence >= estimator.min_confidence else None


def _distinct(people: list[Person]) -> list[Person]:
    """Each person once, the surest box of each."""
    kept: list[Person] = []
    for person in sorted(people, key=lambda p: -p.confidence):
        if not any(same(person.box, other.box) for other in kept):
            kept.append(person)
    return kept


def same(a: Box, b: Box) -> bool:
    """Whether two boxes are of one person: a part of a person lies in the person's box."""
    return a.common(b).area > _SAME * min(a.area, b.area)


def tiles(size: tuple[int, int], heights: Sequence[float],
          shape: float = _TILE_SHAPE) -> Iterator[Box]:
    """Boxes of several sizes, half over each other, over a picture of a width and height.

    Args:
        size: Of the picture.
        heights: Of boxes, as shares of the picture's.
        shape: Width to height; a person's with some room if not given.
    """
    for share in heights:
        tall = min(share * size[1], size[0] / shape)  # in a portrait video the width decides
        tile = (tall * shape, tall)
        xs, ys = (np.linspace(0, side - length, min(
            math.ceil(2 * (side - length) / length) + 1, _MOST_TILES))
                  for side, length in zip(size, tile, strict=True))
        yield from (Box(x, y, x + tile[0], y + tile[1]) for x in xs.tolist() for y in ys.tolist())


def _best_tiles(frame: np.ndarray, heights: Sequence[float],
                estimator: PoseEstimator) -> list[Box]:
    windows = list(tiles((frame.shape[1], frame.shape[0]), heights))
    # a tile is where the crop ends, and not the joints: the box that the margin makes a tile of
    inwards = -estimator.margin / (1 + 2 * estimator.margin)
    crops = [cut_out(frame, tile, 0.0, 2 * estimator.input_size[1]) for tile in windows]
    scores = estimator(crops, [tile.expanded(inwards) for tile in windows])[1].mean(axis=1)
    kept: list[Box] = []
    for i in np.argsort(-scores):
        if (scores[i] >= _TILE_SCORE and len(kept) < _TILES_KEPT
                and all(windows[i].iou(other) < 0.5 for other in kept)):
            kept.append(windows[i])
    return kept


def one_picture(frames: Sequence[np.ndarray]) -> bool:
    """Whether several frames of a video show the same picture, as nothing that lives does."""
    return len(frames) > 1 and float(_changes(frames).max()) < _STILL_LEVELS


def _changes(frames: Sequence[np.ndarray]) -> np.ndarray:
    """How far small grey frames are from their temporal median at most, levels of 255, (H, W)."""
    height, width = frames[0].shape[:2]
    scale = _SMALL_SIDE / max(height, width)
    small = (max(8, round(width * scale)), max(8, round(height * scale)))
    grey = np.stack([cv2.cvtColor(cv2.resize(frame, small, interpolation=cv2.INTER_AREA),
                                  cv2.COLOR_RGB2GRAY) for frame in frames]).astype(np.int16)
    return np.abs(grey - np.median(grey, axis=0)).max(axis=0)


def _moving(frames: Sequence[np.ndarray]) -> list[Box]:
    """Boxes around what differs from the temporal median; none before a moving camera."""
    if len(frames) < 4:
        return []
    mask = (_changes(frames) > _MOVING_LEVELS).astype(np.uint8)
    if mask.mean() > 0.5:
        return []
    mask = cv2.dilate(mask, np.ones((5, 5), np.uint8))
    _, _, parts, _ = cv2.connectedComponentsWithStats(mask)
    parts = sorted(parts[1:].tolist(), key=lambda part: -part[4])[:3]
    to_video = PixelMap.of_box(Box.of_image(mask.shape[::-1]), frames[0].shape[1::-1])
    return [to_video.apply_box((x, y, x + w, y + h)) for x, y, w, h, area in parts
            if area > 0.003 * mask.size]


def _detected(frames: Sequence[np.ndarray], detector: Detector) -> list[Box]:
    """The union over frames of each person's boxes, people told apart by where they are."""
    unions: list[Box] = []
    for box in (Box(*found) for frame in frames for found in detector(frame).tolist()):
        near = next((i for i, union in enumerate(unions) if box.iou(union) > 0.2), None)
        if near is None:
            unions.append(box)
        else:
            unions[near] = unions[near].union(box)
    return unions
