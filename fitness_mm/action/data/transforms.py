"""From a clip-view's labels to its frames and keypoints; the host's transforms take over there.

Keypoints come in as the labels have them and count pixel edges from where frames are loaded to
where our last step takes them out; :mod:`fitness_mm.keypoints.pixels` says why. Networks that see
nothing but keypoints have no pipeline: see :mod:`.keypoint_dataset`.
"""

from __future__ import annotations

import numpy as np
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from fitness_mm.engine.transforms import FrameLoading, PersonCrop
from fitness_mm.errors import ArgumentError, FitnessError
from fitness_mm.keypoints.pixels import to_centres, to_edges


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
    Modified keys: the same, with T = ``num_clips`` x ``num_frames``. Added keys: ``frame_mask``,
    bool tensor (T,), False for a repeat of the frame before; ``clip_len`` and ``num_clips``.
    """

    def __init__(self,
                 num_frames: int = 8,
                 mode: str = 'consecutive',
                 random: bool = True,
                 num_clips: int = 1) -> None:
        if mode not in ('consecutive', 'uniform'):
            raise ArgumentError(f"mode has to be 'consecutive' or 'uniform', but got {mode!r}")
        if num_frames < 1 or num_clips < 1:
            raise ArgumentError('num_frames and num_clips have to be positive, but got '
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
        steps = np.arange(frames)
        if self.random:
            return ((steps + np.random.rand(clips, frames)) * available / frames).astype(int)
        places = 2 * (steps * clips + np.arange(clips)[:, None]) + 1  # of 2 * clips * frames
        return places * available // (2 * clips * frames)

    def transform(self, results: dict) -> dict:
        """Takes the chosen frames out of the clip-view's labels.

        Raises:
            FitnessError: If there are none, as in MMAction2's own inferencers.
        """
        if 'frame_numbers' not in results:
            raise FitnessError(
                'SampleLabelledFrames got a sample without labelled frames, such as a video file '
                'from MMAction2\'s inferencers; networks on this data set look at the crop around '
                'a person, whom fitness_mm.apis.FitnessInferencer and tools/infer.py find in a '
                'video')
        positions = self.positions(len(results['frame_numbers']))  # (num_clips, num_frames)
        results['frame_mask'] = torch.from_numpy(np.diff(positions, prepend=-1).ravel() != 0)
        chosen = positions.ravel()
        results['frame_numbers'] = results['frame_numbers'][chosen]
        results['keypoint'] = results['keypoint'][:, chosen]
        results['keypoint_score'] = results['keypoint_score'][:, chosen]
        results['clip_len'], results['num_clips'] = self.num_frames, self.num_clips
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(num_frames={self.num_frames}, mode={self.mode!r}, '
                f'random={self.random}, num_clips={self.num_clips})')


@TRANSFORMS.register_module()
class CropToUnionBox(PersonCrop):
    """Sets the crop to the box around all of a clip-view's joints, with a margin.

    Only the box is set; :class:`LoadLabelledFrames` crops while it reads.

    Required keys: those of :class:`~fitness_mm.engine.transforms.PersonCrop`. Added key:
    ``crop_box``, a :class:`~fitness_mm.keypoints.box.Box` of whole numbers.
    """

    def transform(self, results: dict) -> dict:
        """Adds ``crop_box``."""
        results['crop_box'] = self.crop(results)
        return results


@TRANSFORMS.register_module()
class LoadLabelledFrames(FrameLoading):
    """Reads the chosen frames, cropped, and moves their keypoints into them.

    Required keys: ``read_frames``, ``frame_numbers``, ``keypoint``; optional: ``crop_box``.
    Added keys: ``imgs``, a list of (H, W, 3) uint8 RGB frames; ``original_shape``. Modified keys:
    ``keypoint``, ``img_shape``.
    """

    def transform(self, results: dict) -> dict:
        """Adds the frames.

        Raises:
            FrameError: If an image cannot be read.
        """
        frames, mapping = self.read(results, results['frame_numbers'], results.get('crop_box'))
        results['imgs'] = frames
        results['keypoint'] = to_edges(mapping.apply(results['keypoint']))
        results['img_shape'] = results['original_shape'] = frames[0].shape[:2]
        return results


@TRANSFORMS.register_module()
class FormatKeypoints(BaseTransform):
    """Joins positions and scores to one tensor ``keypoints`` (T, K, 3) for ``PackActionInputs``.

    Required keys: ``keypoint`` (1, T, K, 2), ``keypoint_score`` (1, T, K). Added key:
    ``keypoints``, in pixels of the frames with centres at integers.
    """

    def transform(self, results: dict) -> dict:
        """Adds ``keypoints``."""
        keypoints = np.concatenate(
            [to_centres(results['keypoint'][0]), results['keypoint_score'][0, ..., None]], axis=-1)
        results['keypoints'] = torch.from_numpy(keypoints.astype(np.float32))
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
