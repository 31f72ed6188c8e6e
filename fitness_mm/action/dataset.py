"""One sample = one clip-view of the AI Hub data set, for exercise recognition."""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence

import numpy as np
from mmaction.registry import DATASETS
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from fitness_mm.aihub.catalog import EXERCISES, SEED_EXERCISES, Exercise, exercise_by_name
from fitness_mm.aihub.exclusions import read_exclusions
from fitness_mm.aihub.frames import FrameError
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.skeleton import KEYPOINTS
from fitness_mm.aihub.splits import split_rows

SUBSETS = ('train', 'val', 'all')


def select_exercises(exercises: str | Sequence[str]) -> tuple[Exercise, ...]:
    """The exercises that a config names, in the order of their class labels.

    Args:
        exercises: ``seed`` for the original study's twelve, ``all`` for the catalogue's 41, or a
            list of English or Korean names.

    Raises:
        ValueError: If it is another word, empty or names an exercise twice.
        KeyError: If the catalogue has no such exercise.
    """
    if isinstance(exercises, str):
        sets = {'seed': SEED_EXERCISES, 'all': EXERCISES}
        if exercises not in sets:
            raise ValueError(f"exercises has to be 'seed', 'all' or a list of names, but got "
                             f'{exercises!r}')
        return sets[exercises]
    selected = tuple(exercise_by_name(name) for name in exercises)
    if not selected or len(set(selected)) < len(selected):
        raise ValueError(f'exercises has to name at least one exercise, each once, but got '
                         f'{list(exercises)}')
    return selected


@DATASETS.register_module()
class FitnessClipDataset(BaseDataset):
    """Clip-views of an indexed AI Hub data root, filtered and split.

    It holds the index's arrays and row numbers; a sample's dict is built when it is asked for.
    The dict has the keys of MMAction2's pose pipelines (``keypoint`` (1, T, K, 2),
    ``keypoint_score`` (1, T, K), ``label``, ``modality``, ``num_clips``) for all labelled frames,
    plus ``frame_numbers`` (T,), ``clip``, ``view``, ``performer`` and what
    :class:`LoadLabelledFrames` needs to read the images. ``keypoint`` is in pixels of the original
    image until then.

    Args:
        data_root: Folder with ``index.parquet``, as ``tools/data/prepare.py`` leaves it.
        pipeline: Transforms.
        exercises: See :func:`select_exercises`; the position is the class label.
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
                 exercises: str | Sequence[str] = 'seed',
                 views: Sequence[str] = ('A', 'B', 'C', 'D', 'E'),
                 split: str = 'performer',
                 fold: int = 0,
                 num_folds: int = 5,
                 subset: str = 'train',
                 excluded: Sequence[str] = (),
                 min_frames: int = 8,
                 **kwargs) -> None:
        if subset not in SUBSETS:
            raise ValueError(f'subset has to be one of {SUBSETS}, but got {subset!r}')
        self.exercises = select_exercises(exercises)
        self.views = tuple(views)
        self.split, self.fold, self.num_folds, self.subset = split, fold, num_folds, subset
        self.min_frames = min_frames
        self.excluded_frames = read_exclusions(excluded)
        metainfo = {
            'classes': tuple(e.name for e in self.exercises),
            'classes_ko': tuple(e.name_ko for e in self.exercises),
            'keypoints': KEYPOINTS,
            **(kwargs.pop('metainfo', None) or {})
        }
        super().__init__(
            data_root=data_root, pipeline=pipeline, metainfo=metainfo, serialize_data=False,
            **kwargs)

    def _join_prefix(self) -> None:
        """Nothing to join: paths come from the index."""

    def full_init(self) -> None:
        """Opens the index and selects this dataset's rows.

        Raises:
            FileNotFoundError: If the data root has not been prepared.
            ValueError: If the filters leave nothing.
        """
        if self._fully_initialized:
            return
        index = FitnessIndex.read(self.data_root)
        if self.subset == 'all':
            rows = np.arange(len(index))
        else:
            train, val = split_rows(index, self.split, self.fold, self.num_folds)
            rows = train if self.subset == 'train' else val
        index = index.select(np.sort(rows))

        label_of_exercise = np.full(len(EXERCISES), -1)
        label_of_exercise[[e.index for e in self.exercises]] = range(len(self.exercises))
        labels = label_of_exercise[index.exercise]
        wanted = (labels >= 0) & np.isin(index.view, self.views)
        index, labels = index.select(wanted), labels[wanted]

        num_kept = index.num_frames
        if self.excluded_frames:
            num_kept = np.array([len(self._kept_frames(index, row)) for row in range(len(index))])
        enough = num_kept >= self.min_frames
        self.index, self.labels = index.select(enough), labels[enough]
        if not len(self.index):
            raise ValueError(
                f'no clip-view of {self.data_root} is left for subset={self.subset!r} of '
                f'split={self.split!r}, fold {self.fold} of {self.num_folds}, views '
                f'{self.views}, {len(self.exercises)} exercises and at least {self.min_frames} '
                'labelled frames; loosen one of them')
        self._fully_initialized = True
        if self._indices is not None:
            self.get_subset_(self._indices)

    def _kept_frames(self, index: FitnessIndex, row: int) -> np.ndarray:
        """Positions of the labelled frames that no exclusion file names, shape (T,)."""
        numbers = index.frame_numbers(row)
        excluded = self.excluded_frames.get(index.clip_view_id(row), ())
        return np.flatnonzero(~np.isin(numbers, list(excluded)))

    def __len__(self) -> int:
        """Number of clip-views."""
        return len(self.index)

    def get_data_info(self, idx: int) -> dict:
        """The sample's dict before the pipeline."""
        index = self.index
        kept = self._kept_frames(index, idx)
        visible = index.visible(idx)[kept]  # (T, K)
        clip, _, view = index.clip_view_id(idx).rpartition('_')
        return dict(
            sample_idx=idx,
            index=index,
            row=idx,
            clip=clip,
            view=view,
            performer=int(index.value('performer', idx)),
            label=int(self.labels[idx]),
            frame_numbers=index.frame_numbers(idx)[kept],
            keypoint=index.keypoints(idx)[kept][None],
            keypoint_score=visible.astype(np.float32)[None],
            img_shape=(index.value('image_height', idx), index.value('image_width', idx)),
            modality='RGB',
            num_clips=1)

    def get_cat_ids(self, idx: int) -> list[int]:
        """Class label of a sample, for mmengine's ``ClassBalancedDataset``."""
        return [int(self.labels[idx])]

    def prepare_data(self, idx: int) -> dict | None:
        """The sample after the pipeline, or None in training if an image cannot be read.

        mmengine then draws another sample, so one broken file does not end a day's training. In
        testing every sample counts, and the error is raised.
        """
        try:
            return super().prepare_data(idx)
        except FrameError as error:
            if self.test_mode:
                raise
            print_log(f'{error}; another sample takes its place', logger='current',
                      level=logging.WARNING)
            return None

    def get_subset_(self, indices: Sequence[int] | int) -> None:
        """Keeps the samples at these positions; an int keeps the first, or last if negative."""
        if isinstance(indices, int):
            indices = np.arange(len(self))[:indices] if indices >= 0 else \
                np.arange(len(self))[indices:]
        indices = np.asarray(indices)
        self.index, self.labels = self.index.select(indices), self.labels[indices]

    def get_subset(self, indices: Sequence[int] | int) -> FitnessClipDataset:
        """A copy that shares the index's arrays and keeps the samples at these positions."""
        subset = copy.copy(self)
        subset.get_subset_(indices)
        return subset
