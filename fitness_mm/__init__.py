"""MMPose and MMAction2 extension for the Korean AI Hub fitness-posture data set.

``custom_imports = dict(imports=['fitness_mm'])`` registers every part whose host is installed.
``fitness_mm.aihub`` and ``fitness_mm.sample`` need neither torch nor OpenMMLab.
"""

import importlib.util
import sys

__version__ = '0.1.0'


def register_all() -> None:
    """Register every part of the package whose host package is installed."""
    import fitness_mm.anomaly.hook
    if importlib.util.find_spec('mmpose'):
        import fitness_mm.pose
    if importlib.util.find_spec('mmaction'):
        import fitness_mm.action  # noqa: F401


# Only a process that already works with OpenMMLab wants the parts registered, and custom_imports
# always runs inside one. The data tools stay free of torch and start in a fraction of a second.
if 'mmengine' in sys.modules:
    register_all()
