"""MMPose and MMAction2 extension for the Korean AI Hub fitness-posture data set.

Nothing is imported here. ``custom_imports = dict(imports=['fitness_mm.pose'])`` in a config
registers what serves MMPose, ``fitness_mm.action`` what serves MMAction2; the data's packages
(``aihub``, ``sample``, ``anomaly``, ...) need neither torch nor OpenMMLab.
"""

__version__ = '0.1.0'
