"""One sample = one clip-view of the AI Hub data set, for exercise recognition."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence

import numpy as np
import torch
from mmaction.registry import DATASETS
from mmengine.logging import print_log

from fitness_mm.aihub.catalog import MOVEMENTS, OTHER_MOVEMENT
from fitness_mm.aihub.frames import read_frames
from fitness_mm.aihub.index import FitnessIndex, select_exercises
from fitness_mm.engine.clip_view_dataset import ClipViewDataset
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.measures import person_box
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .predicted_keypoints import PredictedKeypoints


@DATASETS.register_module()
class FitnessClipDataset(ClipViewDataset):
    """Clip-views of an indexed AI Hub data root, with the exercise as class label.

    A sample's dict has the keys of MMAction2's pose pipelines (``keypoint`` (1, T, K, 2),
    ``keypoint_score`` (1, T, K), ``label``, ``modality``, ``num_clips``) for all labelled frames,
    plus ``frame_numbers`` (T,), ``clip``, ``view``, ``performer``, ``person_box`` around all joints
    of all these frames, and ``read_frames`` for :class:`LoadLabelledFrames`. ``keypoint`` is in
    pixels of the original image until then.

    ``gt_conditions``, an int8 tensor (P,), is the sample's truth for the posture conditions of all
    exercises of the data set, in the order of
    :func:`~fitness_mm.aihub.conditions.conditions_of`: 1 kept, 0 broken, and -1 for those of
    other exercises, those that its label does not give, and all of a quarantined type. They are
    named in ``metainfo['condition_names']``, a tuple of Korean names per class.

    Args:
        data_root: Folder with ``index.parquet``, as ``tools/data/prepare.py`` leaves it.
        pipeline: Transforms.
        exercises: See :func:`~fitness_mm.aihub.index.selection.select_exercises`; the position is
            the class label.
        min_frames: Clip-views with fewer labelled frames left are dropped.
        keypoints_from: A ``.npz`` record of held-out predictions, see
            :class:`~fitness_mm.action.data.predicted_keypoints.PredictedKeypoints`. They stand for
            the labels' keypoints, the network's confidence is their score, and frames without a
            prediction are left out.
        **kwargs: Those of :class:`~fitness_mm.engine.clip_view_dataset.ClipViewDataset`.
    """

    def __init__(self,
                 data_root: str,
                 pipeline: Sequence[dict],
                 exercises: str | Sequence[str] = 'study',
                 min_frames: int = 8,
                 keypoints_from: str | None = None,
                 **kwargs) -> None:
        selected = select_exercises(exercises)
        metainfo = {
            'classes': tuple(e.name for e in selected),
            'classes_ko': tuple(e.name_ko for e in selected),
            'condition_names': tuple(e.conditions for e in selected),
            'keypoints': KEYPOINTS,
            **(kwargs.pop('metainfo', None) or {})
        }
        self.keypoints_from = keypoints_from
        self.predicted = PredictedKeypoints(keypoints_from) if keypoints_from else None
        super().__init__(
            data_root=data_root, pipeline=pipeline, exercises=exercises, min_frames=min_frames,
            metainfo=metainfo, **kwargs)

    def _kept_frames(self, index: FitnessIndex, row: int) -> np.ndarray:
        kept = super()._kept_frames(index, row)
        if self.predicted is not None:
            predicted = self.predicted.frame_numbers(index.clip_view_id(row))
            kept = kept[np.isin(index.frame_numbers(row)[kept], predicted)]
        return kept

    def _prepare_samples(self) -> None:
        if self.predicted is not None:
            self._drop_short_predictions()
        listed = [e.index for e in self.exercises]
        other = OTHER_MOVEMENT in self.exercises  # which is what all that is not listed is
        label_of_exercise = np.full(len(MOVEMENTS), listed.index(OTHER_MOVEMENT.index) if other
                                    else -1)
        label_of_exercise[listed] = range(len(listed))
        self.labels = label_of_exercise[self.index.exercise]
        # where each class begins among the conditions, and their number
        *starts, total = np.cumsum([0, *(len(e.conditions) for e in self.exercises)])
        gt_conditions = np.full((len(self.labels), total), -1, np.int8)
        usable = np.flatnonzero(self.index.gt_conditions_usable
                                & np.isin(self.index.exercise, listed))
        position, number, truth = self.index.conditions_of(usable)
        rows = usable[position]
        gt_conditions[rows, np.array(starts)[self.labels[rows]] + number] = truth
        self.gt_conditions = torch.from_numpy(gt_conditions)  # (N, P)

    def _drop_short_predictions(self) -> None:
        num_kept = np.array(
            [len(self._kept_frames(self.index, row)) for row in range(len(self.index))])
        enough = num_kept >= self.min_frames
        if not enough.any():
            raise ArgumentError(
                f'{self.keypoints_from} has predictions for at least {self.min_frames} frames of '
                f'none of the {len(enough)} clip-views of {self.data_root}, '
                f'subset={self.subset!r}; make it from this data root, with all folds, or set '
                'min_frames lower')
        if not enough.all():
            print_log(f'{self.keypoints_from} has predictions for fewer than {self.min_frames} '
                      f'frames of {np.sum(~enough)} of {len(enough)} clip-views, '
                      f'subset={self.subset!r}; these are left out', logger='current',
                      level=logging.WARNING)
        self.index = self.index.select(enough)

    def __len__(self) -> int:
        """Number of clip-views."""
        return len(self.index)

    def get_data_info(self, idx: int) -> dict:
        """The sample's dict before the pipeline."""
        index = self.index
        kept = self._kept_frames(index, idx)
        numbers = index.frame_numbers(idx)[kept]  # (T,)
        clip_view = index.clip_view_id(idx)
        clip, _, view = clip_view.rpartition('_')
        if self.predicted is None:  # (T, K, 2) and (T, K)
            keypoint, score = index.keypoints(idx)[kept], index.visible(idx)[kept]
        else:
            frames = self.predicted.frames_of(clip_view, numbers)
            _, keypoint, score = self.predicted.labels_at(frames)
        img_shape = (int(index.value('image_height', idx)), int(index.value('image_width', idx)))
        return dict(
            sample_idx=idx,
            read_frames=functools.partial(read_frames, index, idx),
            clip=clip,
            view=view,
            performer=int(index.value('performer', idx)),
            label=int(self.labels[idx]),
            gt_conditions=self.gt_conditions[idx],
            frame_numbers=numbers,
            keypoint=keypoint[None],
            keypoint_score=score.astype(np.float32)[None],
            img_shape=img_shape,
            person_box=person_box(keypoint, score, img_shape[::-1]),
            modality='RGB',
            num_clips=1)

    def get_cat_ids(self, idx: int) -> list[int]:
        """Class label of a sample, for mmengine's ``ClassBalancedDataset``."""
        return [int(self.labels[idx])]

    def _keep_samples(self, positions: np.ndarray) -> None:
        self.index, self.labels = self.index.select(positions), self.labels[positions]
        self.gt_conditions = self.gt_conditions[positions]
