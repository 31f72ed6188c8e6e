"""Lets mmengine's checkpoints be loaded, without letting a stranger's run code."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import logging
import pickle
from collections.abc import Callable

logger = logging.getLogger(__package__)


def load_weights_only() -> None:
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


def _called(function: Callable, module: str) -> Callable:
    """The same function, under the name that checkpoints made beside another NumPy ask for."""
    def alias(*args):
        return function(*args)

    alias.__module__, alias.__name__ = module, function.__name__
    alias.__qualname__ = function.__name__
    return alias


def allow_mmengine_checkpoints() -> None:
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
    modules = ['numpy.core.multiarray', 'numpy._core.multiarray']  # of NumPy 1, and 2
    if np.lib.NumpyVersion(np.__version__) >= '2.0.0':
        modules.reverse()
    own = importlib.import_module(modules[0])
    arrays = [own._reconstruct, own.scalar]
    scalar_types = {type(np.dtype(code)) for code in ('f4', 'f8', 'i4', 'i8', 'u1', 'b1')}
    torch.serialization.add_safe_globals([
        HistoryBuffer, OneCycleParamScheduler, _checkpoint_getattr,
        np.ndarray, np.dtype, *arrays, *(_called(array, modules[1]) for array in arrays),
        *sorted(scalar_types, key=lambda t: t.__name__)
    ])  # yapf: disable
    logger.debug('torch.load: what an mmengine checkpoint holds besides tensors is listed as safe')
