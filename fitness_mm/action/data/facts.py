"""What a recogniser is given of a sample."""

from __future__ import annotations

from mmaction.datasets.transforms import (
    CenterCrop,
    FormatGCNInput,
    FormatShape,
    GeneratePoseTarget,
    Resize,
)
from mmengine.dataset import Compose
from torch import nn

from fitness_mm.action.models.keypoint_preprocessor import KeypointDataPreprocessor
from fitness_mm.engine.pipeline_facts import (
    CLIPS,
    FRAMES,
    SKELETONS,
    VOLUMES,
    PipelineFacts,
    facts_of,
    steps_of,
)

from .transforms import FormatKeypoints


def action_facts(pipeline: Compose, preprocessor: nn.Module | None = None) -> PipelineFacts:
    """Size, margin and kind of what a recogniser is given.

    Args:
        pipeline: Of its data set.
        preprocessor: Its own.
    """
    if isinstance(preprocessor, KeypointDataPreprocessor):
        size = preprocessor.heatmap_size
        return PipelineFacts(preprocessor.margin, tuple(size or (0, 0)), False,
                             VOLUMES if size else SKELETONS)
    kind = (SKELETONS if steps_of(pipeline, FormatGCNInput)
            else VOLUMES if steps_of(pipeline, GeneratePoseTarget)
            else CLIPS if any(t.input_format == 'NCTHW' for t in steps_of(pipeline, FormatShape))
            else FRAMES)
    sizes = [t.scale if isinstance(t, Resize) else t.crop_size for t in pipeline.transforms
             if isinstance(t, (Resize, CenterCrop))]
    return facts_of(pipeline, sizes, kind=kind,
                    keypoints=bool(steps_of(pipeline, FormatKeypoints)))
