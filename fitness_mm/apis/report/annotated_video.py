"""The second pass over a video: skeleton and verdicts on every frame, and the key frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import cv2
import numpy as np

from fitness_mm.apis.result import Inference
from fitness_mm.apis.stages.track import Track
from fitness_mm.apis.video.encoder import encoding
from fitness_mm.apis.video.frames import FrameSource
from fitness_mm.keypoints.pixels import PixelMap

from .language import Writing
from .model import Report
from .panel import Panel
from .picture import draw_person

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
        self.mapping = PixelMap().resized(self.scale, self.scale)
        self.panel = Panel(report, max(self.size[1], _HEIGHTS[0]), writing)

    @property
    def canvas_size(self) -> tuple[int, int]:
        """Width and height of what :meth:`draw` returns, even."""
        return self.size[0] + self.panel.width, self.panel.height

    def draw(self, image: np.ndarray, time: float, person: Track | None) -> np.ndarray:
        """A frame with all that is to say about it.

        Args:
            image: uint8 RGB (H, W, 3), a frame of the video.
            time: Its time in seconds.
            person: The keypoints at this time, T = 1.

        Returns:
            uint8 RGB, of :attr:`canvas_size`.
        """
        interpolation = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
        picture = cv2.resize(image, self.size, interpolation=interpolation)
        if person is not None:
            marked = {joint for i in self.report.shown_at(time)
                      for joint in self.report.rows[i].moment.joints}
            draw_person(picture, self.mapping.apply(person.keypoints[0]), person.scores[0],
                        tuple(sorted(marked)), thickness=self.size[1] / 220)
        canvas = np.zeros((self.canvas_size[1], self.canvas_size[0], 3), np.uint8)
        top = (canvas.shape[0] - self.size[1]) // 2
        canvas[top:top + self.size[1], :self.size[0]] = picture
        canvas[:, self.size[0]:] = self.panel.at(time)
        return canvas


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
    with (nullcontext() if path is None else
          encoding(path, annotator.canvas_size, source.fps)) as encoder:
        for number, frame in enumerate(source.frames(), 1):
            image = frame.rgb()
            while pending and frame.time >= pending[0] - 0.5 / source.fps:
                found[pending.pop(0)] = image
            person = None if track is None else track.at(np.array([frame.time]))
            drawn = annotator.draw(image, frame.time, person)
            if encoder is not None:
                encoder.add(drawn, frame.time)
            if show is not None:
                show(drawn)
            progress(number)
    return found
