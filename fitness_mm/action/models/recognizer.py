"""A 2D recogniser that sees RGB frames and keypoint heatmaps."""

from __future__ import annotations

from mmaction.models import Recognizer2D
from mmaction.registry import MODELS
from mmaction.utils import OptSampleList
from torch import Tensor

from fitness_mm.errors import ArgumentError

from .fusion import FUSIONS


@MODELS.register_module()
class HeatmapFusionRecognizer(Recognizer2D):
    """Fuses RGB frames with the heatmaps that its data preprocessor renders.

    Works with any 2D backbone for RGB that MMAction2's own recogniser takes, temporal shift (TSM)
    among them, and any neck and head of MMAction2.

    Args:
        backbone: The backbone's config, as for RGB.
        data_preprocessor: Config of a :class:`HeatmapFusionDataPreprocessor`. The fusion sets the
            stride of its maps unless it is given.
        fusion: How heatmaps enter, a name in :data:`~fitness_mm.action.models.fusion.FUSIONS`:
            ``early`` concatenates them to RGB, ``stem`` adds them behind the stem, ``sum`` gives
            them a stream of their own.
        num_keypoints: Number of heatmaps per frame.
        **kwargs: Those of :class:`mmaction.models.Recognizer2D`.

    Raises:
        ArgumentError: If there is no such fusion or the backbone does not fit it.
    """

    def __init__(self,
                 backbone: dict,
                 data_preprocessor: dict,
                 fusion: str = 'early',
                 num_keypoints: int = 24,
                 **kwargs) -> None:
        mode = FUSIONS.get(fusion)
        if mode is None:
            raise ArgumentError(f'fusion has to be one of {sorted(FUSIONS.module_dict)}, but got '
                                f'{fusion!r}; a mode of your own has to be in custom_imports')
        stride = data_preprocessor.get('stride', mode.stride)
        super().__init__(
            backbone=dict(type=mode, rgb=backbone, num_keypoints=num_keypoints, stride=stride),
            data_preprocessor={**data_preprocessor, 'stride': stride}, **kwargs)
        self.num_keypoints = num_keypoints

    def extract_feat(self,
                     inputs: dict[str, Tensor],
                     stage: str = 'neck',
                     data_samples: OptSampleList = None,
                     test_mode: bool = False) -> tuple:
        """What :class:`mmaction.models.Recognizer2D` does, for two inputs.

        Args:
            inputs: ``imgs`` (N, T, 3, H, W) and ``heatmaps`` (N, T, K, H / stride, W / stride),
                with T the frames of all clips of a sample.
            stage: ``backbone``, ``neck`` or ``head``: whose output to return.
            data_samples: For the losses of a neck.
            test_mode: Whether ``test_cfg`` holds.

        Returns:
            The output, and keyword arguments for the head.
        """
        num_segs, given = inputs['imgs'].shape[1], inputs['heatmaps'].shape[2]
        if given != self.num_keypoints:
            raise ArgumentError(f'the samples have {given} keypoints a frame, but '
                                f'model.num_keypoints is {self.num_keypoints}; set it to {given}')
        x = self.backbone(inputs['imgs'].flatten(0, 1), inputs['heatmaps'].flatten(0, 1))
        if isinstance(x, tuple) and len(x) == 1:  # MMPretrain's
            x, = x
        if getattr(x, 'ndim', 4) == 2:  # pooled already, as torchvision's
            x = x[..., None, None]
        kwargs = dict(num_segs=num_segs)
        test_cfg = (test_mode and self.test_cfg) or {}
        fcn_test = test_cfg.get('fcn_test', False)
        if test_mode:
            kwargs['fcn_test'] = fcn_test
        if fcn_test:
            num_segs = test_cfg.get('num_segs') or self.backbone.rgb.num_segments
        if stage == 'backbone':
            return x, kwargs
        kwargs['loss_aux'] = {}
        if self.with_neck:  # of levels (N, C, T, H, W)
            x, kwargs['loss_aux'] = self.neck([_in_time(level, num_segs) for level in x],
                                              data_samples=data_samples)
            if not fcn_test:
                x, kwargs['num_segs'] = x.squeeze(2), 1
        elif fcn_test:
            x = _in_time(x, num_segs)
        if stage == 'head':
            x = self.cls_head(x, **kwargs)
        return x, kwargs


def _in_time(x: Tensor, num_segs: int) -> Tensor:
    """(N * T, C, H, W) to (N, C, T, H, W)."""
    return x.unflatten(0, (-1, num_segs)).transpose(1, 2).contiguous()
