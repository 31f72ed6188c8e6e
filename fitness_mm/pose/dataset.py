"""One sample = one labelled frame of one clip-view, for pose estimation."""

from __future__ import annotations

import copy
import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmengine.logging import print_log
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import DATASETS

from fitness_mm.aihub.catalog import MOVEMENTS
from fitness_mm.aihub.export.coco import CATEGORY_ID, frame_id
from fitness_mm.aihub.frames import read_frames
from fitness_mm.aihub.index import read_joint_exclusions
from fitness_mm.engine.clip_view_dataset import ClipViewDataset
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.box import outline
from fitness_mm.keypoints.measures import person_box, torso_length_px
from fitness_mm.keypoints.sigmas import read_sigmas
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

from .metainfo import METAINFO, fitness_metainfo

FRAME_MODES = ('random', 'first', 'all')
BOX_MODES = ('clip', 'frame')

_META_FOR_PIPELINE = ('dataset_name', 'upper_body_ids', 'lower_body_ids', 'flip_pairs',
                      'dataset_keypoint_weights', 'flip_indices', 'skeleton_links')


@DATASETS.register_module()
class FitnessPoseDataset(ClipViewDataset):
    """Labelled frames of an indexed AI Hub data root, as top-down pose samples.

    No COCO file: a sample's dict is built from the index when it is asked for. It has the keys of
    MMPose's top-down pipelines, all in pixels of the original image with pixel centres at
    integers: ``keypoints`` (1, K, 2), ``keypoints_visible`` (1, K), ``bbox`` (1, 4),
    ``img_shape``; ``person_box`` around all joints of the clip-view's frames, for
    :class:`UnionBoxCenterScale`; ``id`` and ``img_id`` as
    ``tools/data/export_coco.py`` writes them, for MMPose's ``CocoMetric``; ``clip_view``,
    ``frame_number``, ``view``,
    ``performer``, ``exercise``, ``day`` and ``torso``, the median torso length of the clip-view's
    labels in pixels; and ``read_frames`` for :class:`LoadLabelledFrame`.

    The crop comes from labels in testing too. They may be wrong, and then the crop is, so a box
    around the whole clip-view, which one wrong frame can only enlarge, is the default.

    Args:
        data_root: Folder with ``index.parquet``, as ``tools/data/prepare.py`` leaves it.
        pipeline: Transforms.
        frames: ``random``: a sample per clip-view, its frame drawn anew every time; ``first``: a
            sample per clip-view, its first frame; ``all``: a sample per labelled frame.
        bbox: Whether ``bbox`` is the box of the joints of the whole ``clip`` or of the ``frame``.
        excluded_joints: JSON files with joints to leave out; see
            :func:`~fitness_mm.aihub.index.exclusions.read_joint_exclusions`. They become
            invisible, so that the loss and the metrics do not count them.
        sigmas: JSON file of ``tools/data/keypoint_sigmas.py`` for OKS-based metrics; COCO's
            numbers if None.
        **kwargs: Those of :class:`~fitness_mm.engine.clip_view_dataset.ClipViewDataset`.
    """

    METAINFO = METAINFO  # where the hosts' inferencers look

    def __init__(self,
                 data_root: str,
                 pipeline: Sequence[dict],
                 frames: str = 'random',
                 bbox: str = 'clip',
                 excluded_joints: Sequence[str] = (),
                 sigmas: str | None = None,
                 **kwargs) -> None:
        if frames not in FRAME_MODES:
            raise ArgumentError(f'frames has to be one of {FRAME_MODES}, but got {frames!r}')
        if bbox not in BOX_MODES:
            raise ArgumentError(f'bbox has to be one of {BOX_MODES}, but got {bbox!r}')
        self.frames, self.bbox = frames, bbox
        self.excluded_joints = read_joint_exclusions(excluded_joints)
        metainfo = fitness_metainfo() if sigmas is None else fitness_metainfo(read_sigmas(sigmas))
        super().__init__(data_root=data_root, pipeline=pipeline, metainfo=metainfo, **kwargs)

    @classmethod
    def _load_metainfo(cls, metainfo: dict) -> dict:
        return parse_pose_metainfo(metainfo)

    def _prepare_samples(self) -> None:
        index = self.index
        self._days = index.column('day')
        self._rows = np.arange(len(index))
        self._positions = np.zeros(len(index), np.int64)  # among a row's kept frames
        if self.frames == 'all':
            counts = index.num_frames
            if self.excluded_frames:
                counts = np.array([len(self._kept_frames(index, i)) for i in range(len(index))])
            self._rows = np.repeat(self._rows, counts)
            starts = np.cumsum(counts) - counts
            self._positions = np.arange(counts.sum()) - np.repeat(starts, counts)
        if self.excluded_joints:
            count = sum(
                len(self.excluded_joints.get(index.clip_view_id(row), {}).get(number, ()))
                for row in range(len(index))
                for number in index.frame_numbers(row)[self._kept_frames(index, row)].tolist())
            print_log(f'{count} single joints in frames of subset {self.subset!r} are left out',
                      logger='current')

    def __len__(self) -> int:
        """Number of clip-views, or of labelled frames with ``frames='all'``."""
        return len(self._rows)

    def get_data_info(self, idx: int) -> dict:
        """The sample's dict before the pipeline."""
        index, row = self.index, self._row(idx)
        kept = self._kept_frames(index, row)
        position = (np.random.randint(len(kept)) if self.frames == 'random'
                    else self._positions[idx])
        numbers = index.frame_numbers(row)[kept]
        clip_view = index.clip_view_id(row)
        all_keypoints = index.keypoints(row)[kept]  # (T, K, 2)
        all_visible = self._visible(clip_view, numbers, index.visible(row)[kept])
        keypoints = all_keypoints[position][None].copy()
        visible = all_visible[position][None].copy()
        img_shape = (int(index.value('image_height', row)), int(index.value('image_width', row)))
        person = person_box(all_keypoints, all_visible, img_shape[::-1])
        box = person_box(keypoints, visible, img_shape[::-1]) if self.bbox == 'frame' else person
        number = int(numbers[position])
        identity = frame_id(clip_view, number)
        return dict(
            sample_idx=idx,
            id=identity,
            img_id=identity,
            category_id=CATEGORY_ID,
            read_frames=functools.partial(read_frames, index, row),
            row=row,
            img_path=str(index.image_path(row, number)),
            img_shape=img_shape,
            ori_shape=img_shape,
            clip_view=clip_view,
            frame_number=number,
            view=clip_view.rpartition('_')[2],
            performer=int(index.value('performer', row)),
            exercise=MOVEMENTS[int(index.value('exercise', row))].name,
            day=str(self._days[row]),
            torso=torso_length_px(all_keypoints, all_visible),
            keypoints=keypoints,
            keypoints_visible=visible,
            person_box=person,
            bbox=outline(box)[None].astype(np.float32),
            bbox_score=np.ones(1, np.float32),
            **{key: copy.deepcopy(self._metainfo[key]) for key in _META_FOR_PIPELINE})

    def _row(self, idx: int) -> int:
        return int(self._rows[idx])

    def _leave_out(self, row: int, path: Path) -> bool:
        return self.frames != 'all' and super()._leave_out(row, path)

    def _visible(self, clip_view: str, numbers: np.ndarray,
                 visible: np.ndarray) -> np.ndarray:
        """Visibility without the excluded joints, float32 (T, K)."""
        visible = visible.astype(np.float32)
        excluded = self.excluded_joints.get(clip_view, {})
        for t, number in enumerate(numbers.tolist()):
            for joint in excluded.get(number, ()):
                visible[t, KEYPOINT_INDEX[joint]] = 0
        return visible

    def _keep_samples(self, positions: np.ndarray) -> None:
        self._rows, self._positions = self._rows[positions], self._positions[positions]
