"""What a config's pipeline makes of a sample; ``pose`` and ``action`` read it off their steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mmengine.dataset import Compose

from fitness_mm.errors import FitnessError

from .transforms import FrameLoading, PersonCrop

FRAMES, CLIPS, VOLUMES, SKELETONS = 'frames', 'clips', 'volumes', 'skeletons'


@dataclass(frozen=True)
class PipelineFacts:
    """What a network is given, and of what.

    Attributes:
        margin: Around the person's box, as a share of its longer side; 0 where nothing crops.
        input_size: Width and height of what the network sees; 0 and 0 if nothing says it, of one
            that sees no frames.
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


def facts_of(pipeline: Compose, sizes: list, margins: Sequence[float] = (),
             **more) -> PipelineFacts:
    """Facts of a pipeline.

    Args:
        pipeline: The pipeline.
        sizes: What its host's steps resize to, (width, height) each; the last one counts.
        margins: What its host's steps add around the box.
        **more: Further attributes.

    Raises:
        FitnessError: If frames are loaded and nothing says which size the network sees.
    """
    loads_frames = bool(steps_of(pipeline, FrameLoading))
    if loads_frames and not sizes:
        raise FitnessError('the test pipeline loads frames, and none of its steps says at which '
                           'size the network sees them; add Resize with a scale for MMAction2, '
                           'or LabelledFrameAffine for MMPose')
    margins = [*margins, *(t.margin for t in steps_of(pipeline, PersonCrop))]
    return PipelineFacts(max(margins, default=0.0), tuple(sizes[-1]) if sizes else (0, 0),
                         loads_frames, **more)


def steps_of(pipeline: Compose, kind: type) -> list:
    """The steps of a class or a subclass."""
    return [step for step in pipeline.transforms if isinstance(step, kind)]
