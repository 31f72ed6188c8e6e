"""What is shown for a verdict: the condition's own measure, beside what kept repetitions have of
it, and where and when to look."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

import numpy as np

from fitness_mm.apis.result import ConditionVerdict, Counted, Evidence, Measured
from fitness_mm.keypoints.layouts import OBSERVED, TABLE
from fitness_mm.keypoints.skeleton import KEYPOINTS, NUM_KEYPOINTS
from fitness_mm.posture.angle_track import AngleTrack
from fitness_mm.posture.calibration import BROKEN
from fitness_mm.posture.kept_ranges import KeptRange, ranges_of

_OF_ALL_SKELETONS = [k for k, name in enumerate(KEYPOINTS)
                     if TABLE[name.split()[-1]][0][0] == OBSERVED]


def with_evidence(verdicts: Sequence[ConditionVerdict], angles: AngleTrack,
                  repetitions: Sequence[Counted],
                  assumed: Set[int] = frozenset()) -> list[ConditionVerdict]:
    """Verdicts with what was measured, and faults with what to look at.

    Args:
        verdicts: Of one exercise.
        angles: The person's measures.
        repetitions: In order; those of a fault are known by their numbers.
        assumed: Keypoints that the pose source lays where others suggest them. If there are any, it
            has another skeleton than labels, and what is measured at joints that it does not share
            with them is not compared: the feet of BlazePose are lower at the ankles by half of what
            flat feet and lifted ones differ by.
    """
    shared = _OF_ALL_SKELETONS if assumed else range(NUM_KEYPOINTS)
    return [_explained(verdict, angles, repetitions, [
        known for known in ranges_of(verdict.condition, angles.view)
        if set(known.of.joints) <= set(shared)]) for verdict in verdicts]


def _explained(verdict: ConditionVerdict, angles: AngleTrack,
               repetitions: Sequence[Counted], ranges: Sequence[KeptRange]) -> ConditionVerdict:
    spans = {r.number: (r.start, r.stop) for r in repetitions}
    broken = verdict.verdict == BROKEN
    # what kept repetitions show is no evidence of a fault
    found = next((one for known in ranges
                  if (one := _measured(known, angles, spans, verdict.repetitions))
                  and not (broken and known.low <= one.value <= known.high)), None)
    if not broken:
        return replace(verdict, measured=found)
    number = found.repetition if found else next(iter(verdict.repetitions), None)
    span = spans.get(number, verdict.ranges[0] if verdict.ranges else (0.0, 0.0))
    turns = {r.number: r.turn for r in repetitions}
    time = angles.furthest(found.known, span) if found else None
    if time is None:
        time = turns.get(number, sum(span) / 2)
    joints = found.known.of.joints if found else verdict.condition.joints
    return replace(verdict, measured=found, evidence=Evidence(time, joints))


def _measured(known: KeptRange, angles: AngleTrack, spans: dict[int, tuple[float, float]],
              faulty: Sequence[int]) -> Measured | None:
    """One measure in every repetition; None where it is known in none of those that count, the
    faulty ones if there are any."""
    found = {number: angles.statistics(known.measure, span).get(known.statistic, np.nan)
             for number, span in spans.items()}
    values = {number: value for number, value in found.items() if not np.isnan(value)}
    chosen = {number: value for number, value in values.items() if number in (faulty or values)}
    if not chosen:
        return None
    furthest = max(chosen, key=lambda n: chosen[n] if known.broken == 'more' else -chosen[n])
    return Measured(known, values, furthest, chosen[furthest])
