"""What a pipeline of MMPose makes of a sample."""

from __future__ import annotations

from mmengine.dataset import Compose
from mmpose.datasets.transforms import GetBBoxCenterScale, TopdownAffine

from fitness_mm.engine.pipeline_facts import PipelineFacts, facts_of, steps_of


def pose_facts(pipeline: Compose) -> PipelineFacts:
    """Size and margin of what a pose estimator is given."""
    # the host's padding is the whole box's, in times its size
    return facts_of(pipeline, [t.input_size for t in steps_of(pipeline, TopdownAffine)],
                    [(t.padding - 1) / 2 for t in steps_of(pipeline, GetBBoxCenterScale)])
