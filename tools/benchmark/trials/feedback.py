"""How well the whole way from a video to feedback works: films with known faults, judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from fitness_mm.aihub.catalog import STUDY_EXERCISES, exercise_by_name
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.files import replacing
from fitness_mm.sample.film import make_video
from fitness_mm.sample.station.cameras import VIEWS
from fitness_mm.sample.video import Script
from fitness_mm.tables import csv_table, markdown_table

VIDEO_SEC = 20.0
_STILL_SEC = 2.0  # before and after, together
_FAULTS = 2
_REPS = (4, 8)


@dataclass(frozen=True)
class VideoOutcome:
    """One video: what was planted and what was said.

    Attributes:
        exercise: English name.
        view: Camera letter.
        recognised: English name that was given, '' if nobody was seen.
        planted: Number of repetitions.
        counted: Number of repetitions that were counted.
        found: Planted faults that were reported, by Korean name.
        withheld: Planted faults whose condition was not judged.
        missed: Planted faults whose condition was called kept, or that belong to an exercise that
            was not recognised.
        false: Reported faults that were not planted.
    """

    exercise: str
    view: str
    recognised: str
    planted: int
    counted: int
    found: tuple[str, ...]
    withheld: tuple[str, ...]
    missed: tuple[str, ...]
    false: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the exercise was recognised."""
        return self.recognised == self.exercise

    @property
    def perfect(self) -> bool:
        """Right exercise, every fault, no other, and a count that is off by at most one."""
        return (self.right and not (self.withheld or self.missed or self.false)
                and abs(self.counted - self.planted) <= 1)


def draw_script(number: int, seed: int, performers: Sequence[int]) -> Script:
    """A film of 20 s with two planted faults; the exercises come in turn.

    Args:
        number: Of the film, from 0.
        seed: Of what is drawn.
        performers: Who may be in it, of the sample with seed 0.
    """
    rng = np.random.default_rng([seed, number])
    exercise = STUDY_EXERCISES[number % len(STUDY_EXERCISES)]
    reps = int(rng.integers(_REPS[0], _REPS[1] + 1))
    return Script(
        exercise=exercise.name, reps=reps, rep_sec=(VIDEO_SEC - _STILL_SEC) / reps,
        before_sec=_STILL_SEC / 2, after_sec=_STILL_SEC / 2,
        faults=tuple(str(name) for name in rng.choice(exercise.conditions, _FAULTS, replace=False)),
        performer=int(rng.choice(performers)), view=str(rng.choice(list(VIEWS))), take=number)


def judge_prediction(script: Script, prediction: dict) -> VideoOutcome:
    """Compares what was planted with a prediction of ``FitnessInferencer``."""
    recognised = (prediction['exercise'] or {}).get('name', '')
    exercise = exercise_by_name(script.exercise)
    same = recognised in (exercise.name, exercise.family.name)
    verdicts = {c['name_ko']: c['verdict'] for c in prediction['conditions']}
    reported = [name for name, verdict in verdicts.items() if verdict == 'broken']
    planted = script.faults
    found = tuple(name for name in planted if same and name in reported)
    withheld = tuple(name for name in planted if same and verdicts.get(name) == 'not judged')
    return VideoOutcome(
        script.exercise, script.view, recognised, script.reps,
        (prediction['repetitions'] or {}).get('count', 0), found, withheld,
        tuple(name for name in planted if name not in (*found, *withheld)),
        tuple(name for name in reported if name not in found))


def run_trials(inferencer: Callable, out: Path, num_videos: int, seed: int,
               performers: Sequence[int],
               report: Callable[[int, int], None] = lambda done, total: None,
               ) -> list[VideoOutcome]:
    """Films videos and judges them; the report is written after each.

    Args:
        inferencer: A ``FitnessInferencer``.
        out: Folder for ``videos.md``, ``videos.csv`` and the videos.
        num_videos: Number of videos.
        seed: Of what is drawn.
        performers: Who may be in them.
        report: Called with the number of videos done and of all.
    """
    outcomes = []
    for number in range(num_videos):
        script = draw_script(number, seed, performers)
        video = out / f'{number:03d}.mp4'
        make_video(video, script)
        prediction = inferencer(video)['predictions'][0]
        outcomes.append(judge_prediction(script, prediction))
        with replacing(out / 'videos.md') as unfinished:
            unfinished.write_text(videos_markdown(outcomes), 'utf-8')
        rows = [[json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value
                 for value in asdict(outcome).values()] for outcome in outcomes]
        with replacing(out / 'videos.csv') as unfinished:
            unfinished.write_text(csv_table(list(asdict(outcomes[0])), rows), 'utf-8')
        report(number + 1, num_videos)
    return outcomes


def videos_markdown(outcomes: Sequence[VideoOutcome]) -> str:
    """The report for people."""
    faults = sum(len(o.found) + len(o.withheld) + len(o.missed) for o in outcomes)

    def share(count: int, of: int) -> str:
        return f'{count} of {of}'

    total = [
        ['right exercise', share(sum(o.right for o in outcomes), len(outcomes))],
        ['repetitions counted exactly',
         share(sum(o.counted == o.planted for o in outcomes), len(outcomes))],
        ['repetitions off by at most one',
         share(sum(abs(o.counted - o.planted) <= 1 for o in outcomes), len(outcomes))],
        ['planted faults reported', share(sum(len(o.found) for o in outcomes), faults)],
        ['planted faults not judged', share(sum(len(o.withheld) for o in outcomes), faults)],
        ['planted faults missed', share(sum(len(o.missed) for o in outcomes), faults)],
        ['reported faults that were not planted', str(sum(len(o.false) for o in outcomes))],
        ['all of it right: exercise, faults, no other fault, count within one',
         share(sum(o.perfect for o in outcomes), len(outcomes))]]
    english = {c.name_ko: c.name_en for c in conditions_of(STUDY_EXERCISES)}
    rows = [[f'{o.exercise} {exercise_by_name(o.exercise).name_ko}', o.view,
             'yes' if o.right else o.recognised or 'nobody seen', f'{o.counted} of {o.planted}',
             *('<br>'.join(f'{english[name]} {name}' for name in names)
               for names in (o.found, o.withheld, o.missed, o.false))]
            for o in outcomes]
    return '\n\n'.join([
        markdown_table([f'{len(outcomes)} videos', ''], total),
        markdown_table(['exercise', 'view', 'recognised', 'counted', 'faults reported',
                        'not judged', 'missed', 'reported, not planted'], rows)]) + '\n'
