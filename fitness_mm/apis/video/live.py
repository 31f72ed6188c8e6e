"""What comes as it happens, from cameras and the network: whoever is late gets the latest."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import av
import cv2

from fitness_mm.apis.errors import InferenceError
from fitness_mm.printable import file_name

from .canvas import Canvas, Colours
from .encoder import encoding
from .file import DecodedFrame, Shown
from .frames import Frame, Picture
from .layout import Layout

_PATIENCE_SECONDS = 10.0
"""Without a picture, after which a stream of the network counts as ended."""

_CAMERA = re.compile('camera:([0-9]{1,2})')
_STREAMS = ('rtsp', 'rtsps')


class Live(NamedTuple):
    """What is shown live.

    Attributes:
        name: What to call it, without the password in an address.
        frames: Opens it and gives its frames as they come, with times from the first one on.
    """

    name: str
    frames: Callable[[], Iterator[Frame]]


def live(given: object) -> Live | None:
    """A camera by its number or as ``camera:0``, or the address of a stream; None for all else."""
    camera = _CAMERA.fullmatch(given) if isinstance(given, str) else None
    if camera or (isinstance(given, int) and not isinstance(given, bool)):
        number = int(camera[1]) if camera else given
        return Live(f'camera {number}', lambda: _camera_frames(number))
    if isinstance(given, str) and given.partition('://')[0].lower() in _STREAMS:
        address = urlsplit(given)
        name = file_name(f'{address.hostname or ""}{address.path}'.replace('/', ' ').strip())
        return Live(name or 'stream', lambda: stream_frames(given))
    return None


def _camera_frames(number: int) -> Iterator[Frame]:
    level = cv2.setLogLevel(0)  # else it says itself, in four lines, that there is no camera
    try:
        camera = cv2.VideoCapture(number)
    finally:
        cv2.setLogLevel(level)
    try:
        good, image = camera.read()
        if not good:
            raise InferenceError(f'camera {number} gives no picture; connect it, or name a video '
                                 'file')
        begin, count = time.monotonic(), 0
        while good:
            yield Picture(count, time.monotonic() - begin, cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
            count += 1
            good, image = camera.read()
    finally:
        camera.release()


def stream_frames(address: str, **options: str) -> Iterator[Frame]:
    """Frames of a stream of the network as they come; what breaks off ends.

    Args:
        address: With ``rtsp://``.
        **options: Of FFmpeg's protocol.

    Raises:
        InferenceError: If it cannot be opened or gives no picture.
    """
    shown, begin, count = None, 0.0, 0
    options = {'rtsp_transport': 'tcp', 'protocol_whitelist': 'rtsp,rtp,tcp,udp,tls', **options}
    name = live(address).name
    try:
        with av.open(address, options=options, timeout=_PATIENCE_SECONDS,
                     metadata_errors='replace') as container:
            stream = container.streams.video[0]
            stream.thread_type = 'SLICE'  # threads of frames would hold some back
            for picture in container.decode(stream):
                if shown is None:
                    begin = time.monotonic()
                    layout = Layout.of(picture, stream.sample_aspect_ratio)
                    shown = Shown(layout, layout.shown(picture.width, picture.height),
                                  Colours.of(picture))
                yield DecodedFrame(count, time.monotonic() - begin, picture, shown)
                count += 1
    except (av.FFmpegError, OSError, IndexError) as error:
        if not count:
            raise InferenceError(f'the stream {name} cannot be opened ('
                                 f'{getattr(error, "strerror", None) or "no pictures"}); see '
                                 'whether a player shows it') from error


class Latest:
    """Frames as they come: each is recorded, and whoever asks gets the latest.

    Args:
        frames: Opens what gives them.
        recording: File that all of them go into.
        fps: How many come in a second, about.

    Attributes:
        times: Of all that came, in seconds.
    """

    def __init__(self, frames: Callable[[], Iterator[Frame]], recording: Path,
                 fps: float) -> None:
        self.times: list[float] = []
        self._latest: tuple[Frame, float] | None = None
        self._changed, self._ended = threading.Condition(), False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._read, args=(frames, recording, fps),
                                        daemon=True)

    def __iter__(self) -> Iterator[tuple[Frame, float]]:
        """Frames, none twice, and the time of the clock at which each came.

        When they end, the recording is whole.

        Raises:
            InferenceError: If there is none.
            OSError: If nothing can be recorded.
        """
        self._thread.start()
        while True:
            with self._changed:
                # Ctrl-C does not get through a wait without end everywhere
                while self._latest is None and not self._ended:
                    self._changed.wait(0.1)
                latest, self._latest = self._latest, None
            if latest is None:
                break
            yield latest
        self._thread.join()
        if self._error is not None:
            raise self._error

    def stop(self, *_) -> None:
        """Lets the iteration end."""
        self._ended = True

    def _read(self, frames: Callable[[], Iterator[Frame]], recording: Path, fps: float) -> None:
        try:
            with ExitStack() as opened:
                canvas = None
                for frame in frames():
                    if self._ended:
                        break
                    came = time.monotonic()
                    if canvas is None:
                        canvas = Canvas(even_size(frame), frame.colours)
                        encoder = opened.enter_context(
                            encoding(recording, canvas.size, fps, frame.colours))
                    canvas.paste(frame.planes(canvas.size), 0, 0)
                    encoder.add(canvas, frame.time)
                    self.times.append(frame.time)
                    with self._changed:  # from here on the frame is another thread's
                        self._latest = frame, came
                        self._changed.notify()
        except Exception as error:
            self._error = error  # raised again where the frames are wanted
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify()


def even_size(frame: Frame) -> tuple[int, int]:
    """Width and height of a frame, which videos have in even numbers."""
    height, width = (max(2, side // 2 * 2) for side in frame.rgb().shape[:2])
    return width, height
