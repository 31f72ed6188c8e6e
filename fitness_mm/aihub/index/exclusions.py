"""Lists of labels to leave out, as the anomaly filter writes and training reads them.

Files of frames hold ``{clip-view id: [image numbers]}``; files of joints hold
``{clip-view id: {"image number": [joint names]}}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX


def read_exclusions(files: Iterable[str | Path]) -> dict[str, frozenset[int]]:
    """Joins exclusion files of whole frames.

    Args:
        files: JSON objects of clip-view id to a list of image numbers (1, 3, ... 31). A single
            path is taken as a list of one.

    Returns:
        Clip-view id to the image numbers that any of the files names.

    Raises:
        ArgumentError: If a file is missing or not such an object.
    """
    excluded: dict[str, frozenset[int]] = {}
    for file, clip_view, numbers in _entries(files, 'a list of frame numbers'):
        if not isinstance(numbers, list) or not all(type(n) is int for n in numbers):
            raise ArgumentError(f'{file}: {clip_view!r} has to list frame numbers as integers, '
                                f'but has {str(numbers)[:60]}')
        excluded[clip_view] = excluded.get(clip_view, frozenset()) | frozenset(numbers)
    return excluded


def read_joint_exclusions(
        files: Iterable[str | Path]) -> dict[str, dict[int, frozenset[str]]]:
    """Joins exclusion files of single joints.

    Args:
        files: JSON objects of clip-view id to an object of image number to a list of joint
            names, e.g. ``{"017-1-1-01-Z3_A": {"5": ["Left Knee", "Left Foot"]}}``. A single path
            is taken as a list of one.

    Returns:
        Clip-view id to image number to the joints that any of the files names.

    Raises:
        ArgumentError: If a file is missing or not such an object, or a name is none of the 24
            keypoints'.
    """
    excluded: dict[str, dict[int, frozenset[str]]] = {}
    for file, clip_view, frames in _entries(files, 'an object of frame number to joint names'):
        if not isinstance(frames, dict):
            raise ArgumentError(f'{file}: {clip_view!r} has to be an object of frame number to '
                                f'joint names, but has {str(frames)[:60]}')
        joints_of = excluded.setdefault(clip_view, {})
        for number, joints in frames.items():
            if not re.fullmatch('[0-9]{1,7}', number):
                raise ArgumentError(f'{file}: {clip_view!r} has {number[:20]!r} where a frame '
                                    'number is expected')
            unknown = ([j for j in joints if not isinstance(j, str) or j not in KEYPOINT_INDEX]
                       if isinstance(joints, list) else [joints])
            if unknown:
                raise ArgumentError(f'{file}: frame {number} of {clip_view!r} has to list joints '
                                    f'by name, of {", ".join(KEYPOINT_INDEX)}; but has '
                                    f'{str(unknown[0])[:60]!r}')
            joints_of[int(number)] = joints_of.get(int(number), frozenset()) | frozenset(joints)
    return excluded


def _entries(files: Iterable[str | Path], what: str) -> Iterator[tuple[str | Path, str, object]]:
    """File, clip-view id and value of every entry of the files."""
    if isinstance(files, (str, Path)):
        files = [files]
    for file in files:
        try:
            content = orjson.loads(Path(file).read_bytes())
        except FileNotFoundError:
            raise ArgumentError(f'there is no {file}; tools/kfold.py, AnomalyFilterHook and '
                                'tools/data/audit.py --flag write lists of labels to leave '
                                'out') from None
        except orjson.JSONDecodeError as error:
            raise ArgumentError(f'{file}: not JSON ({error}); expected an object of clip-view id '
                                f'to {what}') from None
        if not isinstance(content, dict):
            raise ArgumentError(f'{file}: expected an object of clip-view id to {what}, but got a '
                                f'{type(content).__name__}')
        for clip_view, value in content.items():
            yield file, clip_view, value
