"""A person before a camera: skeleton, count and verdicts at once, the result at the end."""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from fitness_mm.keypoints.box import Box

from .options import Options
from .pipeline import Models, Progress, analyse, conclude, given_exercise, look_of, person_in
from .report.annotated_video import Annotator
from .report.language import Writing
from .report.model import tell
from .report.sentences import Sentence
from .result import ConditionVerdict, Counted, Inference
from .stages.person import Person
from .stages.pose import PoseResult, Reader
from .stages.track import Track, smoothed
from .stages.windows import KeptFrames, WindowPlan, plan_windows
from .stopwatch import Stopwatch
from .video.canvas import Canvas
from .video.crops import Crop
from .video.frames import DEFAULT_FPS, Frame, FrameSource, shrunk
from .video.live import Latest, Live, even_size
from .video.sources import open_source

RECORDING = 'recording.mp4'

_SEARCHED_FRAMES, _SEARCH_SECONDS = 3, 0.4  # so many, so far apart, to find the person
_LEAST_SECONDS = 1.0
_CONTEXT_SECONDS = 30.0
"""What is judged again and again; what was counted before stays."""

_EDGE_SECONDS = 3.0  # of that, in which a repetition may be cut

Show = Callable[[Canvas], None]
Looked = tuple[Track, Box, Crop | None]
"""Keypoints of a frame, T = 1, the person's box, and the crop if a network wants it."""


def watch(stream: Live, folder: Path, models: Models, options: Options, writing: Writing,
          show: Show, progress: Progress, clock: Stopwatch) -> tuple[Inference, FrameSource]:
    """Shows what a person does and judges it, until the stream ends or Ctrl-C is pressed.

    Args:
        stream: What to watch. All of it is recorded.
        folder: Where the recording goes.
        models: The networks.
        options: How to look.
        writing: Of what is shown.
        show: Given every picture with what there is to say at this moment.
        progress: Told the seconds that have passed.
        clock: Takes the stages' times.

    Returns:
        What was found, and the recording.

    Raises:
        InferenceError: If the stream gives no picture or an argument does not fit.
        OSError: If nothing can be recorded.
    """
    given_exercise(options, models.posture)
    latest = Latest(stream.frames, folder / RECORDING, DEFAULT_FPS)
    session = _Session(stream.name, models, options, writing, clock)
    models.pose.batch_size = 1
    due = 0.0
    with _interrupted_by_ctrl_c(latest.stop), clock.stage('live'), \
            ThreadPoolExecutor(1) as beside:
        for frame, came in latest:
            if frame.time < due:
                continue
            due = max(due + 1 / options.pose_fps, frame.time)
            session.look_at(frame)
            session.judge(beside)
            show(session.drawn(frame))
            session.delays.append(time.monotonic() - came)
            progress(f'live from {stream.name}, seconds', int(frame.time),
                     int(options.camera_seconds or frame.time + 1))
            if options.camera_seconds and frame.time >= options.camera_seconds:
                latest.stop()
    source = open_source(folder / RECORDING)
    return session.result(source, latest.times, progress), source


class _Session:
    """What is known of a person so far."""

    def __init__(self, name: str, models: Models, options: Options, writing: Writing,
                 clock: Stopwatch) -> None:
        self.name, self.models, self.options = name, models, options
        self.writing, self.clock = writing, clock
        self.delays: list[float] = []
        self.look = look_of(models, options)
        self.person: Person | None = None
        self._reader: Reader | None = None
        self._searched: deque[tuple[float, np.ndarray]] = deque(maxlen=_SEARCHED_FRAMES)
        self._unseen: list[float] = []  # when nobody was known yet
        self._recent: deque[Looked] = deque()
        self._counted: list[Counted] = []
        self._judging: Future | None = None
        self._canvas: Canvas | None = None

    def look_at(self, frame: Frame) -> None:
        """Finds or follows the person."""
        image = frame.rgb()
        if self._canvas is None:
            self.size = even_size(frame)
            self._say(self._nothing(frame.time), frame.time)
            self._canvas = Canvas(self._annotator.canvas_size, frame.colours)
        if self._reader is None:
            self._unseen.append(frame.time)
            self._search(image, frame.time)
            return
        crop = self._reader.look_at(image, frame.time)
        self._recent.append((*self._reader.latest(), crop))
        while frame.time - self._recent[0][0].times[0] > _CONTEXT_SECONDS:
            self._recent.popleft()

    def judge(self, beside: ThreadPoolExecutor) -> None:
        """Judges what was seen lately, beside all else, unless it is still at it."""
        if self._judging is not None and self._judging.done():
            self._judging.result()  # raises what went wrong
            self._judging = None
        if self._judging is None and self._recent and (
                self._recent[-1][0].times[0] - self._recent[0][0].times[0] >= _LEAST_SECONDS):
            self._judging = beside.submit(self._judge, list(self._recent))

    def drawn(self, frame: Frame) -> Canvas:
        """A frame with all that is known now."""
        annotator = self._annotator
        person = self._recent[-1][0] if self._recent else None
        annotator.draw(self._canvas, frame.planes(annotator.size), self._moment, person)
        return self._canvas

    def result(self, source: FrameSource, times: Sequence[float],
               progress: Progress) -> Inference:
        """All that was found, when the recording is whole."""
        source.name = self.name
        if not self._recent or self.look.keep_pixels:  # what was not seen live may be there
            result = analyse(source, self.models, self.options, progress, self.clock)
        else:
            track, boxes = self._reader.finish()
            if self._unseen:
                before = len(self._unseen)
                track = Track(np.concatenate([self._unseen, track.times]),
                              np.concatenate([track.keypoints[:1].repeat(before, 0),
                                              track.keypoints]),
                              np.concatenate([0 * track.scores[:1].repeat(before, 0),
                                              track.scores]))
                boxes = [boxes[0]] * before + boxes
            duration = times[-1] + 1 / source.fps
            plan = plan_windows(duration, self.options.window, self.options.stride)
            poses = PoseResult(smoothed(track, self.options.smooth),
                               _kept(plan, track.times, [None] * len(track)), np.array(times),
                               boxes)
            result = conclude(source, self.person, poses, plan, self.models, self.options,
                              progress, self.clock)
        result.notes.append(_live_note(self.delays, times[-1]))
        return result

    def _search(self, image: np.ndarray, time: float) -> None:
        if self._searched and time - self._searched[-1][0] < _SEARCH_SECONDS:
            return
        self._searched.append((time, shrunk(image)))
        if len(self._searched) < _SEARCHED_FRAMES:
            return
        self.person = person_in([image for _, image in self._searched], self.size, self.models,
                                self.options)
        if self.person is not None:
            self._searched.clear()
            self._reader = self.models.pose.reader(self.person, self.size, self.look, self.clock)

    def _judge(self, recent: Sequence[Looked]) -> None:
        tracks, boxes, crops = zip(*recent, strict=True)
        track = Track(*(np.concatenate([getattr(one, part) for one in tracks])
                        for part in ('times', 'keypoints', 'scores')))
        begin, now = float(track.times[0]), float(track.times[-1])
        plan = replace(plan_windows(now - begin, self.options.window, self.options.stride),
                       begin=begin)
        poses = PoseResult(smoothed(track, self.options.smooth), _kept(plan, track.times, crops),
                           np.array([now]), list(boxes))
        result = conclude(self._nothing(now), self.person, poses, plan, self.models,
                          self.options, _silent, Stopwatch())
        whole = begin <= (self._unseen or [0.0])[-1] + _EDGE_SECONDS
        cut = -np.inf if whole else begin + _EDGE_SECONDS
        before = [r for r in self._counted if r.turn < cut]
        lately = [r for r in result.repetitions or () if r.turn >= cut]
        further = len(before) + 1 - (lately[0].number if lately else 1)
        self._counted = before + [replace(r, number=r.number + further) for r in lately]
        result.repetitions = self._counted
        result.verdicts = [_renumbered(v, lately, further) for v in result.verdicts]
        self._say(result, self._counted[-1].stop if self._counted else now)

    def _say(self, result: Inference, moment: float) -> None:
        annotator = Annotator(result, tell(result, self.writing.picture), self.writing)
        if self._canvas is not None:  # draws the panel here, beside all else
            annotator.panel.draw(Canvas(annotator.canvas_size, self._canvas.colours), 0, moment)
        self._annotator, self._moment = annotator, moment

    def _nothing(self, now: float) -> Inference:
        return Inference(self.name, self.size, DEFAULT_FPS, np.array([now]))


def _kept(plan: WindowPlan, times: np.ndarray, crops: Sequence[Crop | None]) -> KeptFrames:
    """The frame of each moment: the first one that is not before it."""
    kept = KeptFrames()
    while plan.time_of(len(kept.numbers)) <= times[-1]:
        number = int(np.searchsorted(times, plan.time_of(len(kept.numbers))))
        kept.keep(number, crops[number])
    if not kept.numbers:
        kept.keep(len(times) - 1, crops[-1])
    return kept


def _renumbered(verdict: ConditionVerdict, lately: Sequence[Counted],
                further: int) -> ConditionVerdict:
    numbers = {r.number for r in lately}
    return replace(verdict, repetitions=tuple(
        number + further for number in verdict.repetitions if number in numbers))


def _live_note(delays: Sequence[float], seconds: float) -> Sentence:
    mean, most = np.mean(delays), np.quantile(delays, 0.95)
    rate = len(delays) / max(seconds, 1e-3)
    return Sentence(
        f'실시간으로 1초에 {rate:.1f}장을 살펴봤고, 평균 {mean:.2f}초(95%는 {most:.2f}초 이내) '
        '뒤에 보여 드렸어요.',
        f'Live: {rate:.1f} pictures a second were looked at and shown {mean:.2f} s after they came '
        f'(95 % within {most:.2f} s).')


@contextmanager
def _interrupted_by_ctrl_c(stop: Callable) -> Iterator[None]:
    """Ctrl-C ends what is watched, and nothing else."""
    try:
        before = signal.signal(signal.SIGINT, stop)
    except ValueError:  # in a thread, where none arrives
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _silent(stage: str, done: int, total: int) -> None:
    """Shows no progress."""
