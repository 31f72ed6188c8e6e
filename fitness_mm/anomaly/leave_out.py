"""Puts exclusion files into the settings of a data loader, and counts what they keep out."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fitness_mm.errors import ArgumentError

from .lookup import rows_of_clip_views


def with_exclusions(settings: Mapping[str, Any], dataset: Any, frames: Sequence[str],
                    joints: Sequence[str]) -> dict[str, Any]:
    """A copy of a data loader's settings whose data sets leave out what files list.

    Files that the settings name already stay. Data sets inside wrappers (``RepeatDataset``,
    ``ConcatDataset``) are found.

    Args:
        settings: Settings of the data loader.
        dataset: The data set that was built from them.
        frames: Files of frames.
        joints: Files of joints.

    Raises:
        ArgumentError: If a data set cannot leave out frames, or joints.
    """
    for inner in _innermost(dataset):
        for files, attribute, argument in ((frames, 'excluded_frames', 'excluded'),
                                           (joints, 'excluded_joints', 'excluded_joints')):
            if files and not hasattr(inner, attribute):
                raise ArgumentError(f'{type(inner).__name__} has no argument {argument!r}; use '
                                    'FitnessPoseDataset')
    changed = copy.deepcopy(settings)
    for inner in _innermost_settings(changed['dataset']):
        if frames:
            inner['excluded'] = [*_as_list(inner.get('excluded', ())), *frames]
        if joints:
            inner['excluded_joints'] = [*_as_list(inner.get('excluded_joints', ())), *joints]
    return changed


def count_left_out(before: Any, after: Any, frames: Mapping[str, frozenset[int]],
                   joints: Mapping[str, Mapping[int, frozenset[str]]]) -> str:
    """One sentence: what the files keep out of a data set.

    Args:
        before: The data set without the files.
        after: The data set with them.
        frames: Clip-view to image numbers, of all files.
        joints: Clip-view to image number to joints, of all files.
    """
    num_frames = num_clip_views = num_joints = 0
    for dataset in _innermost(before):
        index = dataset.index
        for clip_view, row in rows_of_clip_views(index, {*frames, *joints}).items():
            labelled = set(index.frame_numbers(row).tolist())
            left_out = labelled & frames.get(clip_view, frozenset())
            num_frames += len(left_out)
            num_clip_views += bool(left_out)
            num_joints += sum(len(names) for number, names in joints.get(clip_view, {}).items()
                              if number in labelled - left_out)
    listed = sum(map(len, frames.values()))
    return (f'{num_frames} labelled frames in {num_clip_views} clip-views and {num_joints} single '
            f'joints are left out of training (the files list {listed} frames, held-out ones '
            f'included); {len(before)} samples an epoch became {len(after)}')


def _innermost(dataset: Any) -> Iterator[Any]:
    if hasattr(dataset, 'datasets'):
        for inner in dataset.datasets:
            yield from _innermost(inner)
    elif hasattr(dataset, 'dataset'):
        yield from _innermost(dataset.dataset)
    else:
        yield dataset


def _innermost_settings(settings: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if 'datasets' in settings:
        for inner in settings['datasets']:
            yield from _innermost_settings(inner)
    elif 'dataset' in settings:
        yield from _innermost_settings(settings['dataset'])
    else:
        yield settings


def _as_list(files: str | Sequence[str]) -> list[str]:
    return [files] if isinstance(files, str) else list(files)
