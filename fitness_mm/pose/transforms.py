"""From a frame's labels to the network's input; the host's transforms do the rest.

Keypoints, boxes, centres and scales stay in pixels of the original image throughout, also where
frames come from a smaller clip file: only :class:`LabelledFrameAffine` knows how the frame in
memory lies in the original. So labels and predictions of a packed sample are in original pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.datasets.transforms import RandomFlip, TopdownAffine
from mmpose.registry import TRANSFORMS
from mmpose.structures.bbox import get_warp_matrix

from fitness_mm.aihub.frames import read_frames
from fitness_mm.keypoints.measures import STUDY_MARGIN, union_box


@TRANSFORMS.register_module()
class LoadLabelledFrame(BaseTransform):
    """Reads the frame, from the clip file if there is one.

    Required keys: ``index``, ``row``, ``frame_number``. Added keys: ``img`` (H, W, 3), uint8 RGB;
    ``frame_matrix`` (2, 3), from pixels of the original image to pixels of ``img``.
    """

    def transform(self, results: dict) -> dict:
        """Adds the frame.

        Raises:
            FrameError: If the image cannot be read.
        """
        frames, mapping = read_frames(results['index'], results['row'], [results['frame_number']])
        results['img'] = frames[0]
        (sx, sy), (ox, oy) = mapping.scale, mapping.offset
        results['frame_matrix'] = np.array([[sx, 0, ox], [0, sy, oy]], np.float64)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


@TRANSFORMS.register_module()
class FlipLabelledFrame(RandomFlip):
    """The host's horizontal flip for frames that show only a part of the original image.

    Required keys: ``frame_matrix`` and those of :class:`mmpose.datasets.RandomFlip`.
    """

    def __init__(self, prob: float = 0.5) -> None:
        super().__init__(prob=prob, direction='horizontal')

    def transform(self, results: dict) -> dict:
        """Flips frame, keypoints, box and centre, or nothing."""
        results = super().transform(results)
        if results['flip']:
            # x of the original becomes width - 1 - x, and so it is with x of the frame
            matrix = results['frame_matrix']
            matrix[0, 2] = (results['img'].shape[1] - 1
                            - matrix[0, 0] * (results['img_shape'][1] - 1) - matrix[0, 2])
        return results


@TRANSFORMS.register_module()
class UnionBoxCenterScale(BaseTransform):
    """The original study's crop: the box around all labelled joints of the clip-view, and more.

    Args:
        margin: Added on every side, as a fraction of the image height. The original study's
            200 px of 1080 are the default.

    Required keys: ``union_keypoints``, ``union_visible``, ``img_shape``. Added keys:
    ``bbox_center`` (1, 2) and ``bbox_scale`` (1, 2) in pixels of the original image.
    """

    def __init__(self, margin: float = STUDY_MARGIN) -> None:
        if margin < 0:
            raise ValueError(f'margin has to be at least 0, but got {margin}')
        self.margin = margin

    def transform(self, results: dict) -> dict:
        """Adds the box's centre and size."""
        x1, y1, x2, y2 = union_box(results['union_keypoints'], results['union_visible'],
                                   results['img_shape'], self.margin)
        results['bbox_center'] = np.array([[x1 + x2 - 1, y1 + y2 - 1]], np.float32) / 2
        results['bbox_scale'] = np.array([[x2 - x1, y2 - y1]], np.float32)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(margin={self.margin})'


@TRANSFORMS.register_module()
class LabelledFrameAffine(TopdownAffine):
    """The host's top-down crop, out of the frame in memory, with or without its aspect ratio.

    The mapping is the one that ``TopdownPoseEstimator`` inverts for predictions: the box's width
    becomes the input's, its height the input's. It fits codecs without UDP.

    Args:
        input_size: Width and height of the network's input in pixels.
        keep_ratio: Whether the box grows to the input's aspect ratio, as in the host. Otherwise
            it is squeezed into the input, as in the original study.

    Required keys: those of :class:`mmpose.datasets.TopdownAffine`, and ``frame_matrix``. Modified
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

        from_frame = cv2.invertAffineTransform(results['frame_matrix'])
        from_frame = matrix @ np.vstack([from_frame, (0, 0, 1)])
        results['img'] = cv2.warpAffine(results['img'], from_frame, (width, height),
                                        flags=cv2.INTER_LINEAR)
        results['transformed_keypoints'] = cv2.transform(results['keypoints'], matrix)
        results['input_size'] = (width, height)
        results['input_center'], results['input_scale'] = center, scale
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(input_size={self.input_size}, '
                f'keep_ratio={self.keep_ratio})')
