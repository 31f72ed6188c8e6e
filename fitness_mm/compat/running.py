"""Lets trainings start and run where the hosts do not expect them."""

from __future__ import annotations

import functools
import importlib.util
import logging
import sys
import types

import numpy as np

logger = logging.getLogger(__package__)


def start_processes_without_gpu() -> None:
    """Lets several processes train on CPUs.

    mmengine chooses a GPU for each process and hands its number to the model's wrapper, whatever
    the backend is. Where torch sees none, gloo takes the place of nccl.
    """
    if importlib.util.find_spec('mmengine') is None:
        return
    import torch
    from mmengine.dist import utils
    from mmengine.model import MMDistributedDataParallel

    def on_cpu_too(start):
        @functools.wraps(start)
        def start_on_what_there_is(backend, **kwargs):
            if torch.cuda.is_available():
                return start(backend, **kwargs)
            set_device = torch.cuda.set_device
            torch.cuda.set_device = lambda device: None
            try:
                return start('gloo' if backend == 'nccl' else backend, **kwargs)
            finally:
                torch.cuda.set_device = set_device
        return start_on_what_there_is

    for name in ('_init_dist_pytorch', '_init_dist_mpi', '_init_dist_slurm'):
        setattr(utils, name, on_cpu_too(getattr(utils, name)))

    wrap = MMDistributedDataParallel.__init__

    @functools.wraps(wrap)
    def wrap_where_it_is(self, module, *args, **kwargs):
        if all(parameter.device.type == 'cpu' for parameter in module.parameters()):
            kwargs['device_ids'] = None  # torch takes no other for a model on the CPU
        wrap(self, module, *args, **kwargs)

    MMDistributedDataParallel.__init__ = wrap_where_it_is
    logger.debug('mmengine: several processes start without a GPU too')


def mend_mmaction() -> None:
    """Mends parts of MMAction2; importing ``fitness_mm.action`` does.

    It needs ``mmaction.models`` and ``mmaction.datasets``, which cannot be imported before the
    other mends.
    """
    _mend_bfloat16_heads()
    _mend_color_jitter()
    _mend_numpy_names()


def _mend_color_jitter() -> None:
    """Lets MMAction2's ColorJitter turn hues back under NumPy 2.

    It adds a negative Python number to bytes, which is an OverflowError from NumPy 2 on.
    """
    import cv2
    from mmaction.datasets.transforms.processing import ColorJitter

    try:
        ColorJitter.adjust_hue(np.zeros((1, 1, 3), np.float32), -0.1)
        return
    except OverflowError:
        pass

    def adjust_hue(image, factor):
        hsv = cv2.cvtColor(np.clip(image, 0, 255).astype(np.uint8), cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(np.int16) + int(factor * 255)) % 180
        return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)

    ColorJitter.adjust_hue = staticmethod(adjust_hue)
    logger.debug('mmaction2: ColorJitter computes hues in 16 bits')


def _mend_numpy_names() -> None:
    """Lets MMAction2 call things of NumPy by names that NumPy 2 no longer has.

    Its modules get a copy of NumPy's that has them; numpy itself stays as it is.
    """
    names = {'Inf': 'inf', 'NAN': 'nan', 'in1d': 'isin', 'trapz': 'trapezoid'}
    gone = {old: getattr(np, new) for old, new in names.items() if not hasattr(np, old)}
    if not gone:
        return
    numpy = types.ModuleType('numpy')
    vars(numpy).update({**vars(np), **gone})
    for name, module in list(sys.modules.items()):
        if name.startswith('mmaction.') and getattr(module, 'np', None) is np:
            module.np = numpy
    logger.debug('mmaction2: its modules have the names %s of NumPy 1', ', '.join(gone))


def _mend_bfloat16_heads() -> None:
    """Lets MMAction2's heads compute their training accuracy from bfloat16 scores.

    They hand the scores to numpy, which has no bfloat16, so that training under bfloat16 autocast
    ends in a TypeError.
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


def mend_mmpose() -> None:
    """Has MMPose make float32 arrays of half-precision tensors.

    numpy has no bfloat16, so that the heads' training accuracy and decoding end in a TypeError, and
    OpenCV has no float16. Importing ``fitness_mm.pose`` calls this: it needs ``mmpose.models``.
    """
    import torch
    from mmpose.utils.tensor_utils import to_numpy

    try:
        to_numpy(torch.zeros(1, dtype=torch.bfloat16))
        return
    except TypeError:
        pass

    def of_floats(x):
        if isinstance(x, (tuple, list)):
            return [of_floats(part) for part in x]
        halves = (torch.bfloat16, torch.float16)
        return x.float() if isinstance(x, torch.Tensor) and x.dtype in halves else x

    @functools.wraps(to_numpy)
    def to_numpy_of_floats(x, *args, **kwargs):
        return to_numpy(of_floats(x), *args, **kwargs)

    for name, module in list(sys.modules.items()):
        if name.startswith('mmpose.') and getattr(module, 'to_numpy', None) is to_numpy:
            module.to_numpy = to_numpy_of_floats
    logger.debug('mmpose: half-precision tensors become float32 arrays')
