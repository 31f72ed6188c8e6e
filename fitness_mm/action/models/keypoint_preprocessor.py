"""From keypoints of whole clips to the input of networks that see nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmaction.registry import MODELS, TRANSFORMS
from mmaction.structures import ActionDataSample
from mmengine.model import BaseDataPreprocessor
from mmengine.structures import InstanceData
from torch import Tensor

from fitness_mm.action.data.keypoint_batch import joined
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.measures import STUDY_MARGIN

from .factorization import factorized
from .heatmaps import gaussian_heatmaps

_ROUNDING = 1e-6  # of a pixel, as in Box.whole


@MODELS.register_module()
class KeypointDataPreprocessor(BaseDataPreprocessor):
    """Chooses frames, augments and formats batches of keypoints, on the model's device.

    What a batch is, :func:`~fitness_mm.action.data.keypoint_batch.keypoint_batch` says. Keypoints
    are moved to the middle of the crop around the person and measured in units of the longer side
    of the person's box; then come the augments, and at last the network's format: skeletons
    (N, V, 1, T, K, 3) for ``RecognizerGCN``, or volumes of heatmaps (N, V, K, T, H, W) for
    ``Recognizer3D``, with V the views of a sample, or the clips of its only view.

    In training one data sample stands for the whole batch, with ``gt_label`` (N,) and
    ``gt_conditions`` (N, P): the hosts' heads join those of several, and making thousands takes as
    long as training a small network.

    Args:
        num_frames: Frames to choose; a view with fewer repeats some. All if None, where the
            frames that other samples of the batch have more are not given (score 0).
        mode: See :func:`frame_positions`.
        test_clips: Clips of ``num_frames`` to take in testing, whose scores the head averages.
        augments: Configs of the augments, for training; those of ours are in
            :mod:`~fitness_mm.action.models.keypoint_augments`.
        in_space: Whether the views of a clip are put together, see :func:`with_front`, for
            ``PostureRecognizer``: skeletons get a depth as a fourth value, and clips of several
            views one more. ``RandomCameraTurn`` needs it.
        margin: Of the crop, as a share of the longer side of the person's box.
        normalize: Whether x and y of the skeletons become -1 and 1 at the edges of the crop, as
            ``PreNormalize2D`` has them.
        heatmap_size: Width and height of heatmaps; skeletons if None.
        heatmap_sigma: Of their Gaussians, in their pixels.
        **kwargs: Those of :class:`mmengine.model.BaseDataPreprocessor`.

    Raises:
        ArgumentError: If the frames to choose make no sense.
    """

    def __init__(self,
                 num_frames: int | None = None,
                 mode: str = 'uniform',
                 test_clips: int = 1,
                 augments: Sequence[dict] = (),
                 in_space: bool = False,
                 margin: float = STUDY_MARGIN,
                 normalize: bool = False,
                 heatmap_size: tuple[int, int] | None = None,
                 heatmap_sigma: float = 0.6,
                 **kwargs) -> None:
        super().__init__(**kwargs)
        if mode not in ('consecutive', 'uniform'):
            raise ArgumentError(f"mode has to be 'consecutive' or 'uniform', but got {mode!r}")
        if (num_frames is not None and num_frames < 1) or test_clips < 1:
            raise ArgumentError('num_frames and test_clips have to be positive, but got '
                                f'{num_frames} and {test_clips}')
        if num_frames is None and test_clips > 1:
            raise ArgumentError(f'test_clips={test_clips} needs num_frames; without it all frames '
                                'are taken, once')
        if num_frames is not None and in_space:
            raise ArgumentError('in_space=True joins the views frame by frame and needs all of '
                                f'them, num_frames=None, but got {num_frames}')
        if margin < 0:
            raise ArgumentError(f'margin has to be at least 0, but got {margin}')
        self.num_frames, self.mode, self.test_clips = num_frames, mode, test_clips
        self.augments = [TRANSFORMS.build(augment) for augment in augments]
        self.in_space = in_space
        self.margin, self.normalize = margin, normalize
        self.heatmap_size, self.heatmap_sigma = heatmap_size, heatmap_sigma

    def forward(self, data: dict, training: bool = False) -> dict:
        """A batch, or a list of some, to ``inputs`` and ``data_samples``."""
        data = self.cast_data(data)
        inputs, samples = data['inputs'], data['data_samples']
        if isinstance(inputs, list):
            inputs, samples = joined(inputs, samples)
        clips = 1 if training else self.test_clips
        keypoints, numbers = inputs, samples.frame_numbers
        if self.num_frames is not None:
            keypoints, numbers = chosen_frames(keypoints, numbers, self.num_frames, clips,
                                               self.mode, training)
        boxes, sizes = (each.repeat_interleave(clips, 1)
                        for each in (samples.boxes, samples.image_sizes))
        keypoints, half_crop = centred(keypoints, boxes, sizes, self.margin)
        if self.in_space:
            keypoints = with_front(keypoints, training)
        if training:
            for augment in self.augments:
                keypoints = augment(keypoints)
        inputs = self._formatted(keypoints, half_crop)
        samples = _one_for_all(samples) if training else _one_each(samples, numbers)
        return dict(inputs=inputs, data_samples=samples)

    def _formatted(self, keypoints: Tensor, half_crop: Tensor) -> Tensor:
        if self.heatmap_size is None and not self.normalize:
            return keypoints[:, :, None]  # (N, V, 1, T, K, 3)
        points = keypoints[..., :2] / half_crop[:, :, None, None]  # 1 at the edges
        if self.heatmap_size is None:
            return torch.cat([points, keypoints[..., 2:]], -1)[:, :, None]
        size = points.new_tensor(self.heatmap_size)
        points = (points + 1) / 2 * size - 0.5
        maps = gaussian_heatmaps(torch.cat([points, keypoints[..., 2:]], -1),
                                 self.heatmap_size[::-1], self.heatmap_sigma)
        maps = maps * keypoints[..., 2, None, None]
        return maps.transpose(2, 3)  # (N, V, K, T, H, W)


def centred(keypoints: Tensor, boxes: Tensor, sizes: Tensor,
            margin: float) -> tuple[Tensor, Tensor]:
    """Keypoints from the middle of the crop, in units of the longer side of the box.

    Args:
        keypoints: In pixels of the original image, (N, V, T, K, 3).
        boxes: Around the person, (N, V, 4).
        sizes: Width and height of the image, (N, V, 2).
        margin: Of the crop, which is that of :meth:`~fitness_mm.keypoints.box.Box.crop`.

    Returns:
        The keypoints, and half of the crop's width and height in their unit, (N, V, 2).
    """
    low, high = boxes.double().split(2, -1)  # whole pixels are no matter of rounding
    longer = (high - low).amax(-1, keepdim=True)
    low = torch.floor(low - margin * longer + _ROUNDING).clamp(min=0)
    high = torch.minimum(torch.ceil(high + margin * longer - _ROUNDING), sizes)
    # the middle of pixel edges, which is half a pixel off that of their centres
    middle = (low + high - 1) / 2
    one = torch.ones_like(longer)  # for the score
    scale = torch.cat([1 / longer, 1 / longer, one], -1).float()[:, :, None, None]
    offset = torch.cat([-middle / longer, 0 * one], -1).float()[:, :, None, None]
    return torch.addcmul(offset, keypoints, scale), ((high - low) / (2 * longer)).float()


def with_front(keypoints: Tensor, with_depth: bool) -> Tensor:
    """Clips with a depth as a fourth value, and with one more view behind those of a clip that has
    several: how the body would look from its front.

    Args:
        keypoints: In units of the longer side of the person's box, (N, V, T, K, 3).
        with_depth: Whether the depth of the given views is told too, for training.

    Returns:
        (N, V + 1, T, K, 4), or (N, 1, T, K, 4) of single views. The depth is NaN where it is not
        known. The front of clips whose views do not tell it has a score of 0.
    """
    unknown = torch.full_like(keypoints[..., :1], torch.nan)
    if keypoints.shape[1] == 1:
        return torch.cat([keypoints, unknown], -1)
    space = factorized(keypoints)
    views = torch.cat([keypoints, space.depth[..., None] if with_depth else unknown], -1)
    given = space.given[..., None]
    points = space.points
    high = torch.where(given, points, -torch.inf).amax((1, 2))  # (N, 3)
    low = torch.where(given, points, torch.inf).amin((1, 2))
    longer = (high - low)[:, :2].amax(-1).clamp(min=1e-6)[:, None, None, None]
    points = torch.where(given, points / longer, 0)
    front = torch.cat([points[..., :2], given.to(points), points[..., 2:]], -1)
    return torch.cat([views, front[:, None]], 1)


def frame_positions(available: Tensor, num_frames: int, clips: int = 1, mode: str = 'uniform',
                    random: bool = False) -> Tensor:
    """Which labelled frames to take.

    The labelled frames are a sparse sampling over several repetitions, so eight consecutive ones
    see about half of the clip and eight uniform ones all of it.

    Args:
        available: Numbers of labelled frames, (...).
        num_frames: Frames to take; of fewer the last is repeated, or some of uniform ones.
        clips: Clips of as many.
        mode: ``consecutive`` (the original study's) or ``uniform``, one from each of
            ``num_frames`` equal segments.
        random: Whether start or place in the segment are drawn. Otherwise one clip of consecutive
            frames starts at the first, one of uniform frames takes the segments' middles, and
            several are spread evenly: starts from first to last, places within the segments.

    Returns:
        Positions (..., clips, num_frames), ascending in each clip.
    """
    available = available[..., None, None]
    shape, device = (*available.shape[:-2], clips), available.device
    last = (available - 1).clamp(min=0)
    steps = torch.arange(num_frames, device=device)
    clip = torch.arange(clips, device=device)[:, None]
    if mode == 'consecutive':
        latest = (available - num_frames).clamp(min=0)
        starts = ((torch.rand(*shape, 1, device=device) * (latest + 1)).long() if random else
                  latest * clip // max(clips - 1, 1))
        return torch.minimum(starts + steps, last)
    if random:
        places = steps + torch.rand(*shape, num_frames, device=device)
        return torch.minimum((places * available / num_frames).long(), last)
    return (2 * (steps * clips + clip) + 1) * available // (2 * clips * num_frames)


def chosen_frames(keypoints: Tensor, numbers: Tensor, num_frames: int, clips: int, mode: str,
                  random: bool) -> tuple[Tensor, Tensor]:
    """Takes :func:`frame_positions` of the frames that there are.

    Args:
        keypoints: (N, V, T, K, 3).
        numbers: Of the frames, (N, V, T); -1 where there is none.
        num_frames: As for :func:`frame_positions`, and the others.
        clips: Of each view, one after the other.
        mode: Of choosing.
        random: Whether frames are drawn.

    Returns:
        Keypoints (N, V * clips, num_frames, K, 3) and their frames' numbers.
    """
    given = numbers >= 0
    order = torch.sort(given.byte(), descending=True, stable=True, dim=-1)[1]  # those first
    positions = frame_positions(given.sum(-1), num_frames, clips, mode, random)
    positions = order.gather(-1, positions.flatten(2)).unflatten(-1, (clips, num_frames))
    n, v = (torch.arange(size, device=keypoints.device) for size in numbers.shape[:2])
    chosen = n[:, None, None, None], v[:, None, None], positions
    return keypoints[chosen].flatten(1, 2), numbers[chosen].flatten(1, 2)


def _one_for_all(samples: InstanceData) -> list[ActionDataSample]:
    sample = ActionDataSample()
    for name in ('gt_label', 'gt_conditions'):
        if name in samples:
            sample.set_field(samples[name], name)
    return [sample]


def _one_each(samples: InstanceData, numbers: Tensor) -> list[ActionDataSample]:
    """The data samples that a test wants: labels, and where a sample comes from."""
    each = []
    numbers = numbers.flatten(1).cpu().numpy()
    for i in range(len(numbers)):
        origin = {name: value[i] if isinstance(value, list) else int(value[i])
                  for name in ('clip', 'view', 'performer')
                  if (value := samples.get(name)) is not None}
        sample = ActionDataSample(metainfo=dict(origin, frame_numbers=numbers[i]))
        for name in ('gt_label', 'gt_conditions'):
            if name in samples:
                sample.set_field(samples[name][i:i + 1] if name == 'gt_label'
                                 else samples[name][i], name)
        each.append(sample)
    return each
