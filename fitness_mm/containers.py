"""Video files by FFmpeg, which takes names for addresses unless it is kept from it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

MAX_PIXELS = 1 << 26
"""Of a picture: 8192 x 8192. A damaged header may claim what no memory holds."""


@contextmanager
def reading(path: str | Path) -> Iterator[av.container.InputContainer]:
    """A video file to read; whatever it is called, only its own bytes are read.

    FFmpeg gets the open file under a name that says nothing, so it sees no address, pattern or
    ending in it, and no protocol, so playlists lead nowhere. Titles may be of any encoding.

    Raises:
        OSError: If the file cannot be opened or read.
        av.FFmpegError: If it is no video.
    """
    with open(path, 'rb') as file:
        file.raw.name = 'video'
        with av.open(file, metadata_errors='replace',
                     container_options={'protocol_whitelist': 'none'}) as container:
            for stream in container.streams.video:
                if stream.codec_context is None:
                    raise av.error.DecoderNotFoundError(errno.EINVAL, 'unknown codec')
                stream.codec_context.options = {'max_pixels': str(MAX_PIXELS)}
            yield container


def writing(path: str | Path, options: dict[str, str] | None = None
            ) -> av.container.OutputContainer:
    """A video file to write, in the format that its ending says.

    Args:
        path: The file.
        options: Of the container.

    Raises:
        OSError: If it cannot be written, here or later.
    """
    return av.open(f'file:{os.fspath(path)}', 'w', container_options=options or {})
