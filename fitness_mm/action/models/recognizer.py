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
        data_preprocessor: Config of a :class:`HeatmapFusionDataPreprocessor`. The fusion sets the
            stride of its maps unless it is given.
        fusion: How heatmaps enter: ``early`` concatenates them to RGB, ``stem`` adds them behind
            the stem, ``sum`` gives them a stream of their own.
        num_keypoints: Number of heatmaps per frame.
        **kwargs: Those of :class:`mmaction.models.Recognizer2D`.

    Raises:
        ValueError: If there is no such fusion or the backbone does not fit it.
    """

    def __init__(self,
                 backbone: dict,
                 data_preprocessor: dict,
                 fusion: str = 'early',
                 num_keypoints: int = 24,
                 **kwargs) -> None:
        if fusion not in FUSIONS:
            raise ValueError(f'fusion has to be one of {sorted(FUSIONS)}, but got {fusion!r}')
        stride = data_preprocessor.get('stride', FUSIONS[fusion].stride)
        fusion = FUSIONS[fusion](num_keypoints, stride)
        backbone = fusion.backbone_cfg(backbone)
        super().__init__(
            backbone=backbone, data_preprocessor={**data_preprocessor, 'stride': stride}, **kwargs)
        self.backbone = fusion.wrap(self.backbone, backbone)
