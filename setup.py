"""Installs fitness_mm into an environment that already has OpenMMLab.

torch, mmcv, mmpose and mmaction2 are not declared on purpose: pip would replace the versions that
an existing environment has, and mmpose's own requirements pull in chumpy, which does not build.
`make env` sets up a complete environment from requirements/ instead.
"""

from setuptools import find_packages, setup

setup(
    name='fitness_mm',
    version='0.1.0',
    description='MMPose and MMAction2 extension for the AI Hub fitness-posture data set',
    license='Apache-2.0',
    python_requires='>=3.10',
    packages=find_packages(include=['fitness_mm', 'fitness_mm.*']),
    package_data={'fitness_mm': ['**/*.pth', '**/*.tsv', '**/*.j2', '**/*.json', '**/*.npz']},
    install_requires=['av', 'jinja2', 'matplotlib', 'numpy', 'opencv-python-headless', 'orjson',
                      'pillow', 'pyarrow', 'rich', 'scikit-learn', 'scipy'],
)
