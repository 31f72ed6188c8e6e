"""The frames that a report shows: where a fault is strongest, and how a repetition looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from fitness_mm.apis.result import Inference, Verdict
from fitness_mm.apis.video.crops import cut_out, framing_of
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

from .picture import draw_person

_HEIGHT = 420
_MARGIN = 0.1


@dataclass(frozen=True, eq=False)
class KeyFrame:
    """A drawn frame around the person.

    Attributes:
        image: uint8 RGB (H, W, 3).
        time: Seconds.
        fault: The fault it shows; None for a frame of a repetition.
        part: ``start`` or ``turn`` of a repetition; '' for a fault.
    """

    image: np.ndarray
    time: float
    fault: Verdict | None
    part: str = ''


def key_times(result: Inference) -> list[float]:
    """Seconds at which frames are wanted."""
    return [time for time, _, _ in _wanted(result)]


def key_frames(result: Inference, found: Mapping[float, np.ndarray]) -> list[KeyFrame]:
    """The key frames out of the frames found at :func:`key_times`."""
    return [KeyFrame(_drawn(result, found[time], time, fault), time, fault, part)
            for time, fault, part in _wanted(result) if time in found]


def _wanted(result: Inference) -> list[tuple[float, Verdict | None, str]]:
    wanted: list[tuple[float, Verdict | None, str]] = []
    for verdict in result.faults:
        if verdict.evidence is not None:
            wanted.append((verdict.evidence.time, verdict, ''))
        elif verdict.ranges:
            wanted.append((sum(verdict.ranges[0]) / 2, verdict, ''))
    if result.repetitions:
        shown = result.repetitions[len(result.repetitions) // 2]
        wanted += [(shown.start, None, 'start'), (shown.turn, None, 'turn')]
    return wanted


def _drawn(result: Inference, image: np.ndarray, time: float,
           fault: Verdict | None) -> np.ndarray:
    box, size = result.person.box, result.size
    crop = cut_out(image, box, _MARGIN, 10**6, framing_of(box, size))
    scale = _HEIGHT / crop.image.shape[0]
    picture = cv2.resize(crop.image, None, fx=scale, fy=scale,
                         interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    person = result.track.at(np.array([time]))
    points = (crop.mapping.apply(person.keypoints[0]) + 0.5) * scale - 0.5
    marked = () if fault is None or fault.evidence is None else tuple(
        KEYPOINT_INDEX[name] for name, _ in fault.evidence.joints)
    draw_person(picture, points, person.scores[0], marked, thickness=2.2)
    return picture
