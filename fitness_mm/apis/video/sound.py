"""The sound of a video, for another that is made of its pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av

from fitness_mm.containers import reading

_AS_IT_IS = ('aac', 'mp3', 'ac3', 'eac3', 'opus', 'alac', 'flac')
"""Codecs that MP4 holds; what else there is becomes AAC."""

_RATE = 48_000  # of that


class Sound(NamedTuple):
    """Where sound is: in a file, whose pictures begin at some second."""

    path: Path
    begin: float


class SoundTrack:
    """Copies sound into a container, up to where its pictures are.

    Args:
        sound: What to copy.
        into: Of a file that is written; its header is not yet.
        opened: Closes what is opened here.
    """

    def __init__(self, sound: Sound, into: av.container.OutputContainer,
                 opened: contextlib.ExitStack) -> None:
        self._into, self._next, self._rest = into, None, iter(())
        with contextlib.suppress(av.FFmpegError, OSError, ValueError):
            container = opened.enter_context(reading(sound.path))
            stream = container.streams.best('audio')
            if stream is not None:
                self._rest = self._packets(container, stream, sound.begin)
                self._next = next(self._rest, None)

    def until(self, time: float) -> None:
        """Copies what is heard before a time in seconds, as far as it can be read."""
        with contextlib.suppress(av.FFmpegError):
            while self._next is not None and self._next.pts * self._next.time_base < time:
                packet, self._next = self._next, None
                self._into.mux(packet)
                self._next = next(self._rest, None)

    def _packets(self, container: av.container.InputContainer, stream: av.AudioStream,
                 begin: float) -> Iterator[av.Packet]:
        if stream.codec_context.name in _AS_IT_IS:
            written, packets = self._into.add_stream_from_template(stream), container.demux(stream)
        else:
            layout = 'mono' if stream.channels == 1 else 'stereo'
            written = self._into.add_stream('aac', rate=_RATE, layout=layout)
            packets = _encoded(container, stream, written)
        for packet in packets:
            if packet.pts is None or packet.pts * packet.time_base < begin:
                continue
            packet.pts -= round(begin / packet.time_base)
            packet.dts = packet.pts
            packet.stream = written
            yield packet


def _encoded(container: av.container.InputContainer, stream: av.AudioStream,
             written: av.AudioStream) -> Iterator[av.Packet]:
    for frame in container.decode(stream):
        yield from written.encode(frame)
    yield from written.encode()
