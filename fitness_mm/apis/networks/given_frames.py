"""Frames that are in memory, for pipelines made for the data set's files."""

from __future__ import annotations

import cv2
import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from fitness_mm.aihub.frames import FrameTransform
from fitness_mm.apis.video.crops import Crop


@TRANSFORMS.register_module()
class LoadGivenFrames(BaseTransform):
    """What :class:`~fitness_mm.action.LoadLabelledFrames` does, from crops in memory.

    Where a crop does not reach to the edge of ``crop_box``, its own edge is taken.

    Required keys: ``crops``, a dict from frame number to
    :class:`~fitness_mm.apis.video.crops.Crop`;
    ``frame_numbers``, ``keypoint``; optional: ``crop_box``. Added keys: ``imgs``, a list of
    (H, W, 3) uint8 RGB frames of one size; ``original_shape``. Modified keys: ``keypoint``,
    ``img_shape``.
    """

    def transform(self, results: dict) -> dict:
        """Adds the frames and moves the keypoints into them."""
        images, keypoints = [], np.array(results['keypoint'], np.float32)  # (1, T, K, 2)
        for t, number in enumerate(results['frame_numbers']):
            image, mapping = _part(results['crops'][int(number)], results.get('crop_box'))
            images.append(image)
            keypoints[0, t] = mapping.apply(keypoints[0, t]) + np.float32(0.5)
        shape = images[0].shape[:2]
        for t, image in enumerate(images):
            if image.shape[:2] != shape:  # the box was moved in between
                scale = np.float32([shape[1] / image.shape[1], shape[0] / image.shape[0]])
                images[t] = cv2.resize(image, shape[::-1], interpolation=cv2.INTER_AREA)
                keypoints[0, t] *= scale
        results['imgs'], results['keypoint'] = images, keypoints
        results['img_shape'] = results['original_shape'] = shape
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


def _part(crop: Crop, box: tuple[int, ...] | None) -> tuple[np.ndarray, FrameTransform]:
    """The part of a crop in a box of the video, and how pixels of the video map to it."""
    if box is None:
        return crop.image, crop.mapping
    height, width = crop.image.shape[:2]
    low, high = crop.mapping.apply(np.reshape(box, (2, 2)) - 0.5) + 0.5
    x1, y1 = np.clip(np.floor(low), 0, [width - 1, height - 1]).astype(int).tolist()
    x2, y2 = np.clip(np.ceil(high), [x1 + 1, y1 + 1], [width, height]).astype(int).tolist()
    return crop.image[y1:y2, x1:x2], crop.mapping.cropped(x1, y1)

