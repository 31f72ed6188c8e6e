"""Makes the pinned OpenMMLab stack importable, its checkpoints loadable and its trainings start.

Every mend looks first whether the thing is broken and leaves it alone if it is not, so this is
safe beside full mmcv, a matching torchvision, xtcocotools or a repaired mmaction2. What was mended
is logged at DEBUG level by the logger ``fitness_mm.compat``.
"""

from __future__ import annotations

import warnings

from . import checkpoints, imports, running
from .running import mend_mmaction, mend_mmpose

__all__ = ['apply', 'mend_mmaction', 'mend_mmpose']

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
    imports.mend_torchvision()
    imports.mend_mmcv_ops()
    imports.mend_find_loader()
    imports.mend_xtcocotools()
    imports.mend_mmaction_drn()
    imports.mend_multimodal()
    checkpoints.load_weights_only()
    checkpoints.allow_mmengine_checkpoints()
    running.start_processes_without_gpu()
    # of mmengine's, at the start of every run of pose; its authors alone can do something about it
    warnings.filterwarnings('ignore', 'pkg_resources is deprecated', module='mmengine')
    warnings.filterwarnings('ignore', r'`torch\.cuda\.amp\.autocast', module='mmdet')
