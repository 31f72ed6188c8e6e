"""Keypoints of many clips at once, for networks that see nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from mmaction.registry import DATASETS

from fitness_mm.keypoints.measures import seen

from .dataset import FitnessClipDataset
from .keypoint_batch import keypoint_batch


@DATASETS.register_module()
class FitnessKeypointDataset(FitnessClipDataset):
    """Clip-views, or clips with all their views, of an indexed AI Hub data root, a batch at a time.

    There is no pipeline: a batch is gathered from the index's arrays, and
    :class:`~fitness_mm.action.models.keypoint_preprocessor.KeypointDataPreprocessor` makes the rest
    of it on the model's device. torch's data loader asks for whole batches by itself, and the
    hosts' collate function leaves them as they are. ``dataset[i]`` is a batch of one.

    A batch is what :func:`~fitness_mm.action.data.keypoint_batch.keypoint_batch` makes, with
    ``gt_label`` (N,), ``gt_conditions`` (N, P), ``clip``, ``view`` and ``performer``. Frames of one
    number stand at the same place in all views of a clip.

    Args:
        data_root: As for :class:`~fitness_mm.action.data.dataset.FitnessClipDataset`.
        multiview: Whether a sample is a clip, with all of ``views`` that it has, in that order.
        **kwargs: Those of :class:`~fitness_mm.action.data.dataset.FitnessClipDataset`, without a
            pipeline.
    """

    def __init__(self, data_root: str, multiview: bool = False, **kwargs) -> None:
        self.multiview = multiview
        super().__init__(data_root=data_root, pipeline=(), **kwargs)

    def _prepare_samples(self) -> None:
        super()._prepare_samples()
        index = self.index
        if self.excluded_frames or self.predicted is not None:
            frames = [self._frames_of(row) for row in range(len(index))]
            self._counts = np.array([len(some) for some in frames])
            self._frames = np.concatenate(frames)
        else:
            self._counts, self._frames = index.num_frames, index.frames_of(np.arange(len(index)))
        self._starts = np.cumsum(self._counts) - self._counts
        self._sizes = np.stack([index.column('image_width'), index.column('image_height')], -1)
        self._rows = np.arange(len(index))[:, None]  # (N, V) of the index; -1: no such view
        if self.multiview:
            _, first, clip = np.unique(index.codes('clip'), return_index=True, return_inverse=True)
            self._rows = np.full((len(first), len(self.views)), -1)
            place = {view: v for v, view in enumerate(self.views)}
            self._rows[clip, [place[view] for view in index.view]] = np.arange(len(index))
            self.labels = self.labels[first]

    def _frames_of(self, row: int) -> np.ndarray:
        """Where the frames of a row are, among the labels or among the predictions."""
        kept = self._kept_frames(self.index, row)
        if self.predicted is None:
            return self.index.frames_of(np.array([row]))[kept]
        return self.predicted.frames_of(self.index.clip_view_id(row),
                                        self.index.frame_numbers(row)[kept])

    def __len__(self) -> int:
        """Number of samples."""
        return len(self._rows)

    def __getitem__(self, idx: int) -> dict:
        """A batch of one."""
        if not self._fully_initialized:
            self.full_init()
        return self._batch(np.array([idx]))

    def __getitems__(self, indices: Sequence[int]) -> list[dict]:
        """One batch, in a list."""
        if not self._fully_initialized:
            self.full_init()
        return [self._batch(np.asarray(indices))]

    def _batch(self, samples: np.ndarray) -> dict:
        rows = self._rows[samples]  # (N, V)
        counts = np.where(rows < 0, 0, self._counts[rows])
        steps = np.arange(counts.max())
        given = steps < counts[..., None]  # (N, V, T)
        places = self._starts[rows][..., None] + np.where(given, steps, 0)
        source = self.index if self.predicted is None else self.predicted
        numbers, points, scores = source.labels_at(self._frames[places])
        numbers[~given] = -1
        keypoints = np.empty((*scores.shape, 3), np.float32)
        keypoints[..., :2] = points  # (N, V, T, K, 2)
        keypoints[..., 2] = scores * given[..., None]
        sizes = self._sizes[rows]
        boxes = _boxes(keypoints, sizes)
        if (numbers != numbers[:, :1]).any():
            keypoints, numbers = _aligned(keypoints, numbers)
        row_of = rows.max(1)  # any that there is
        one = self.index.select(row_of)
        return keypoint_batch(
            keypoints, numbers, boxes, sizes,
            gt_label=torch.from_numpy(self.labels[samples]),
            gt_conditions=self.gt_conditions[row_of],
            clip=one.column('clip').tolist(),
            view=self._views_of(rows, one),
            performer=torch.from_numpy(one.performer))

    def _views_of(self, rows: np.ndarray, one) -> list[str]:
        """Letters of the views that each sample has."""
        if not self.multiview:
            return one.view.tolist()
        letters = np.where(rows >= 0, np.array(self.views), '')
        return [''.join(some) for some in letters]

    def get_data_info(self, idx: int) -> dict:
        """Label and origin of a sample."""
        sample = self[idx]['data_samples']
        return dict(label=int(sample.gt_label), clip=sample.clip[0], view=sample.view[0],
                    performer=int(sample.performer))

    def _keep_samples(self, positions: np.ndarray) -> None:
        self._rows, self.labels = self._rows[positions], self.labels[positions]


def _boxes(keypoints: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """What :func:`~fitness_mm.keypoints.measures.person_box` gives, of many clips, (N, V, 4)."""
    shown = seen(keypoints[..., 2]).reshape(*sizes.shape[:2], -1)  # (N, V, T * K)
    edges = []
    for axis in range(2):
        values = keypoints[..., axis].reshape(shown.shape)
        edges += [np.where(shown, values, np.inf).min(-1),
                  np.where(shown, values, -np.inf).max(-1) + 1]
    boxes = np.stack([edges[0], edges[2], edges[1], edges[3]], -1).astype(np.float64)
    nobody = ~shown.any(-1)
    boxes[nobody] = np.concatenate([np.zeros_like(sizes[nobody]), sizes[nobody]], -1)
    return boxes


def _aligned(keypoints: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frames of one number at the same place in all clips and views, with gaps where there are
    none."""
    every = np.unique(numbers[numbers >= 0])
    n, v, t = np.nonzero(numbers >= 0)
    place = n, v, np.searchsorted(every, numbers[n, v, t])
    shape = (*numbers.shape[:2], len(every))
    moved = np.zeros((*shape, *keypoints.shape[3:]), np.float32)
    moved_numbers = np.full(shape, -1)
    moved[place], moved_numbers[place] = keypoints[n, v, t], numbers[n, v, t]
    return moved, moved_numbers
