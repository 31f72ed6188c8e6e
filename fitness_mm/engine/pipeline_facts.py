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
    # the host's padding is the whole box's, in times its size
    return _facts(pipeline, [t.input_size for t in _of(pipeline, TopdownAffine)],
                  [(t.padding - 1) / 2 for t in _of(pipeline, GetBBoxCenterScale)])


def action_facts(pipeline: Compose) -> PipelineFacts:
    """Of a pipeline of MMAction2."""
    from mmaction.datasets.transforms import FormatGCNInput, FormatShape, GeneratePoseTarget, Resize

    from fitness_mm.action.data.transforms import FormatKeypoints
    kind = (SKELETONS if _of(pipeline, FormatGCNInput)
            else VOLUMES if _of(pipeline, GeneratePoseTarget)
            else CLIPS if any(t.input_format == 'NCTHW' for t in _of(pipeline, FormatShape))
            else FRAMES)
    return _facts(pipeline, [t.scale for t in _of(pipeline, Resize)], [], kind=kind,
                  keypoints=bool(_of(pipeline, FormatKeypoints)))


def _facts(pipeline: Compose, sizes: list, margins: list, **more) -> PipelineFacts:
    margins = [*margins, *(t.margin for t in _of(pipeline, PersonCrop))]
    return PipelineFacts(max(margins, default=0.0), tuple(sizes[-1]) if sizes else (192, 256),
                         bool(_of(pipeline, FrameLoading)), **more)


def _of(pipeline: Compose, kind: type) -> list:
    return [step for step in pipeline.transforms if isinstance(step, kind)]
