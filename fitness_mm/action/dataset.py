"""One sample = one clip-view of the AI Hub data set, for exercise recognition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmaction.registry import DATASETS

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.selection import select_exercises
from fitness_mm.aihub.skeleton import KEYPOINTS
from fitness_mm.engine.clip_view_dataset import ClipViewDataset


@DATASETS.register_module()
class FitnessClipDataset(ClipViewDataset):
    """Clip-views of an indexed AI Hub data root, with the exercise as class label.

    A sample's dict has the keys of MMAction2's pose pipelines (``keypoint`` (1, T, K, 2),
    ``keypoint_score`` (1, T, K), ``label``, ``modality``, ``num_clips``) for all labelled frames,
    plus ``frame_numbers`` (T,), ``clip``, ``view``, ``performer`` and what
    :class:`LoadLabelledFrames` needs to read the images. ``keypoint`` is in pixels of the original
    image until then.

    Args:
        data_root: Folder with ``index.parquet``, as ``tools/data/prepare.py`` leaves it.
        pipeline: Transforms.
        exercises: See :func:`~fitness_mm.aihub.selection.select_exercises`; the position is the
            class label.
        min_frames: Clip-views with fewer labelled frames left are dropped.
        **kwargs: Those of :class:`~fitness_mm.engine.clip_view_dataset.ClipViewDataset`.
    """

    def __init__(self,
                 data_root: str,
                 pipeline: Sequence[dict],
                 exercises: str | Sequence[str] = 'seed',
                 min_frames: int = 8,
                 **kwargs) -> None:
        selected = select_exercises(exercises)
        metainfo = {
            'classes': tuple(e.name for e in selected),
            'classes_ko': tuple(e.name_ko for e in selected),
            'keypoints': KEYPOINTS,
            **(kwargs.pop('metainfo', None) or {})
        }
        super().__init__(
            data_root=data_root, pipeline=pipeline, exercises=exercises, min_frames=min_frames,
            metainfo=metainfo, **kwargs)

    def _prepare_samples(self) -> None:
        label_of_exercise = np.full(len(EXERCISES), -1)
        label_of_exercise[[e.index for e in self.exercises]] = range(len(self.exercises))
        self.labels = label_of_exercise[self.index.exercise]

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

    def _keep_samples(self, positions: np.ndarray) -> None:
        self.index, self.labels = self.index.select(positions), self.labels[positions]
