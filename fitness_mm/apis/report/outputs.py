"""What an inference leaves in a folder: video, JSON, report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.result import Inference
from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.apis.video.frames import FrameSource
from fitness_mm.files import write_text

from .angles.files import ANGLES, MOTION, REPETITIONS, angles_csv, motion, repetitions_csv
from .annotated_video import Annotator, write_video
from .html import write_html
from .key_frames import key_frames
from .language import Writing
from .model import tell
from .page import write_page

VIDEO, JSON, HTML, PAGE = 'annotated.mp4', 'result.json', 'report.html', 'report.png'


@dataclass(frozen=True)
class Outputs:
    """What is wanted.

    Attributes:
        folder: Where files go; none are written if None.
        keep: Whether the drawn frames are wanted as an array.
        show: Whether to show them in a window.
        writing: Languages and fonts.
    """

    folder: Path | None
    keep: bool
    show: bool
    writing: Writing


@contextmanager
def written_in(folder: Path | None) -> Iterator[None]:
    """Says in which folder it was that the system could not write.

    Raises:
        InferenceError: If it could not.
    """
    try:
        yield
    except OSError as error:
        if folder is None or error.strerror is None:
            raise
        raise InferenceError(f'{folder} cannot be written ({error.strerror}); name a folder with '
                             'room, in which you may write') from error


def write_outputs(result: Inference, source: FrameSource, outputs: Outputs,
                  progress: Callable[[str, int, int], None],
                  clock: Stopwatch) -> np.ndarray | None:
    """Draws a result on its video and writes all files; adds the stages' times to the result.

    What was found is written first: it stays whatever happens to the drawing of it.

    Returns:
        The drawn frames, uint8 RGB (T, H, W, 3), if they are wanted.

    Raises:
        InferenceError: If files cannot be written, or there is no window to show frames in.
    """
    with written_in(outputs.folder):
        if outputs.folder is not None:
            _write_json(result, outputs.folder)
            _write_angles(result, outputs.folder)
        drawn = _draw(result, source, outputs, progress, clock)
        result.seconds = {**clock.seconds, 'total': clock.total()}
        if outputs.folder is not None:
            _write_json(result, outputs.folder)
    return drawn


def _draw(result: Inference, source: FrameSource, outputs: Outputs,
          progress: Callable[[str, int, int], None], clock: Stopwatch) -> np.ndarray | None:
    drawn: list[np.ndarray] = []
    if outputs.folder is not None or outputs.keep or outputs.show:
        writing = outputs.writing
        result.drawing_notes = list(writing.notes)
        report = tell(result, writing.picture)
        total = len(result.frame_times)

        def take(frame: np.ndarray) -> None:
            if outputs.keep:
                drawn.append(frame)
            if outputs.show:
                _show(result.name, frame, result.fps)

        with clock.stage('draw'):
            found = write_video(
                None if outputs.folder is None else outputs.folder / VIDEO, source,
                Annotator(result, report, writing), [moment.time for moment in report.moments],
                lambda done: progress('drawing', done, max(total, done)),
                take if outputs.keep or outputs.show else None)
        if outputs.folder is not None:
            with clock.stage('report'):
                frames = key_frames(result, report.moments, found)
                write_html(outputs.folder / HTML, tell(result, writing.page), frames)
                write_page(outputs.folder / PAGE, report, frames, writing)
    return np.stack(drawn) if outputs.keep else None


def _write_json(result: Inference, folder: Path) -> None:
    write_text(folder / JSON, json.dumps(result.as_dict(), ensure_ascii=False))


def _write_angles(result: Inference, folder: Path) -> None:
    for name, write in ((ANGLES, angles_csv), (REPETITIONS, repetitions_csv), (MOTION, motion)):
        if result.angles is None:  # nobody's: those of an earlier video would mislead
            (folder / name).unlink(missing_ok=True)
        else:
            write_text(folder / name, write(result))


def _show(name: str, frame: np.ndarray, fps: float) -> None:
    try:
        cv2.imshow(name, cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        cv2.waitKey(max(1, round(1000 / fps)))
    except cv2.error as error:
        raise InferenceError('frames cannot be shown: this OpenCV has no windows '
                             '(opencv-python-headless) or there is no display; leave show out and '
                             'open the video in out_dir') from error
