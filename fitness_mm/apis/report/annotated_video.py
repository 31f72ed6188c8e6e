"""The second pass over a video: skeleton and verdicts on every frame, and the key frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fitness_mm.apis.result import Inference
from fitness_mm.apis.stages.track import Track
from fitness_mm.apis.video.ahead import ahead
from fitness_mm.apis.video.canvas import Canvas, Planes
from fitness_mm.apis.video.encoder import encoding
from fitness_mm.apis.video.frames import FrameSource
from fitness_mm.keypoints.pixels import PixelMap

from .language import Writing
from .model import Report
from .panel import Panel
from .picture import PALETTE, draw_person

_HEIGHTS = (480, 720)


class Annotator:
    """Draws a result on the frames of its video.

    Args:
        result: What was found.
        report: What to say of it, in the language of pictures.
        writing: Brings the fonts.
    """

    def __init__(self, result: Inference, report: Report, writing: Writing) -> None:
        self.result, self.report = result, report
        width, height = result.size
        tall = int(np.clip(height, *_HEIGHTS))
        # a very wide picture would be huge at that height
        self.scale = min(tall / height, 1280 / width) if width > height else tall / height
        self.size = (max(2, round(width * self.scale) // 2 * 2),
                     max(2, round(height * self.scale) // 2 * 2))
        self.panel = Panel(report, max(self.size[1], _HEIGHTS[0]), writing)
        self.corner = 0, (self.panel.height - self.size[1]) // 4 * 2
        mapping = PixelMap().resized(self.scale, self.scale)
        self._layers = tuple(_Layer(mapping.resized(1 / step, 1 / step), self.size[1] / 220 / step)
                             for step in (1, 2, 2))

    @property
    def canvas_size(self) -> tuple[int, int]:
        """Width and height of what :meth:`draw` draws on, even."""
        return self.size[0] + self.panel.width, self.panel.height

    def draw(self, canvas: Canvas, planes: Planes, time: float, person: Track | None) -> None:
        """Draws a frame and all that is to say about it.

        Args:
            canvas: Of :attr:`canvas_size` and in the video's colours.
            planes: The frame, of :attr:`size`.
            time: Its time in seconds.
            person: The keypoints at this time, T = 1.
        """
        canvas.paste(planes, *self.corner)
        if person is not None:
            marked = {joint for i in self.report.shown_at(time)
                      for joint in self.report.rows[i].moment.joints}
            parts = canvas.parts(*self.corner, *self.size)
            for plane, layer, palette in zip(parts, self._layers, canvas.palette(PALETTE),
                                             strict=True):
                draw_person(plane, layer.mapping.apply(person.keypoints[0]), person.scores[0],
                            tuple(sorted(marked)), layer.thickness, palette)
        self.panel.draw(canvas, self.size[0], time)


class _Layer(NamedTuple):
    """Of a plane: from pixels of the video to its own, and how thick limbs are there."""

    mapping: PixelMap
    thickness: float


def write_video(path: str | Path | None, source: FrameSource, annotator: Annotator,
                key_times: Sequence[float], progress: Callable[[int], None],
                show: Callable[[np.ndarray], None] | None = None) -> dict[float, np.ndarray]:
    """Writes the annotated video, whole or not at all, at the source's own times.

    Args:
        path: The MP4 file; none is written if None.
        source: The video, which is read once more.
        annotator: Draws on its frames.
        key_times: Moments of which the frames are wanted, in seconds.
        progress: Told the number of frames done.
        show: Given every drawn frame, uint8 RGB.

    Returns:
        The frames at the key times, uint8 RGB as they are in the video.
    """
    track = annotator.result.track
    pending, found = sorted(set(key_times)), {}
    canvas = Canvas(annotator.canvas_size, source.colours)
    with (nullcontext() if path is None else
          encoding(path, annotator.canvas_size, source.fps, source.colours,
                   source.sound)) as encoder:
        pictures = ((frame, frame.planes(annotator.size)) for frame in source.frames())
        for number, (frame, planes) in enumerate(ahead(pictures), 1):
            while pending and frame.time >= pending[0] - 0.5 / source.fps:
                found[pending.pop(0)] = frame.rgb()
            person = None if track is None else track.at(np.array([frame.time]))
            annotator.draw(canvas, planes, frame.time, person)
            if encoder is not None:
                encoder.add(canvas, frame.time)
            if show is not None:
                show(canvas.rgb())
            progress(number)
    return found
