"""JSON files that the project reads back: damaged, or whole with another value in one place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from fitness_mm.aihub.index import read_exclusions, read_joint_exclusions
from fitness_mm.analysis.anomaly.planted import match_planted_errors
from fitness_mm.analysis.audit.rejects import REPORT_FILE, read_rejects
from fitness_mm.analysis.run_plots import describe_report, plot_training
from fitness_mm.anomaly import Residuals
from fitness_mm.clip_scores import read_accuracy_report
from fitness_mm.keypoints.sigmas import read_sigmas
from fitness_mm.keypoints.skeleton import KEYPOINTS, NUM_KEYPOINTS
from fitness_mm.posture.calibration import PostureCalibration

from .common import Kind, damage_bytes

_VALUES = (None, True, -1, 0, 1 << 62, 1 << 63, 1e308, '', '\x1b[31mx\n', '3', [], {}, [[1]],
           {'a': 1}, ['Nose'])


def _residuals() -> Residuals:
    frames, points = 4, np.zeros((4, NUM_KEYPOINTS, 2), np.float32)
    names = dict.fromkeys(('clip_view', 'view', 'exercise', 'day'), np.array(['a_A'] * frames))
    return Residuals(
        labels=points, predictions=points, visible=np.ones(points.shape[:2], bool),
        scores=points[..., 0], torso=points[:, 0, 0], box=np.zeros((frames, 4)),
        input_scale=points[:, 0], input_size=points[:, 0], frame_number=2 * np.arange(frames) + 1,
        performer=np.arange(frames), **names)


def _read_rejects(path: Path) -> None:
    folder = path.with_suffix('')
    folder.mkdir(exist_ok=True)
    shutil.copy(path, folder / REPORT_FILE)
    read_rejects(folder)


def _read_log(path: Path) -> None:
    file = path.with_suffix('') / 'start' / 'vis_data' / 'scalars.json'
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, file)
    plot_training(path.with_suffix(''), file.with_suffix('.png'))


_FILES: dict[str, tuple[Callable[[Path], Any], Any]] = {
    'accuracy.json': (lambda path: describe_report(read_accuracy_report(path)), dict(
        top1=0.75, samples=4, classes=['curl', 'row'], confusion=[[1, 1], [0, 2]],
        per_class={'curl': 0.5, 'row': None}, per_performer={'12': 0.5, '3': 1.0})),
    'all_frames.json': (read_exclusions, {'a_A': [1, 3], 'b_B': []}),
    'all_joints.json': (read_joint_exclusions, {'a_A': {'1': ['Nose'], '5': ['Left Knee']}}),
    'calibration.json': (PostureCalibration.read, None),
    'planted_errors.json': (
        lambda path: match_planted_errors(path, _residuals()), {'clip_views': [dict(
            id='a_A', kind='sides swapped', frames=[1], joints_moved=[20],
            clean=[[[1.0, 2.0]] * NUM_KEYPOINTS])]}),
    'report.json': (_read_rejects, dict(
        rejected_files={'a': 3}, rejected_views={'b': 1}, notes={}, examples={'a': ['one']},
        days_without_labels=['Day37'])),
    'sigmas.json': (read_sigmas, {'sigmas': dict.fromkeys(KEYPOINTS, 0.1)}),
    'scalars.json': (_read_log, {'loss': 0.5, 'step': 3, 'iter': 3}),
}


def _originals(folder: Path) -> list[Path]:
    for name, (_, content) in _FILES.items():
        (folder / name).write_bytes(orjson.dumps(content))
    PostureCalibration.unknown(('squat', 'row'), (('ㄱ', 'ㄴ'), ('ㄷ', ))).write(
        folder / 'calibration.json')
    return [folder / name for name in _FILES]


def _mutate(rng: np.random.Generator, whole: bytes) -> bytes:
    if rng.random() < 0.4:
        return damage_bytes(rng, whole)
    content = orjson.loads(whole)
    value = _VALUES[rng.integers(len(_VALUES))]
    inside = content
    while True:  # down to some place, there another value, or nothing at all
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        if not keys:
            return orjson.dumps(value)
        key = keys[rng.integers(len(keys))]
        if not isinstance(inside[key], (dict, list)) or rng.random() < 0.3:
            break
        inside = inside[key]
    if rng.random() < 0.2:
        del inside[key]
    else:
        inside[key] = value
    return orjson.dumps(content)


def _read(path: Path) -> str:
    read, _ = _FILES[path.name.split('_', 2)[2]]
    read(path)
    return 'read'


TEXTS = Kind(_originals, _read, _mutate)
