"""From a clip-view's labels to its frames and keypoints; the host's transforms take over there.

Keypoints come in as pixel indices, the labels' convention (a pixel's centre is at an integer).
:class:`LoadLabelledFrames` adds half a pixel: from there on pixel i covers [i, i + 1), which is
what makes the host's Resize (x * scale), crops (x - offset) and Flip (width - x) exact.
"""

from __future__ import annotations

import numpy as np
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from fitness_mm.aihub.frames import read_frames
from fitness_mm.keypoints.measures import STUDY_MARGIN, union_box


@TRANSFORMS.register_module()
class SampleLabelledFrames(BaseTransform):
    """Chooses labelled frames of a clip-view.

    The labelled frames are a sparse sampling over several repetitions, so eight consecutive ones
    see about half of the clip and eight uniform ones all of it.

    Args:
        num_frames: Frames to take; a clip-view with fewer repeats its last.
        mode: ``consecutive`` (the original study's) or ``uniform``, one from each of
            ``num_frames`` equal segments.
        random: Whether start or place in the segment are drawn. Otherwise one clip of consecutive
            frames starts at the first, one of uniform frames takes the segments' middles, and
            several are spread evenly: starts from first to last, places within the segments.
        num_clips: Clips of ``num_frames`` to take, one after the other along T; the head averages
            their scores.

    Required keys: ``frame_numbers`` (T,), ``keypoint`` (1, T, K, 2), ``keypoint_score``.
    Modified keys: the same, with T = ``num_clips`` x ``num_frames``. Added keys:
    ``union_keypoint`` (1, T, K, 2) and ``union_score`` of all labelled frames, for
    :class:`CropToUnionBox`; ``frame_mask``, bool tensor (T,), False for a repeat of the frame
    before; ``clip_len`` and ``num_clips``.
    """

    def __init__(self,
                 num_frames: int = 8,
                 mode: str = 'consecutive',
                 random: bool = True,
                 num_clips: int = 1) -> None:
        if mode not in ('consecutive', 'uniform'):
            raise ValueError(f"mode has to be 'consecutive' or 'uniform', but got {mode!r}")
        if num_frames < 1 or num_clips < 1:
            raise ValueError('num_frames and num_clips have to be positive, but got '
                             f'{num_frames} and {num_clips}')
        self.num_frames, self.mode, self.random = num_frames, mode, random
        self.num_clips = num_clips

    def positions(self, available: int) -> np.ndarray:
        """Positions among ``available`` labelled frames, (num_clips, num_frames), each sorted."""
        clips, frames = self.num_clips, self.num_frames
        if self.mode == 'consecutive':
            latest = max(available - frames, 0)
            starts = (np.random.randint(latest + 1, size=clips) if self.random else
                      np.linspace(0, latest, clips).astype(int))
            return np.minimum(starts[:, None] + np.arange(frames), available - 1)
        edges = np.linspace(0, available, frames + 1)
        places = (np.random.rand(clips, frames) if self.random else
                  (np.arange(clips)[:, None] + 0.5) / clips)
        return (edges[:-1] + places * np.diff(edges)).astype(int)

    def transform(self, results: dict) -> dict:
        """Takes the chosen frames out of the clip-view's labels."""
        positions = self.positions(len(results['frame_numbers']))  # (num_clips, num_frames)
        results['frame_mask'] = torch.from_numpy(np.diff(positions, prepend=-1).ravel() != 0)
        chosen = positions.ravel()
        results['union_keypoint'] = results['keypoint']
        results['union_score'] = results['keypoint_score']
        results['frame_numbers'] = results['frame_numbers'][chosen]
        results['keypoint'] = results['keypoint'][:, chosen]
        results['keypoint_score'] = results['keypoint_score'][:, chosen]
        results['clip_len'], results['num_clips'] = self.num_frames, self.num_clips
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(num_frames={self.num_frames}, mode={self.mode!r}, '
                f'random={self.random}, num_clips={self.num_clips})')


@TRANSFORMS.register_module()
class CropToUnionBox(BaseTransform):
    """Sets the crop to the box around all labelled joints of the clip-view, with a margin.

    Only the box is set; :class:`LoadLabelledFrames` crops while it reads. Clamped to the image.

    Args:
        margin: Added on every side, as a fraction of the image height. The original study's
            200 px of 1080 are 0.185.

    Required keys: ``union_keypoint``, ``union_score``, ``img_shape``. Added key: ``crop_box``,
    integers (x1, y1, x2, y2) in pixels of the original image, x2 and y2 exclusive.
    """

    def __init__(self, margin: float = STUDY_MARGIN) -> None:
        if margin < 0:
            raise ValueError(f'margin has to be at least 0, but got {margin}')
        self.margin = margin

    def transform(self, results: dict) -> dict:
        """Adds ``crop_box``."""
        results['crop_box'] = union_box(results['union_keypoint'], results['union_score'],
                                        results['img_shape'], self.margin)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(margin={self.margin})'


@TRANSFORMS.register_module()
class LoadLabelledFrames(BaseTransform):
    """Reads the chosen frames, cropped, and moves their keypoints into them.

    Required keys: ``index``, ``row``, ``frame_numbers``, ``keypoint``; optional: ``crop_box``.
    Added keys: ``imgs``, a list of (H, W, 3) uint8 RGB frames; ``original_shape``. Modified keys:
    ``keypoint``, ``img_shape``.
    """

    def transform(self, results: dict) -> dict:
        """Adds the frames.

        Raises:
            FrameError: If an image cannot be read.
        """
        frames, mapping = read_frames(results['index'], results['row'], results['frame_numbers'],
                                      box=results.get('crop_box'))
        results['imgs'] = frames
        results['keypoint'] = mapping.apply(results['keypoint']) + np.float32(0.5)
        results['img_shape'] = results['original_shape'] = frames[0].shape[:2]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


@TRANSFORMS.register_module()
class CropKeypoints(BaseTransform):
    """Moves keypoints into the crop without reading a frame, for networks that see only them.

    What :class:`LoadLabelledFrames` does to keypoints when it reads whole images.

    Required keys: ``keypoint``, ``crop_box``. Modified keys: ``keypoint``, ``img_shape``. Added
    key: ``original_shape``.
    """

    def transform(self, results: dict) -> dict:
        """Moves ``keypoint`` and sets ``img_shape`` to the crop's."""
        x1, y1, x2, y2 = results['crop_box']
        results['keypoint'] = results['keypoint'] - np.float32([x1 - 0.5, y1 - 0.5])
        results['img_shape'] = results['original_shape'] = (y2 - y1, x2 - x1)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


@TRANSFORMS.register_module()
class FormatKeypoints(BaseTransform):
    """Joins positions and scores to one tensor ``keypoints`` (T, K, 3) for ``PackActionInputs``.

    Required keys: ``keypoint`` (1, T, K, 2), ``keypoint_score`` (1, T, K). Added key:
    ``keypoints``.
    """

    def transform(self, results: dict) -> dict:
        """Adds ``keypoints``."""
        keypoints = np.concatenate(
            [results['keypoint'][0], results['keypoint_score'][0, ..., None]], axis=-1)
        results['keypoints'] = torch.from_numpy(keypoints.astype(np.float32))
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
