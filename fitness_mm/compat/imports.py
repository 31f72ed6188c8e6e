"""Lets the hosts be imported."""

from __future__ import annotations

import importlib.util
import logging
import pkgutil
import sys
import types
from pathlib import Path

logger = logging.getLogger(__package__)

_DRN = 'mmaction.models.localizers.drn'
_TEXT_MODELS_NEED = {  # what they import from transformers.modeling_utils
    'mmaction': ('apply_chunking_to_forward', ),
    'mmpretrain': ('apply_chunking_to_forward', 'GenerationConfig', 'GenerationMixin'),
}


def mend_torchvision() -> None:
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
    mend_torchvision.schemas = schemas
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


def mend_mmcv_ops() -> None:
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


def mend_find_loader() -> None:
    """Lets mmengine and mmcv look for full mmcv by what Python 3.14 still has."""
    if hasattr(pkgutil, 'find_loader') or not importlib.util.find_spec('mmcv'):
        return
    from mmcv.utils import ext_loader
    from mmengine.utils.dl_utils import misc

    misc.pkgutil = ext_loader.pkgutil = types.SimpleNamespace(find_loader=importlib.util.find_spec)
    logger.debug('mmengine, mmcv: find_spec takes the place of find_loader')


def mend_xtcocotools() -> None:
    """Has pycocotools stand in for xtcocotools, which has no wheels past Python 3.11 and NumPy 1.

    One that is installed and loads is used.
    """
    if importlib.util.find_spec('mmpose') is None or 'xtcocotools' in sys.modules:
        return
    try:
        import xtcocotools._mask  # noqa: F401
        return
    except (ImportError, ValueError):  # absent; built for another NumPy
        sys.modules.pop('xtcocotools', None)
    if importlib.util.find_spec('pycocotools') is None:
        return
    from pycocotools import mask

    from . import coco

    package = types.ModuleType('xtcocotools')
    package.coco = package.cocoeval = coco
    package.mask = mask
    package.__path__ = []
    sys.modules['xtcocotools'] = package
    sys.modules['xtcocotools.coco'] = sys.modules['xtcocotools.cocoeval'] = coco
    sys.modules['xtcocotools.mask'] = mask
    logger.debug('xtcocotools: pycocotools stands in')


def mend_mmaction_drn() -> None:
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


def mend_multimodal() -> None:
    """Has hosts leave out their text models where the installed transformers is too new for them.

    They look only whether it is new enough. MMAction2 then cannot be imported, and of mmpretrain
    mmengine says that its models are not in the registry.
    """
    if importlib.util.find_spec('transformers') is None:
        return
    for host, needed in _TEXT_MODELS_NEED.items():
        spec = importlib.util.find_spec(host)
        name = f'{host}.utils.dependency'
        if spec is None or name in sys.modules:
            continue
        from transformers import modeling_utils

        if all(hasattr(modeling_utils, part) for part in needed):
            continue
        # By its file: importing the package, which is what fails, would come first.
        path = Path(spec.submodule_search_locations[0]) / 'utils/dependency.py'
        spec = importlib.util.spec_from_file_location(name, path)
        dependency = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(dependency)
        dependency.WITH_MULTIMODAL = False
        logger.debug('%s: its text models are placeholders, transformers is too new', host)
