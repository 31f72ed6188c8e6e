"""Clip files: the images of a clip-view in one MPEG-4 file that gives any few of them fast.

The choices were measured, see ``docs/clips.md``. Every second frame is a B-frame, on which no
other frame depends. Labels are on images 1, 3, 5, ..., which are the reference frames, so who
wants labelled images need not decode the others.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from fitness_mm.aihub.disk.images import FrameError
from fitness_mm.files import is_unchanged, open_file

CODEC_VERSION = 2
"""Raised whenever other bytes come out: clip files of an older version are made again."""

QUALITY = 3
"""Quantiser of MPEG-4, 2 (best) to 31."""

KEY_INTERVAL = 16
"""Images from one that needs no other to the next."""

BYTES_PER_PIXEL = 0.05
"""What a clip file takes: of rendered frames, which are noisier than the real ones measured."""

_FRAME_RATE = 8
_MAX_BYTES = 1 << 28
_QP_TO_LAMBDA = 118  # FF_QP2LAMBDA


def encode_clip(frames: Iterable[np.ndarray], size: Sequence[int]) -> bytes:
    """An MP4 file, the same bytes for the same frames.

    Args:
        frames: uint8 BGR (H, W, 3), as OpenCV decodes images.
        size: Width and height, even.
    """
    buffer = io.BytesIO()
    with av.open(buffer, 'w', format='mp4', container_options={'fflags': '+bitexact'}) as container:
        stream = container.add_stream('mpeg4', rate=_FRAME_RATE, options={'flags': '+bitexact'})
        stream.width, stream.height, stream.pix_fmt = *map(int, size), 'yuv420p'
        encoder = stream.codec_context
        encoder.thread_count = 1  # with several, slices and so the bytes depend on the machine
        encoder.gop_size, encoder.max_b_frames = KEY_INTERVAL, 1
        encoder.qmin = encoder.qmax = QUALITY
        encoder.flags |= av.codec.context.Flags.qscale
        encoder.global_quality = QUALITY * _QP_TO_LAMBDA
        for number, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420),
                                                 format='yuv420p')
            picture.pts, picture.time_base = number, Fraction(1, _FRAME_RATE)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return buffer.getvalue()


def read_clip(path: Path) -> bytes:
    """Content of a clip file.

    Raises:
        FrameError: If it cannot be read or is not what was written.
    """
    try:
        with open_file(path) as file:
            if os.fstat(file.fileno()).st_size > _MAX_BYTES:
                raise FrameError(path, 'is larger than any clip file; make it again')
            data = file.read()
    except OSError as error:
        raise FrameError(path, f'cannot be read ({error.strerror})') from error
    if not is_unchanged(data):
        raise FrameError(path, 'is damaged: its checksum is wrong; make it again')
    return data


def decode_clip(path: Path, numbers: Sequence[int], size: Sequence[int]) -> list[np.ndarray]:
    """Some images of a clip file, in the order asked for; frame j of the file is image j + 1.

    Args:
        path: The file.
        numbers: Image numbers, from 1.
        size: Width and height that it should have.

    Returns:
        uint8 RGB (H, W, 3).

    Raises:
        FrameError: If it is missing, changed, too short or of another size.
    """
    data = read_clip(path)
    wanted = {number - 1 for number in numbers}
    try:
        # only B-frames, the odd ones, are skipped
        frames = _decode(data, wanted, all(j % 2 == 0 for j in wanted))
        if frames.keys() != wanted:
            frames = _decode(data, wanted, False)
    except (av.FFmpegError, IndexError, AttributeError, ValueError) as error:  # PyAV says not which
        raise FrameError(path, f'cannot be decoded ({error}); make it again') from error
    missing = sorted(wanted - frames.keys())
    if missing:
        raise FrameError(path, f'has no image {missing[0] + 1}; make it again')
    height, width = frames[min(frames)].shape[:2] if frames else (size[1], size[0])
    if (width, height) != tuple(size):
        raise FrameError(path, f'is {width}x{height} pixels, the index says '
                         f'{size[0]}x{size[1]}; make it again')
    return [frames[number - 1] for number in numbers]


def _decode(data: bytes, wanted: set[int], skip_unreferenced: bool) -> dict[int, np.ndarray]:
    """Frame number -> RGB, from the key frame before the first wanted up to the last."""
    frames: dict[int, np.ndarray] = {}
    with av.open(io.BytesIO(data), format='mp4') as container:
        stream = container.streams.video[0]
        decoder = stream.codec_context
        decoder.thread_count = 1  # a clip is decoded sooner than threads are started
        if skip_unreferenced:
            decoder.skip_frame = 'NONREF'
        packets = [packet for packet in container.demux(stream) if packet.size]
        times = sorted(packet.pts for packet in packets if packet.pts is not None)
        number_of = {time: j for j, time in enumerate(times)}
        first = min(wanted, default=0)
        start = max((i for i, packet in enumerate(packets) if packet.is_keyframe
                     and number_of.get(packet.pts, first + 1) <= first), default=0)
        for packet in (*packets[start:], None):
            for picture in decoder.decode(packet):
                j = number_of.get(picture.pts)
                if j in wanted:
                    frames[j] = _rgb(picture)
            if len(frames) == len(wanted):
                break
    return frames


def _rgb(picture: av.VideoFrame) -> np.ndarray:
    # OpenCV's conversion is twice as fast as FFmpeg's, but for even sizes and this format only
    if picture.format.name == 'yuv420p' and not (picture.width % 2 or picture.height % 2):
        return cv2.cvtColor(picture.to_ndarray(), cv2.COLOR_YUV2RGB_I420)
    return picture.to_ndarray(format='rgb24')
