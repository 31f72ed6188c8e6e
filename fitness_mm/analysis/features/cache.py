"""Features of a model's validation clips, computed once and kept beside the checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
from mmengine.config import Config
from mmengine.dataset import BaseDataset

from fitness_mm.aihub.index import INDEX_FILE
from fitness_mm.analysis.load_model import (
    Subject,
    build_dataset,
    build_loader,
    read_recogniser,
)
from fitness_mm.engine.checkpoints import check_checkpoint
from fitness_mm.engine.load import load_model
from fitness_mm.errors import shortened
from fitness_mm.records import ClipViewRecord, RecordError, column

from .features import limited_rows, pooled_features


@dataclass(frozen=True, eq=False)
class ClipFeatures(ClipViewRecord):
    """Features of clip-views.

    Attributes:
        features: float32 (N, D).
        digest: What :func:`cache_key` says of all they were computed from.
    """

    features: np.ndarray = column(float, 'D')
    digest: str

    what = 'record of features'


def features_of(subject: Subject,
                options: dict | None = None,
                max_per_class: int | None = None,
                seed: int = 42,
                cache: Path | None = None,
                log: Callable[[str], None] = print) -> ClipFeatures:
    """The features of the clips that a config tests on.

    They are kept in a file, and read from there as long as checkpoint, model, data and number of
    clips are the same; anything else, a damaged file too, is computed again.

    Args:
        subject: Config and checkpoint of a recogniser.
        options: Settings of the config to override, by dotted name.
        max_per_class: Take at most so many clip-views of a class.
        seed: For choosing them.
        cache: Folder for the file; the checkpoint's if None.
        log: Told whether the file is used.

    Raises:
        FitnessError: If config and checkpoint are missing, do not fit or give no features.
    """
    cfg = read_recogniser(subject.config, options)
    check_checkpoint(subject.checkpoint)
    key = cache_key(cfg, subject.checkpoint, max_per_class, seed)
    file = (cache or subject.checkpoint.parent) / f'{subject.checkpoint.stem}_features.npz'
    kept = _read_cache(file, key, log) if file.is_file() else None
    if kept is None:
        kept = _compute(cfg, subject, max_per_class, seed, key, log)
        try:
            kept.write(file)
            log(f'{subject.name}: features of {len(kept)} clips kept in {file}')
        except OSError as error:  # they are there all the same
            log(f'{subject.name}: features cannot be kept in {file} ({shortened(error)})')
    return kept


def cache_key(cfg: Config, checkpoint: Path, max_per_class: int | None, seed: int) -> str:
    """A digest of all that features depend on: weights, model, data and choice of clips."""
    digest = hashlib.sha256()
    settings = dict(model=cfg.model.to_dict(), dataset=cfg.test_dataloader.dataset.to_dict())
    digest.update(orjson.dumps(settings, default=str,
                               option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS))
    digest.update(f'{max_per_class} {seed if max_per_class else None}'.encode())
    root = cfg.test_dataloader.dataset.get('data_root')
    for file in (checkpoint, Path(root) / INDEX_FILE if root else None):
        if file is not None and file.is_file():
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _read_cache(file: Path, key: str, log: Callable[[str], None]) -> ClipFeatures | None:
    try:
        kept = ClipFeatures.read(file)
    except RecordError as error:
        log(f'{error}; it is computed again')
        return None
    if kept.digest != key:
        log(f'{file} belongs to another checkpoint, config, data set or number of clips; it is '
            'computed again')
        return None
    log(f'features from {file}')
    return kept


def _compute(cfg: Config, subject: Subject, max_per_class: int | None, seed: int, key: str,
             log: Callable[[str], None]) -> ClipFeatures:
    model = load_model(cfg, subject.checkpoint)
    dataset = build_dataset(cfg)
    dataset.full_init()
    origin = _origin(dataset)
    if max_per_class is not None:
        rows = limited_rows(origin['label'], max_per_class, seed)
        dataset.get_subset_(rows.tolist())
        origin = {name: column[rows] for name, column in origin.items()}
    log(f'{subject.name}: computing features of {len(dataset)} clips')
    values = pooled_features(model, build_loader(cfg, dataset))
    classes = dataset.metainfo.get('classes') or map(str, range(origin['label'].max() + 1))
    return ClipFeatures(features=values, classes=tuple(classes), digest=key, **origin)


def _origin(dataset: BaseDataset) -> dict[str, np.ndarray]:
    """Label, clip, view and performer of every sample, from before the pipeline."""
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    # Data sets of the host know a clip by its file or folder and nothing of views.
    names = [str(info.get('clip') or info.get('filename') or info.get('frame_dir') or '')
             for info in infos]
    return dict(
        label=np.array([info['label'] for info in infos], int),
        clip=np.array(names, str),
        view=np.array([info.get('view', '') for info in infos], str),
        performer=np.array([info.get('performer', -1) for info in infos], int))
