"""Part (g): from a video to feedback with BlazePose, stage by stage."""

from __future__ import annotations

from pathlib import Path

from fitness_mm.apis.inferencer import FitnessInferencer
from fitness_mm.apis.options import Options
from fitness_mm.apis.pipeline import analyse
from fitness_mm.apis.report.language import Writing
from fitness_mm.apis.report.outputs import Outputs, write_outputs
from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.apis.video.sources import open_source
from fitness_mm.sample.film import make_video
from fitness_mm.sample.video import Script

from .common import Row, Settings

_GOALS = {'draw': '<= 1.5 s', 'all': '<= 10 s'}


def measure(settings: Settings) -> list[Row]:
    """Wall and processor time of every stage, the least of some rounds; loading is not included."""
    video = settings.video or _filmed(settings)
    models = FitnessInferencer('blazepose', device='cpu').models
    writing = Writing.of('both')
    rounds = []
    for _ in range(settings.rounds):
        source, clock = open_source(video), Stopwatch()
        with clock.stage('other'):
            result = analyse(source, models, Options(), _nothing, clock)
            write_outputs(result, source, Outputs(settings.folder, False, False, writing),
                          _nothing, clock)
        rounds.append([{**kind, 'all': sum(kind.values())}
                       for kind in (clock.seconds, clock.processor)])
    work = f'{result.duration:.0f} s of {result.size[0]}x{result.size[1]} at {result.fps:.0f}/s'
    return [Row('g', f'{work}: {stage}', *_least(rounds, stage), _GOALS.get(stage, ''))
            for stage in rounds[0][0]]


def _least(rounds: list[list[dict[str, float]]], stage: str) -> tuple[float, str, str]:
    wall, processor = (min(seconds[stage] for seconds in kind) for kind in zip(*rounds,
                                                                              strict=True))
    return wall, 's', f'{processor:.2f} s of the processors'


def _filmed(settings: Settings) -> Path:
    path, seconds = settings.folder / 'squat.mp4', settings.video_seconds
    reps = max(1, round(seconds / 3))
    make_video(path, Script('barbell squat', reps=reps, rep_sec=seconds / reps, before_sec=0.0,
                            after_sec=0.0, size=settings.video_size))
    return path


def _nothing(*args) -> None:
    """Shows no progress."""
