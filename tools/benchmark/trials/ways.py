"""Clips in which one condition is broken in one way, and what a posture network says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from fitness_mm.action.data.keypoint_batch import keypoint_batch
from fitness_mm.aihub.catalog import Exercise
from fitness_mm.aihub.conditions import Condition, conditions_of
from fitness_mm.apis.networks.recogniser import PostureRecogniser
from fitness_mm.keypoints.measures import person_box
from fitness_mm.posture.calibration import PostureCalibration
from fitness_mm.sample.clip import label_keypoints, perform
from fitness_mm.sample.clip_plan import ClipPlan
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.station.cameras import ANYWHERE, STATION

_SIZE = (1920, 1080)
_SEED = 90_210  # no sample's, so nobody here has been trained on
_DAYS = 30
_KEPT = 'kept'


class Row(NamedTuple):
    """What was said of the clips of one way.

    Attributes:
        exercise: English name.
        condition: English name.
        way: How it is broken, or ``kept``.
        strength: How much, 0 of what is kept.
        single: Share of single views in which it was called broken.
        together: Share of clips in which it was, all views taken together.
    """

    exercise: str
    condition: str
    way: str
    strength: float
    single: float
    together: float


COLUMNS = Row._fields


def show_ways(network: PostureRecogniser, calibration: PostureCalibration, clips: int,
              strengths: Sequence[float], anywhere: bool,
              progress: Callable[[int, int], None]) -> list[Row]:
    """Measures every way to break each of a network's conditions.

    Args:
        network: Sees keypoints alone.
        calibration: Of it; what it does not judge is not called broken.
        clips: Of each way and strength, and in which all is kept.
        strengths: 1 is how people usually do it.
        anywhere: Whether cameras stand anywhere around the person, not where the data set's do.
        progress: Told the number of ways done and in all.
    """
    ways = [(condition, number, way.name) for condition in conditions_of(network.exercises)
            for number, way in enumerate(DRAWN[condition.exercise.name].faults[condition.name_ko])]
    exercises = [exercise for exercise in network.exercises if exercise.conditions]
    positions = {condition: i for i, condition in enumerate(conditions_of(network.exercises))}
    rows, total = [], len(ways) + len(exercises)

    def called_broken(exercise: Exercise, condition: Condition | None, number: int,
                      strength: float | None) -> np.ndarray:
        """Shares (2, P): of single views and of all together."""
        shown = [_clip(exercise, condition, number, strength, clip, anywhere)
                 for clip in range(clips)]
        shares = []
        for parts in ([view[None] for views in shown for view in views], shown):
            logits = np.stack([said.condition_logits.float().cpu().numpy()
                               for said in network.network.predict(
                                   map(_sample, parts), network.batch_size)])
            kept = calibration.condition_probabilities(logits)
            shares.append((calibration.certain(kept) & (kept < 0.5)).mean(0))
        return np.stack(shares)

    for done, exercise in enumerate(exercises, 1):
        shares = called_broken(exercise, None, 0, None)
        rows += [Row(exercise.name, one.name_en, _KEPT, 0.0, *shares[:, positions[one]].tolist())
                 for one in conditions_of([exercise])]
        progress(done, total)
    for done, (condition, number, name) in enumerate(ways, len(exercises) + 1):
        for strength in strengths:
            shares = called_broken(condition.exercise, condition, number, strength)
            rows.append(Row(condition.exercise.name, condition.name_en, name, strength,
                            *shares[:, positions[condition]].tolist()))
        progress(done, total)
    return rows


def _clip(exercise: Exercise, condition: Condition | None, number: int, strength: float | None,
          clip: int, anywhere: bool) -> np.ndarray:
    """Labels' keypoints of one clip in five views, (V, T, K, 2)."""
    broken = 0 if condition is None else 1 << condition.position
    plan = ClipPlan('training', clip % _DAYS + 1, number + 1, clip + 1,
                    exercise.types[0] + broken)
    ways = None if condition is None else {condition.name_ko: number}
    performance = perform(plan, _SEED, _SIZE, ANYWHERE if anywhere else STATION, ways, strength)
    return label_keypoints(performance, _SEED)[0].astype(np.float32)


def _sample(views: np.ndarray) -> dict:
    """Some views (V, T, K, 2) of a clip as a network takes them."""
    keypoints = np.concatenate([views, np.ones_like(views[..., :1])], -1)
    boxes = [person_box(view[..., :2], view[..., 2], _SIZE) for view in keypoints]
    numbers = np.broadcast_to(np.arange(views.shape[1]), (1, *views.shape[:2])).copy()
    return keypoint_batch(keypoints[None], numbers, np.array(boxes, float)[None],
                          np.tile(_SIZE, (1, len(views), 1)))


def ways_markdown(rows: Sequence[Row]) -> str:
    """How many ways are found, by strength, and what is called broken though it is kept."""
    lines = ['| strength | ways | found, one view | found in 85 % of single views or more | '
             'found, five views | found in 85 % of clips or more |',
             '| --- | --- | --- | --- | --- | --- |']
    for strength in sorted({row.strength for row in rows} - {0.0}):
        some = np.array([(row.single, row.together) for row in rows if row.strength == strength])
        (single, together), (most, all_of) = some.mean(0), (some >= 0.85).sum(0)
        lines.append(f'| {strength:g} | {len(some)} | {single:.2f} | {most} | {together:.2f} | '
                     f'{all_of} |')
    kept = np.array([(row.single, row.together) for row in rows if row.way == _KEPT])
    lines += ['', f'Of {len(kept)} conditions that are kept, called broken: '
              f'{kept[:, 0].mean():.3f} of single views ({(kept[:, 0] <= 0.05).sum()} conditions '
              f'in 5 % of them or less), {kept[:, 1].mean():.3f} of clips in five views '
              f'({(kept[:, 1] <= 0.05).sum()} in 5 % or less).']
    return '\n'.join(lines)
