"""Where a track leaps to somebody else or to another scene, and what of it is one person's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fitness_mm.keypoints.measures import seen, shows_person

from .track import Track

_LEAP, _SPEED, _FARTHEST = 0.15, 1.8, 0.6
"""Longer sides of the person: what half of the joints may go at once, in a second more, and more at
most, however long nobody is seen. 1.8 a second are 3 m/s of somebody upright."""

_GROWTH = 1.7  # of the joints' spread, from one frame to the next
_FEWEST_JOINTS = 6


def longest_stretch(track: Track, cuts: Sequence[int] = ()) -> tuple[Track, float]:
    """A track of which only one person in one scene is left, for as long as can be.

    A track is parted where another scene begins, and where the body is suddenly elsewhere or of
    another size: an estimator went over to somebody else. What goes on in the same scene where the
    longest part ended belongs to it.

    Args:
        track: A person's, or several's.
        cuts: Positions at which another scene begins.

    Returns:
        The track, in which nobody is seen outside of that, and the seconds that were left out.
    """
    shown = np.flatnonzero(shows_person(track.scores))
    scenes = np.split(shown, np.searchsorted(shown, cuts))
    there = max((_longest(track, scene) for scene in scenes), key=len)
    if len(there) == len(shown):
        return track, 0.0
    left_out = (len(shown) - len(there)) * float(np.median(np.diff(track.times)))
    return Track.seen_at(track.times, there, list(zip(
        track.keypoints[there], track.scores[there], strict=True))), left_out


def _longest(track: Track, shown: np.ndarray) -> np.ndarray:
    """Frames of one person, of those of a scene that show one."""
    parts = np.split(shown, [i for i in range(1, len(shown))
                             if _leaps(track, shown[i - 1], shown[i])])
    longest = max(range(len(parts)), key=lambda i: len(parts[i]))
    kept = [parts[longest]]
    for part in parts[longest + 1:]:
        if not _leaps(track, kept[-1][-1], part[0]):
            kept.append(part)
    for part in reversed(parts[:longest]):
        if not _leaps(track, part[-1], kept[0][0]):
            kept.insert(0, part)
    return np.concatenate(kept)


def _leaps(track: Track, before: int, behind: int) -> bool:
    """Whether the body of one frame cannot be that of a later one."""
    both = (seen(track.scores[before]) & seen(track.scores[behind]))
    if both.sum() < _FEWEST_JOINTS:
        return False
    a, b = track.keypoints[before][both], track.keypoints[behind][both]  # (J, 2)
    size = max(np.ptp(a, axis=0).max(), np.ptp(b, axis=0).max(), 1e-6)
    far = np.median(np.linalg.norm(a - b, axis=-1)) / size
    seconds = track.times[behind] - track.times[before]
    growth = (b.std(axis=0).sum() + 1e-6) / (a.std(axis=0).sum() + 1e-6)
    return bool(far > _LEAP + min(_SPEED * seconds, _FARTHEST)
                or (max(growth, 1 / growth) > _GROWTH and seconds < 0.5))
