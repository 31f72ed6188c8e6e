"""From a frame's labels to the network's input; the host's transforms do the rest.

Keypoints, boxes, centres and scales stay in pixels of the original image throughout, also where
frames come from a smaller clip file: only :class:`LabelledFrameAffine` knows how the frame in
memory lies in the original. So labels and predictions of a packed sample are in original pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from mmpose.datasets.transforms import LoadImage, RandomFlip, TopdownAffine
from mmpose.registry import TRANSFORMS
from mmpose.structures.bbox import get_warp_matrix

from fitness_mm.engine.transforms import FrameLoading, PersonCrop
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.pixels import PixelMap


@TRANSFORMS.register_module()
class LoadLabelledFrame(FrameLoading):
    """Reads the frame.

    Required keys: ``read_frames``, ``frame_number``. Added keys: ``img`` (H, W, 3), uint8 RGB;
    ``frame_map``, the :class:`~fitness_mm.keypoints.pixels.PixelMap` from the original image to it.

    MMPose's own inferencers give ``img``, in BGR, or ``img_path``, and a detector's ``bbox`` of a
    person, which then is ``person_box``.
    """

    def transform(self, results: dict) -> dict:
        """Adds the frame.

        Raises:
            FrameError: If the image cannot be read.
        """
        if 'read_frames' not in results:
            results = LoadImage().transform(results)
            results['img'] = np.ascontiguousarray(results['img'][..., ::-1])
            results['frame_map'] = PixelMap()
            results['person_box'] = Box(*(np.asarray(results['bbox'][0]) + 0.5).tolist())
            return results
        (results['img'], ), results['frame_map'] = self.read(results, [results['frame_number']])
        return results


@TRANSFORMS.register_module()
class FlipLabelledFrame(RandomFlip):
    """The host's horizontal flip for frames that show only a part of the original image.

    Required keys: ``frame_map`` and those of :class:`mmpose.datasets.RandomFlip`.
    """

    def __init__(self, prob: float = 0.5) -> None:
        super().__init__(prob=prob, direction='horizontal')

    def transform(self, results: dict) -> dict:
        """Flips frame, keypoints, box and centre, or nothing."""
        results = super().transform(results)
        if results['flip']:
            results['frame_map'] = results['frame_map'].mirrored(results['img_shape'][1],
                                                                 results['img'].shape[1])
        return results


@TRANSFORMS.register_module()
class UnionBoxCenterScale(PersonCrop):
    """The original study's crop: the box around all of a clip-view's joints, and more.

    Required keys: those of :class:`~fitness_mm.engine.transforms.PersonCrop`. Added keys:
    ``bbox_center`` (1, 2) and ``bbox_scale`` (1, 2) in pixels of the original image.
    """

    def transform(self, results: dict) -> dict:
        """Adds the crop's centre and size."""
        crop = self.crop(results)
        results['bbox_center'] = np.array([crop.centre], np.float32)
        results['bbox_scale'] = np.array([crop.size], np.float32)
        return results


@TRANSFORMS.register_module()
class LabelledFrameAffine(TopdownAffine):
    """The host's top-down crop, out of the frame in memory, with or without its aspect ratio.

    The mapping is the one that ``TopdownPoseEstimator`` inverts for predictions: the box's width
    becomes the input's, its height the input's. It fits codecs without UDP.

    Args:
        input_size: Width and height of the network's input in pixels.
        keep_ratio: Whether the box grows to the input's aspect ratio, as in the host. Otherwise
            it is squeezed into the input, as in the original study.

    Required keys: those of :class:`mmpose.datasets.TopdownAffine`, and ``frame_map``. Modified
    and added keys: the host's.
    """

    def __init__(self, input_size: tuple[int, int], keep_ratio: bool = True) -> None:
        super().__init__(input_size=input_size)
        self.keep_ratio = keep_ratio

    def transform(self, results: dict) -> dict:
        """Makes the input and moves the keypoints into it."""
        width, height = self.input_size
        if self.keep_ratio:
            results['bbox_scale'] = self._fix_aspect_ratio(results['bbox_scale'], width / height)
        center, scale = results['bbox_center'][0], results['bbox_scale'][0]
        rotation = results['bbox_rotation'][0] if 'bbox_rotation' in results else 0.0
        matrix = get_warp_matrix(center, scale, rotation, (width, height), fix_aspect_ratio=False)

        from_frame = matrix @ np.vstack([results['frame_map'].inverse().matrix, (0, 0, 1)])
        results['img'] = cv2.warpAffine(results['img'], from_frame, (width, height),
                                        flags=cv2.INTER_LINEAR)
        if 'keypoints' in results:
            results['transformed_keypoints'] = cv2.transform(results['keypoints'], matrix)
        results['input_size'] = (width, height)
        results['input_center'], results['input_scale'] = center, scale
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(input_size={self.input_size}, '
                f'keep_ratio={self.keep_ratio})')
