"""Makes the pinned OpenMMLab stack importable and its checkpoints loadable, where they are not.

Every mend looks first whether the thing is broken and leaves it alone if it is not, so this is
safe beside full mmcv, a matching torchvision or a repaired mmaction2. What was mended is logged
at DEBUG level by the logger ``fitness_mm.compat``.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import logging
import pickle
import sys
import types
from pathlib import Path

logger = logging.getLogger(__name__)

_DRN = 'mmaction.models.localizers.drn'
_applied = False


def apply() -> None:
    """Mend what is broken in the installed stack. Calling it again does nothing.

    Call it before ``torchvision``, ``mmaction.models``, ``mmpose.models`` or ``mmdet.models`` is
    imported; importing ``fitness_mm.action`` or ``fitness_mm.pose`` does.
    """
    global _applied
    if _applied:
        return
    _applied = True
    _mend_torchvision()
    _mend_mmcv_ops()
    _mend_mmaction_drn()
    _mend_mmaction_multimodal()
    _load_weights_only()
    _allow_mmengine_checkpoints()


def _mend_torchvision() -> None:
    """Lets a torchvision built for another device than torch be imported.

    Beside a CPU torch, torchvision's default wheel fails to load its C++ operators and then, at
    import, cannot find the schema of ``torchvision::nms`` to attach a fake kernel to.
    """
    if importlib.util.find_spec('torchvision') is None or 'torchvision' in sys.modules:
        return
    try:
        import torchvision
        return
    except RuntimeError as error:
        if 'torchvision::nms' not in str(error):
            raise
    import torch

    # What the failed import left behind would be taken for the finished package.
    for name in [n for n in sys.modules if n.split('.')[0] == 'torchvision']:
        del sys.modules[name]
    schemas = torch.library.Library('torchvision', 'FRAGMENT')
    schemas.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
    schemas.define('qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
    # The schemas live as long as the library object does.
    _mend_torchvision.schemas = schemas
    import torchvision  # noqa: F401
    logger.debug('torchvision: defined the schemas of nms and qnms, its operators did not load')


class _MissingOp:
    """Stands for a compiled mmcv operator that is not installed; calling it says so."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *args, **kwargs):
        raise RuntimeError(
            f'the compiled operator {self.name!r} needs full mmcv, and mmcv-lite is installed; '
            'replace it with `pip uninstall mmcv-lite && pip install mmcv==2.1.0` '
            '(see the mmcv installation guide for a build that matches your torch)')


def _mend_mmcv_ops() -> None:
    """Lets ``mmcv.ops`` be imported from mmcv-lite, which has no compiled extension.

    ``mmcv._ext`` itself stays absent: mmengine probes for it to tell lite from full mmcv.
    """
    if importlib.util.find_spec('mmcv') is None or importlib.util.find_spec('mmcv._ext'):
        return
    from mmcv.utils import ext_loader

    load_ext = ext_loader.load_ext

    def load_ext_or_placeholders(name: str, funcs: list[str]):
        try:
            return load_ext(name, funcs)
        except ModuleNotFoundError as error:
            if error.name != 'mmcv._ext':
                raise
            return types.SimpleNamespace(**{func: _MissingOp(func) for func in funcs})

    ext_loader.load_ext = load_ext_or_placeholders
    logger.debug('mmcv-lite: compiled operators are placeholders that raise when called')


def _mend_mmaction_drn() -> None:
    """Stands in for the DRN localizer that the mmaction2 1.2.0 wheel imports but lacks."""
    spec = importlib.util.find_spec('mmaction')
    if spec is None or _DRN in sys.modules:
        return
    if any((Path(folder) / 'models/localizers/drn').exists()
           for folder in spec.submodule_search_locations):
        return

    class DRN:
        """Placeholder for the DRN localizer."""

        def __init__(self, *args, **kwargs) -> None:
            raise RuntimeError('the installed mmaction2 lacks the DRN localizer '
                               '(mmaction2 issue 2714); install mmaction2 from source to use it')

    package, module = types.ModuleType(_DRN), types.ModuleType(f'{_DRN}.drn')
    package.__path__ = []
    module.DRN = DRN
    package.drn = module
    sys.modules[_DRN], sys.modules[f'{_DRN}.drn'] = package, module
    logger.debug('mmaction2: %s is missing from the wheel, a placeholder stands in', _DRN)


def _mend_mmaction_multimodal() -> None:
    """Has mmaction2 leave out its text models where the installed transformers is too new for them.

    It looks only whether transformers is new enough, and importing ``mmaction.models`` fails.
    """
    if not importlib.util.find_spec('transformers') or not importlib.util.find_spec('mmaction'):
        return
    from mmaction.utils import dependency

    if not dependency.WITH_MULTIMODAL:
        return
    try:
        from transformers.modeling_utils import apply_chunking_to_forward  # noqa: F401
    except ImportError:
        dependency.WITH_MULTIMODAL = False
        logger.debug('mmaction2: its multimodal models are placeholders, transformers is too new')


def mend_bfloat16_heads() -> None:
    """Lets MMAction2's heads compute their training accuracy from bfloat16 scores.

    They hand the scores to numpy, which has no bfloat16, so that training under bfloat16 autocast
    ends in a TypeError. Importing ``fitness_mm.action`` calls this: it needs ``mmaction.models``.
    """
    import torch
    from mmaction.models.heads.base import BaseHead

    if not _fails_on_bfloat16(BaseHead):
        return
    loss_by_feat = BaseHead.loss_by_feat

    @functools.wraps(loss_by_feat)
    def loss_of_float_scores(self, cls_scores, data_samples):
        if cls_scores.dtype == torch.bfloat16:
            cls_scores = cls_scores.float()
        return loss_by_feat(self, cls_scores, data_samples)

    BaseHead.loss_by_feat = loss_of_float_scores
    logger.debug('mmaction2: heads turn bfloat16 scores into float32 before numpy gets them')


def _fails_on_bfloat16(head: type) -> bool:
    """Whether a head class cannot take the loss of bfloat16 scores."""
    import torch

    tiny_head = types.SimpleNamespace(num_classes=2, topk=(1, ), label_smooth_eps=0,
                                      multi_class=False, loss_cls=lambda scores, labels: 0)
    sample = types.SimpleNamespace(gt_label=torch.tensor([0]))
    try:
        head.loss_by_feat(tiny_head, torch.zeros(1, 2, dtype=torch.bfloat16), [sample])
    except TypeError:
        return True
    return False


def _load_weights_only() -> None:
    """Makes ``weights_only`` the default of what mmengine reads checkpoints with.

    A checkpoint from a stranger must not be able to run code. ``torch.load`` has that default from
    torch 2.6 on, ``load_url`` in no version; who asks for more still gets it.
    """
    if importlib.util.find_spec('mmengine') is None:
        return
    import torch
    from mmengine.runner import checkpoint

    if tuple(map(int, torch.__version__.split('.')[:2])) < (2, 6):
        torch.load = functools.partial(torch.load, weights_only=True)
        logger.debug('torch.load: weights_only is the default')
    option = inspect.signature(checkpoint.load_url).parameters.get('weights_only')
    if option is not None and option.default is False:
        checkpoint.load_url = functools.partial(checkpoint.load_url, weights_only=True)
        logger.debug('mmengine: checkpoints are fetched with weights_only')


def _checkpoint_getattr(owner: type, name: str):
    """Stands for ``getattr`` in a checkpoint, for the few methods that mmengine pickles.

    Listing the real ``getattr`` would let a checkpoint reach into any object.
    """
    from mmengine.logging.history_buffer import HistoryBuffer
    from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler

    pickled = {
        HistoryBuffer: ('min', 'max', 'mean', 'current'),  # a log buffer's statistics
        OneCycleParamScheduler: ('_annealing_cos', '_annealing_linear'),
    }
    if name not in pickled.get(owner, ()):
        raise pickle.UnpicklingError(f'the checkpoint asks for the attribute {name!r} of {owner}')
    return getattr(owner, name)


# The name by which a checkpoint asks for it; torch before 2.6 takes no other with a listed object.
_checkpoint_getattr.__module__ = 'builtins'
_checkpoint_getattr.__name__ = _checkpoint_getattr.__qualname__ = 'getattr'


def _allow_mmengine_checkpoints() -> None:
    """Names what an mmengine checkpoint holds besides tensors as safe to load.

    With ``weights_only`` torch refuses every class that is not listed (mmengine issue 1655); before
    2.4 it has no list, and refuses all of them.
    """
    if importlib.util.find_spec('mmengine') is None:
        return
    import numpy as np
    import torch
    from mmengine.logging.history_buffer import HistoryBuffer
    from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler

    if not hasattr(torch.serialization, 'add_safe_globals'):
        return
    core = np.core if np.lib.NumpyVersion(np.__version__) < '2.0.0' else np._core
    scalar_types = {type(np.dtype(code)) for code in ('f4', 'f8', 'i4', 'i8', 'u1', 'b1')}
    torch.serialization.add_safe_globals([
        HistoryBuffer, OneCycleParamScheduler, _checkpoint_getattr,
        np.ndarray, np.dtype, core.multiarray._reconstruct, core.multiarray.scalar,
        *sorted(scalar_types, key=lambda t: t.__name__)
    ])  # yapf: disable
    logger.debug('torch.load: what an mmengine checkpoint holds besides tensors is listed as safe')
