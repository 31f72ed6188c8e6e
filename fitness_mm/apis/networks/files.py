"""Which files make up a model: those of a name, of a folder, or of MMPose's zoo."""

from __future__ import annotations

import os
from pathlib import Path

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.options import TRACK_ENDINGS
from fitness_mm.posture.calibration import CALIBRATION_FILE

EVERYDAY, DEMO = 'everyday', 'demo'
"""The posture network that comes with the package, and the networks that ``make demo`` trains."""

PUBLISHED = 'config.json', 'weights.pth'
"""Files of a folder that ``tools/publish.py`` left; nothing in them is code."""

_FOLDERS = {('posture', EVERYDAY): Path(__file__).parent / EVERYDAY,
            ('posture', DEMO): Path('work_dirs/demo_posture'),
            ('pose', DEMO): Path('work_dirs/demo_pose_r18')}


def model_files(part: str, model: str | Path | None,
                checkpoint: str | Path | None) -> tuple[Path, Path]:
    """Config and checkpoint of a model.

    Args:
        part: ``pose`` or ``posture``.
        model: A name, a folder that training or ``tools/publish.py`` left, or a config.
        checkpoint: Of a config.

    Raises:
        InferenceError: If they are not there.
    """
    names = [name for of, name in _FOLDERS if of == part]
    if checkpoint is not None:
        if model is None or str(model) in names:
            raise InferenceError(f'the checkpoint {checkpoint} needs its config as the {part} '
                                 f'model, but got {model}')
        return Path(model), Path(checkpoint)
    folder = _FOLDERS.get((part, str(model)), Path(model))
    if folder.is_dir():
        return _in_folder(folder)
    if str(model) == DEMO:
        raise InferenceError(f'there is no trained {part} model in {folder}; run `make demo`, '
                             'which trains it, or name a config and a checkpoint')
    raise InferenceError(f'the {part} model {str(model)!r} is neither {" nor ".join(names)} nor a '
                         'folder that training left; a config needs a checkpoint, too')


def _in_folder(folder: Path) -> tuple[Path, Path]:
    hint = 'train or publish it again, or name a config and a checkpoint'
    config, weights = (folder / name for name in PUBLISHED)
    if config.is_file():
        return config, weights
    pointer = folder / 'last_checkpoint'
    if not pointer.is_file():
        raise InferenceError(f'there is no last_checkpoint in {folder}; {hint}')
    configs = sorted(folder.glob('*.py'), key=lambda file: file.stat().st_mtime)
    if not configs:
        raise InferenceError(f'{folder} has a checkpoint but no config; {hint}')
    # the folder may have been moved since the path was written
    checkpoint = folder / Path(os.fsdecode(pointer.read_bytes()).strip()).name
    if not checkpoint.is_file():
        raise InferenceError(f'{pointer} names {checkpoint.name}, which is not there; {hint}')
    return configs[-1], checkpoint


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
