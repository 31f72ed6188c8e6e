"""What a config's pipeline makes of a sample: the one place that looks into pipelines."""

from __future__ import annotations

from dataclasses import dataclass

from mmengine.dataset import Compose

from .transforms import FrameLoading, PersonCrop

FRAMES, CLIPS, VOLUMES, SKELETONS = 'frames', 'clips', 'volumes', 'skeletons'


@dataclass(frozen=True)
class PipelineFacts:
    """What a network is given, and of what.

    Attributes:
        margin: Around the person's box, as a share of its longer side; 0 where nothing crops.
        input_size: Width and height of what the network sees.
        loads_frames: Whether frames are read at all.
        kind: Of a recogniser's input: ``frames`` (T, C, H, W), ``clips`` (clips, C, T, H, W),
            ``volumes`` of heatmaps (clips, K, T, H, W) or ``skeletons`` (clips, M, T, K, D); ``''``
            of a pose estimator.
        keypoints: Whether the sample carries ``keypoints``, to be rendered behind frames.
    """

    margin: float
    input_size: tuple[int, int]
    loads_frames: bool
    kind: str = ''
    keypoints: bool = False


def pose_facts(pipeline: Compose) -> PipelineFacts:
    """Of a pipeline of MMPose."""
    from mmpose.datasets.transforms import GetBBoxCenterScale, TopdownAffine
    steps = pipeline.transforms
    # the host's padding is the whole box's, in times its size
    margins = [t.margin for t in _of(steps, PersonCrop)] + [
        (t.padding - 1) / 2 for t in _of(steps, GetBBoxCenterScale)]
    return PipelineFacts(max(margins, default=0.0), _last(
        t.input_size for t in _of(steps, TopdownAffine)), bool(_of(steps, FrameLoading)))


def action_facts(pipeline: Compose) -> PipelineFacts:
    """Of a pipeline of MMAction2."""
    from mmaction.datasets.transforms import FormatGCNInput, FormatShape, GeneratePoseTarget, Resize

    from fitness_mm.action.data.transforms import FormatKeypoints
    steps = pipeline.transforms
    formats = [t.input_format for t in _of(steps, FormatShape)]
    kind = (SKELETONS if _of(steps, FormatGCNInput) else VOLUMES if _of(steps, GeneratePoseTarget)
            else CLIPS if formats[-1:] == ['NCTHW'] else FRAMES)
    return PipelineFacts(
        max((t.margin for t in _of(steps, PersonCrop)), default=0.0),
        _last(t.scale for t in _of(steps, Resize)), bool(_of(steps, FrameLoading)), kind,
        bool(_of(steps, FormatKeypoints)))


def _of(steps: list, kind: type) -> list:
    return [step for step in steps if isinstance(step, kind)]


def _last(sizes) -> tuple[int, int]:
    return tuple([(192, 256), *sizes][-1])
