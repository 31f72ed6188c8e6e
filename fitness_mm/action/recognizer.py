"""A 2D recogniser that sees RGB frames and keypoint heatmaps."""

from __future__ import annotations

from mmaction.models import Recognizer2D
from mmaction.registry import MODELS

from .fusion import FUSIONS


@MODELS.register_module()
class HeatmapFusionRecognizer(Recognizer2D):
    """Fuses RGB frames with the heatmaps that its data preprocessor renders.

    Works with any 2D backbone that takes ``in_channels``, temporal shift (TSM) among them, and
    any head of MMAction2.

    Args:
        backbone: The backbone's config, as for RGB; the fusion sets its input channels.
        fusion: How heatmaps enter; ``early`` concatenates them to RGB.
        num_keypoints: Number of heatmaps per frame.
        **kwargs: Those of :class:`mmaction.models.Recognizer2D`; ``data_preprocessor`` has to be a
            :class:`HeatmapFusionDataPreprocessor`.

    Raises:
        ValueError: If there is no such fusion or the backbone does not fit it.
    """

    def __init__(self,
                 backbone: dict,
                 fusion: str = 'early',
                 num_keypoints: int = 24,
                 **kwargs) -> None:
        if fusion not in FUSIONS:
            raise ValueError(f'fusion has to be one of {sorted(FUSIONS)}, but got {fusion!r}')
        fusion = FUSIONS[fusion](num_keypoints)
        super().__init__(backbone=fusion.backbone_cfg(backbone), **kwargs)
        fusion.prepare(self.backbone)
