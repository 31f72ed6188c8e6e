"""Which files make up the models: those given, or what `make demo` leaves."""

from __future__ import annotations

import os
from pathlib import Path

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.options import TRACK_ENDINGS
from fitness_mm.posture.calibration import CALIBRATION_FILE

DEMO = 'demo'
"""The name of what ``make demo`` trains."""

_DEMO = {'pose': 'demo_pose_r18', 'posture': 'demo_posture'}
_HINT = 'run `make demo`, which trains it, or name a config and a checkpoint'


def demo_files(part: str, work_dirs: str | Path = 'work_dirs') -> tuple[Path, Path]:
    """Config and last checkpoint of a model that `make demo` trained.

    Args:
        part: ``pose`` or ``posture``.
        work_dirs: Where training leaves its folders.

    Raises:
        InferenceError: If it is not there.
    """
    folder = Path(work_dirs) / _DEMO[part]
    pointer = folder / 'last_checkpoint'
    if not pointer.is_file():
        raise InferenceError(f'there is no trained {part} model in {folder}; {_HINT}')
    configs = sorted(folder.glob('*.py'), key=lambda file: file.stat().st_mtime)
    if not configs:
        raise InferenceError(f'{folder} has a checkpoint but no config; {_HINT}')
    # the folder may have been moved since the path was written
    checkpoint = folder / Path(os.fsdecode(pointer.read_bytes()).strip()).name
    if not checkpoint.is_file():
        raise InferenceError(f'{pointer} names {checkpoint.name}, which is not there; {_HINT}')
    return configs[-1], checkpoint


def given_files(part: str, config: str | Path | None,
                checkpoint: str | Path | None) -> tuple[Path, Path]:
    """The files given, or those of the demo.

    Raises:
        InferenceError: If one of them is not named, or the demo's are not there.
    """
    if config == DEMO and checkpoint is None:
        return demo_files(part)
    if config in (None, DEMO) or checkpoint is None:
        raise InferenceError(f'the {part} model needs both a config and a checkpoint')
    return Path(config), Path(checkpoint)


def zoo_files(name: str) -> tuple[Path, str]:
    """Config and address of the weights of a model of MMPose's zoo.

    Args:
        name: Its name or an alias in the zoo's metafiles, such as ``body26``.

    Raises:
        InferenceError: If there is none.
    """
    from mmengine.infer import BaseInferencer  # it takes a second
    folder = Path(BaseInferencer._get_repo_or_mim_dir('mmpose'))
    aliases = []
    for model in BaseInferencer._get_models_from_metafile(str(folder)):
        alias = model.get('Alias') or []
        names = [model['Name'], *([alias] if isinstance(alias, str) else alias)]
        if name.lower() in map(str.lower, names):
            weights = model['Weights']
            return folder / model['Config'], weights if isinstance(weights, str) else weights[0]
        if '_2d_keypoint/rtmpose/' in model['Config'] and 'body' in model['Config']:
            aliases += names[1:]
    raise InferenceError(f'{name!r} is no source of keypoints: name blazepose, demo, a config '
                         f'(.py), a file of tracks ({", ".join(TRACK_ENDINGS)}) or a model of '
                         f"MMPose's zoo, such as {', '.join(dict.fromkeys(aliases))}")


def calibration_beside(checkpoint: Path) -> Path | None:
    """The calibration in a checkpoint's folder, if there is one."""
    file = Path(checkpoint).parent / CALIBRATION_FILE
    return file if file.is_file() else None
