"""Lists of labels to leave out, as the anomaly filter writes and training reads them.

Files of frames hold ``{clip-view id: [image numbers]}``; files of joints hold
``{clip-view id: {"image number": [joint names]}}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fitness_mm.errors import ArgumentError
from fitness_mm.json_files import read_json
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
    for _, clip_view, numbers in _entries(files, [int]):
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
    for file, clip_view, frames in _entries(files, {str: [str]}):
        joints_of = excluded.setdefault(clip_view, {})
        for number, joints in frames.items():
            if not re.fullmatch('[0-9]{1,7}', number):
                raise ArgumentError(f'{file}: {clip_view!r} has {number[:20]!r} where a frame '
                                    'number is expected')
            unknown = [joint for joint in joints if joint not in KEYPOINT_INDEX]
            if unknown:
                raise ArgumentError(f'{file}: frame {number} of {clip_view!r} has to list joints '
                                    f'by name, of {", ".join(KEYPOINT_INDEX)}; but has '
                                    f'{unknown[0][:60]!r}')
            joints_of[int(number)] = joints_of.get(int(number), frozenset()) | frozenset(joints)
    return excluded


def _entries(files: Iterable[str | Path], form: Any) -> Iterator[tuple[str | Path, str, Any]]:
    """File, clip-view id and value, of this form, of every entry of the files."""
    for file in [files] if isinstance(files, (str, Path)) else files:
        content = read_json(file, {str: form}, 'list of labels to leave out',
                            'tools/kfold.py, AnomalyFilterHook and tools/data/audit.py --flag '
                            'write them', ArgumentError)
        for clip_view, value in content.items():
            yield file, clip_view, value
