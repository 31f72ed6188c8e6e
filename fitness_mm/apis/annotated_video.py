"""The second pass over a video: skeleton and verdicts on every frame, and the key frames."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from fitness_mm.aihub.skeleton import KEYPOINT_INDEX
from fitness_mm.files import replacing

from .frames import FrameSource
from .panel import Panel, moment_at
from .picture import draw_person
from .result import Inference
from .track import Track
from .words import PictureText

_HEIGHTS = (480, 720)
_TIME_BASE = 90_000
_QUALITY = '23'  # constant rate factor of x264


class Annotator:
    """Draws a result on the frames of its video.

    Args:
        result: What was found.
        text: Language and font.
    """

    def __init__(self, result: Inference, text: PictureText) -> None:
        self.result = result
        width, height = result.size
        tall = int(np.clip(height, *_HEIGHTS))
        # a very wide picture would be huge at that height
        self.scale = min(tall / height, 1280 / width) if width > height else tall / height
        self.size = (max(2, round(width * self.scale) // 2 * 2),
                     max(2, round(height * self.scale) // 2 * 2))
        self.panel = Panel(result, max(self.size[1], _HEIGHTS[0]), text)

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
            shown = moment_at(self.result, time).shown
            marked = {KEYPOINT_INDEX[name] for i in shown
                      if (evidence := self.result.verdicts[i].evidence) is not None
                      for name, _ in evidence.joints}
            draw_person(picture, (person.keypoints[0] + 0.5) * self.scale - 0.5, person.scores[0],
                        tuple(sorted(marked)), thickness=self.size[1] / 220)
        canvas = np.zeros((self.canvas_size[1], self.canvas_size[0], 3), np.uint8)
        top = (canvas.shape[0] - self.size[1]) // 2
        canvas[top:top + self.size[1], :self.size[0]] = picture
        canvas[:, self.size[0]:] = self.panel.at(time)
        return canvas


def write_video(path: str | Path, source: FrameSource, annotator: Annotator,
                key_times: list[float], progress: Callable[[int], None],
                show: Callable[[np.ndarray], None] | None = None) -> dict[float, np.ndarray]:
    """Writes the annotated video as H.264, whole or not at all, at the source's own times.

    Args:
        path: The MP4 file.
        source: The video, which is read once more.
        annotator: Draws on its frames.
        key_times: Moments of which the frames are wanted, in seconds.
        progress: Told the number of frames written.
        show: Given every drawn frame, uint8 RGB.

    Returns:
        The frames at the key times, uint8 RGB as they are in the video.
    """
    track = annotator.result.track
    pending, found = sorted(set(key_times)), {}
    rate = Fraction(source.fps).limit_denominator(1001)
    with replacing(path) as unfinished, av.open(str(unfinished), 'w') as container:
        stream = container.add_stream('libx264', rate=rate,
                                      options={'crf': _QUALITY, 'preset': 'veryfast'})
        stream.width, stream.height = annotator.canvas_size
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.time_base = Fraction(1, _TIME_BASE)
        last = -1
        for number, frame in enumerate(source.frames(), 1):
            image = frame.rgb()
            while pending and frame.time >= pending[0] - 0.5 / source.fps:
                found[pending.pop(0)] = image
            person = None if track is None else track.at(np.array([frame.time]))
            drawn = annotator.draw(image, frame.time, person)
            picture = av.VideoFrame.from_ndarray(drawn, format='rgb24')
            last = max(last + 1, round(frame.time * _TIME_BASE))
            picture.pts, picture.time_base = last, Fraction(1, _TIME_BASE)
            container.mux(stream.encode(picture))
            if show is not None:
                show(drawn)
            progress(number)
        container.mux(stream.encode())
    return found
