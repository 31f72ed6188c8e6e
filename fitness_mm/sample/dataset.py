"""Writes a sample: all clips over some processes, safely, and what was planted beside the tree."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import orjson

from fitness_mm.errors import FitnessError
from fitness_mm.files import locked, open_file, remove_leftovers, replacing
from fitness_mm.processes import Pool

from .clip import Performance, label_keypoints, perform
from .clip_plan import ClipPlan
from .images import jpegs
from .labels.defects import image_folder, spoil_document
from .labels.records import label_2d, label_3d
from .plan import plan_clips
from .presets import PRESETS, Preset
from .station.cameras import VIEWS
from .streams import stream

SAMPLE_FILE, ERRORS_FILE, _PARTIAL = 'sample.json', 'planted_errors.json', '.partial'
SAMPLE_VERSION = 9
"""Raised whenever the same command would make other files."""


@dataclass(frozen=True)
class SampleResult:
    """What :func:`make_sample` did.

    Attributes:
        num_clips: Clips in the sample.
        num_new: Clips that were made now.
        seconds: Time it took.
    """

    num_clips: int
    num_new: int
    seconds: float


def make_sample(out: str | os.PathLike, preset: str = 'tiny', seed: int = 0, workers: int = 1,
                report: Callable[[int, int], None] | None = None,
                **overrides: Any) -> SampleResult:
    """Makes a data set in exactly the AI Hub format from nothing but a seed.

    The files depend on preset, overrides and seed only, not on the number of processes. A
    finished sample is left as it is; an interrupted one is continued.

    Args:
        out: Folder for the sample; new, empty, or with the same sample in it.
        preset: Name of a preset.
        seed: Seed of everything that is drawn.
        workers: Number of processes.
        report: Called with the number of clips that are there and of all clips.
        **overrides: Fields of :class:`~fitness_mm.sample.presets.Preset` to change.

    Raises:
        FitnessError: If the folder holds something else, an argument is out of range, or the disk
            is full.
    """
    began = time.monotonic()
    out = Path(out)
    chosen = _preset(preset, overrides)
    if seed < 0 or workers < 1:
        raise FitnessError(f'seed is {seed} and workers {workers}, expected at least 0 and 1')
    plans = plan_clips(chosen, seed)
    identity = orjson.loads(orjson.dumps({'preset': preset, 'seed': seed,
                                          'version': SAMPLE_VERSION, **asdict(chosen)}))
    if _is_finished(out, identity):
        return SampleResult(len(plans), 0, time.monotonic() - began)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with locked(out) as free:
            if not free:
                raise FitnessError(f'another make_sample.py is at work in {out}; wait until it is '
                                   'done, or choose another folder')
            num_new = _make(out, plans, seed, chosen, workers, identity, report)
    except OSError as error:
        raise FitnessError(f'{error.filename or out}: {error.strerror}; what is finished is kept, '
                           'run the same again to continue') from error
    except BrokenProcessPool as error:
        raise FitnessError('a process was killed, perhaps for want of memory; run the same again '
                           'with fewer workers to continue') from error
    return SampleResult(len(plans), num_new, time.monotonic() - began)


def _make(out: Path, plans: Sequence[ClipPlan], seed: int, preset: Preset, workers: int,
          identity: dict[str, Any], report: Callable[[int, int], None] | None) -> int:
    shutil.rmtree(out / _PARTIAL, ignore_errors=True)
    remove_leftovers(out, '.*.tmp.json', '*/label/*/.*.tmp.json')
    _write_json(out / SAMPLE_FILE, identity | {'finished': False}, indent=True)
    # The 2D label is written last.
    tasks = [(out, plan, seed, preset) for plan in plans if not _label_path(out, plan).exists()]
    done = len(plans) - len(tasks)
    with Pool(min(workers, max(len(tasks), 1))) as pool:
        for _, made in pool.run(['all'], lambda _: tasks, _make_clip):
            for _ in made:
                done += 1
                if report:
                    report(done, len(plans))
    _write_errors(out / ERRORS_FILE, plans, seed, preset)
    shutil.rmtree(out / _PARTIAL, ignore_errors=True)
    _write_json(out / SAMPLE_FILE, identity | {
        'finished': True, 'num_clips': len(plans), 'num_clip_views': len(plans) * len(VIEWS),
        'defects': [{'label': f'{plan.split}/{plan.day_name}/{plan.label_name}.json',
                     'defect': defect} for plan in plans for defect in sorted(plan.defects)],
    }, indent=True)
    return len(tasks)


def _preset(name: str, overrides: dict[str, Any]) -> Preset:
    if name not in PRESETS:
        raise FitnessError(f'there is no preset {name!r}, expected one of {", ".join(PRESETS)}')
    try:
        return replace(PRESETS[name], **overrides)
    except TypeError as error:
        raise FitnessError(f'{", ".join(overrides)}: a preset has no such number') from error


def _is_finished(out: Path, identity: dict[str, Any]) -> bool:
    """Whether the same sample is there already.

    Raises:
        FitnessError: If the folder holds anything else than this sample or a part of it.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return False
    if not out.is_dir():
        raise FitnessError(f'{out} is not a folder; choose another name')
    try:
        with open_file(out / SAMPLE_FILE) as file:
            found = orjson.loads(file.read())
    except (OSError, orjson.JSONDecodeError) as error:
        raise FitnessError(f'{out} is not empty and holds no sample; choose another folder or '
                           'empty this one') from error
    found = found if isinstance(found, dict) else {}
    different = [key for key, value in identity.items() if found.get(key) != value]
    if different:
        raise FitnessError(f'{out} holds another sample (its {different[0]} differs); choose '
                           'another folder or remove it')
    return bool(found.get('finished'))


def _label_path(out: Path, plan: ClipPlan, suffix: str = '') -> Path:
    return out / plan.split / 'label' / plan.day_name / f'{plan.label_name}{suffix}.json'


def _performance(plan: ClipPlan, seed: int, preset: Preset) -> Performance:
    return perform(plan, seed, preset.size, preset.cameras)


def _make_clip(out: Path, plan: ClipPlan, seed: int, preset: Preset) -> None:
    cv2.setNumThreads(1)  # one process per core already
    performance = _performance(plan, seed, preset)
    for v, view in enumerate(VIEWS if preset.images else ()):
        folder, prefix = image_folder(plan, view)
        target = out / plan.split / 'img' / folder
        partial = out / _PARTIAL / f'{plan.split}-{plan.label_name}-{view}'
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for n, data in enumerate(jpegs(performance, view, stream(seed, 'images', *plan.ids, v))):
            (partial / f'{prefix}-{n + 1:07d}.jpg').write_bytes(data)
        # What an interrupted run left here has no label yet and is made again.
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(partial, target)
    keypoints, _ = label_keypoints(performance, seed)
    document = label_2d(plan, keypoints)
    spoil_document(document, plan, preset.size[1])
    _write_json(_label_path(out, plan, '-3d'), label_3d(plan, performance.labelled_joints))
    _write_json(_label_path(out, plan), document)


def _write_errors(path: Path, plans: Sequence[ClipPlan], seed: int, preset: Preset) -> None:
    records = []
    for plan in plans:
        if plan.errors:
            records += label_keypoints(_performance(plan, seed, preset), seed)[1]
    _write_json(path, {
        'about': 'Label errors planted in this sample, for evaluation only. Frames count the '
                 'labelled frames from 0; joints are those farther than moved_px from their place, '
                 'and joints_moved is how many; clean is where the joints are, in px.',
        'rate': preset.error_rate,
        'clip_views': records,
    })


def _write_json(path: Path, document: dict[str, Any], indent: bool = False) -> None:
    with replacing(path) as partial:
        partial.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 if indent else 0))
