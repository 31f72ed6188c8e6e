"""Makes a trained recogniser as small as those need it who only use it."""

from __future__ import annotations

from pathlib import Path

import orjson
import torch
from mmengine.config import Config

from fitness_mm.files import replacing
from fitness_mm.posture.calibration import CALIBRATION_FILE, PostureCalibration

from .files import PUBLISHED
from .recogniser import PostureRecogniser

_OF_THE_DATASET = ('type', 'exercises', 'pipeline')


def publish(config: Path, checkpoint: Path, calibration: Path | None, folder: Path) -> list[Path]:
    """Writes a folder that :func:`~.files.model_files` finds a model in.

    Args:
        config: Of a recogniser.
        checkpoint: Its weights.
        calibration: Its calibration, if there is one.
        folder: Where it goes; made if it is not there.

    Returns:
        The files.

    Raises:
        FitnessError: If a file is missing, damaged, or does not fit the others.
    """
    network = PostureRecogniser(config, checkpoint, 'cpu')
    fitted = None
    if calibration is not None:
        fitted = PostureCalibration.read(calibration)
        fitted.check_fits([e.name for e in network.exercises],
                          [e.conditions for e in network.exercises])
    cfg, model = network.network.cfg, network.network.model
    dataset = cfg.test_dataloader.dataset
    needed = Config(dict(
        default_scope=cfg.default_scope,
        custom_imports=cfg.get('custom_imports'),
        model=cfg.model,
        test_dataloader=dict(
            dataset={key: dataset[key] for key in _OF_THE_DATASET if key in dataset})))
    weights = {name: value.half() if value.is_floating_point() else value
               for name, value in model.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / name for name in PUBLISHED]
    with replacing(files[0]) as unfinished:
        unfinished.write_bytes(orjson.dumps(needed.to_dict(), option=orjson.OPT_INDENT_2))
    with replacing(files[1]) as unfinished:
        torch.save(dict(state_dict=weights), unfinished)
    if fitted is not None:
        files.append(fitted.write(folder / CALIBRATION_FILE))
    return files
