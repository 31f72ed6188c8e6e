"""What the data sets of pose and action share: rows of the index, filtered, split and cleaned."""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from fitness_mm.aihub.disk.layout import parse_image_name
from fitness_mm.aihub.frames import FrameError
from fitness_mm.aihub.index import (
    SUBSETS,
    FitnessIndex,
    read_exclusions,
    select_exercises,
    select_rows,
)
from fitness_mm.errors import ArgumentError

from .pipeline_facts import steps_of
from .transforms import FrameLoading

# Even if a tenth of the images were broken, a worker would not meet as many one after the other.
_FEW = 10


class ClipViewDataset(BaseDataset):
    """Clip-views of an indexed AI Hub data root.

    It holds the index's arrays and row numbers; a subclass builds a sample's dict when asked.

    Args:
        data_root: Folder with ``index.parquet``, as ``tools/data/prepare.py`` leaves it.
        pipeline: Transforms.
        exercises: See :func:`~fitness_mm.aihub.index.selection.select_exercises`.
        views: Cameras to use, of A to E.
        split: ``performer`` folds, ``official`` folders or the original study's ``modulo``. The
            whole index is split before it is filtered, so that folds mean the same people
            everywhere.
        fold: Which fold is held out.
        num_folds: Number of folds.
        subset: ``train``, the held-out ``val``, or ``all``.
        excluded: JSON files with frames to leave out, as the anomaly filter writes them.
        min_frames: Clip-views with fewer labelled frames left are dropped.
        **kwargs: Those of :class:`mmengine.dataset.BaseDataset`.
    """

    def __init__(self,
                 data_root: str,
                 pipeline: Sequence[dict],
                 exercises: str | Sequence[str] = 'study',
                 views: Sequence[str] = ('A', 'B', 'C', 'D', 'E'),
                 split: str = 'performer',
                 fold: int = 0,
                 num_folds: int = 5,
                 subset: str = 'train',
                 excluded: Sequence[str] = (),
                 min_frames: int = 1,
                 **kwargs) -> None:
        if subset not in SUBSETS:
            raise ArgumentError(f'subset has to be one of {SUBSETS}, but got {subset!r}')
        self.exercises = select_exercises(exercises)
        self.views = tuple(views)
        self.split, self.fold, self.num_folds, self.subset = split, fold, num_folds, subset
        self.min_frames = min_frames
        self.excluded_frames = read_exclusions(excluded)
        self._failures = 0  # samples in a row
        super().__init__(data_root=data_root, pipeline=pipeline, serialize_data=False, **kwargs)

    def _join_prefix(self) -> None:
        """Nothing to join: paths come from the index."""

    def full_init(self) -> None:
        """Opens the index and selects this data set's rows.

        Raises:
            FileNotFoundError: If the data root has not been prepared.
            ArgumentError: If the filters leave nothing, or no images where frames are read.
        """
        if self._fully_initialized:
            return
        index = FitnessIndex.read(self.data_root)
        index = index.select(select_rows(index, self.exercises, self.views, self.subset,
                                         self.split, self.fold, self.num_folds))
        num_kept = index.num_frames
        if self.excluded_frames:
            num_kept = np.array([len(self._not_excluded(index, row)) for row in range(len(index))])
            left_out = index.num_frames - num_kept
            listed = sum(map(len, self.excluded_frames.values()))
            print_log(f'{left_out.sum()} of {index.num_frames.sum()} labelled frames in '
                      f'{(left_out > 0).sum()} clip-views of subset {self.subset!r} are left out '
                      f'(the lists have {listed}, those of other clip-views included)',
                      logger='current')
        self.index = index.select(num_kept >= self.min_frames)
        if not len(self.index):
            raise ArgumentError(
                f'no clip-view of {self.data_root} is left for subset={self.subset!r} of '
                f'split={self.split!r}, fold {self.fold} of {self.num_folds}, views '
                f'{self.views}, {len(self.exercises)} exercises and at least {self.min_frames} '
                'labelled frames; loosen one of them')
        if steps_of(self.pipeline, FrameLoading) and not self.index.column('num_images').any():
            raise ArgumentError(
                f'this pipeline reads images, and the index of {self.data_root} knows of none, '
                'because it was made with --labels-only; add the images and run prepare.py '
                'without it, or take a config that sees only keypoints')
        self._prepare_samples()
        self._fully_initialized = True
        self._unreadable = _shared_flags(len(self))
        if self._indices is not None:
            self.get_subset_(self._indices)

    def _prepare_samples(self) -> None:
        """What a subclass derives once from ``self.index``."""

    def _kept_frames(self, index: FitnessIndex, row: int) -> np.ndarray:
        """Positions of the labelled frames that make up the sample, shape (T,)."""
        return self._not_excluded(index, row)

    def _not_excluded(self, index: FitnessIndex, row: int) -> np.ndarray:
        numbers = index.frame_numbers(row)
        excluded = self.excluded_frames.get(index.clip_view_id(row), ())
        return np.flatnonzero(~np.isin(numbers, list(excluded)))

    def prepare_data(self, idx: int) -> dict | None:
        """The sample after the pipeline, or None in training if it cannot be had.

        A labelled frame whose image cannot be read is left out as if the image were missing, in
        training and in testing alike, which gives what an index gives that was made with
        ``prepare.py --check-images``. Where the sample is nothing without it, mmengine draws
        another in training; in testing every sample counts, and the error is raised.

        Raises:
            FrameError: In testing, if several samples one after the other cannot be had, or if
                images of more than a hundredth of all samples could not be read.
        """
        try:
            sample = super().prepare_data(idx)
        except FrameError as error:
            self._unreadable[idx] = True
            count, most = int(self._unreadable.sum()), max(_FEW, len(self) // 100)
            if count > most:
                raise FrameError(error.path, f'{error.what}; {count} of {len(self)} samples have '
                                 f'a file that cannot be read{_advice(error.path)}') from error
            left_out = self._leave_out(self._row(idx), error.path)
            if not left_out:
                self._failures += 1
                if self.test_mode:
                    raise FrameError(error.path, error.what + _advice(error.path)) from error
                if self._failures >= _FEW:
                    raise FrameError(error.path, f'{error.what}; none of the {_FEW} samples drawn '
                                     'last could be read, are the images still there?') from error
            done = 'the frame is left out' if left_out else 'another sample takes its place'
            print_log(f'{error}; {done} ({count} of {len(self)} samples have a file that cannot be '
                      f'read; more than {most} end this)', logger='current', level=logging.WARNING)
            return self.prepare_data(idx) if left_out else None
        self._failures = 0
        return sample

    def _leave_out(self, row: int, path: Path) -> bool:
        """Leaves out the labelled frame that an image file is of, unless no other is left."""
        _, number = parse_image_name(path.name) or ('', -1)
        kept = self.index.frame_numbers(row)[self._kept_frames(self.index, row)]
        if number not in kept or len(kept) == 1:
            return False
        clip_view = self.index.clip_view_id(row)
        excluded = self.excluded_frames.get(clip_view, frozenset())
        self.excluded_frames[clip_view] = excluded | {number}
        return True

    def _row(self, idx: int) -> int:
        """The row of the index that a sample is of."""
        return idx

    def _keep_samples(self, positions: np.ndarray) -> None:
        """Keeps the samples at these positions, in that order."""
        raise NotImplementedError

    def get_subset_(self, indices: Sequence[int] | int) -> None:
        """Keeps the samples at these positions; an int keeps the first, or last if negative."""
        if isinstance(indices, int):
            indices = np.arange(len(self))[:indices] if indices >= 0 else \
                np.arange(len(self))[indices:]
        self._keep_samples(np.asarray(indices))
        self._unreadable = _shared_flags(len(self))

    def get_subset(self, indices: Sequence[int] | int) -> ClipViewDataset:
        """A copy that shares the index's arrays and keeps the samples at these positions."""
        subset = copy.copy(self)
        subset.get_subset_(indices)
        return subset


def _advice(path: Path) -> str:
    """What to do about a broken file, as the end of a sentence; nothing about a missing root."""
    option = ('--check-images whole, which leaves broken images out of the index'
              if parse_image_name(path.name) else
              '--clips, which makes damaged clip files again' if path.suffix == '.mp4' else '')
    return f'; run tools/data/prepare.py again with {option}' if option else ''


def _shared_flags(count: int) -> torch.Tensor:
    """As many False, which a loader's worker processes set for each other to see."""
    return torch.zeros(count, dtype=torch.bool).share_memory_()
