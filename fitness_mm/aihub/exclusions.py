"""Lists of labelled frames to leave out, as the anomaly filter writes and training reads them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson


def read_exclusions(files: Iterable[str | Path]) -> dict[str, frozenset[int]]:
    """Joins exclusion files.

    Args:
        files: JSON objects of clip-view id to a list of image numbers (1, 3, ... 31). A single
            path is taken as a list of one.

    Returns:
        Clip-view id to the image numbers that any of the files names.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is not such an object.
    """
    if isinstance(files, (str, Path)):
        files = [files]
    excluded: dict[str, frozenset[int]] = {}
    for file in files:
        try:
            content = orjson.loads(Path(file).read_bytes())
        except orjson.JSONDecodeError as error:
            raise ValueError(f'{file}: not JSON ({error}); expected an object of clip-view id to '
                             'a list of frame numbers') from None
        if not isinstance(content, dict):
            raise ValueError(f'{file}: expected an object of clip-view id to a list of frame '
                             f'numbers, but got a {type(content).__name__}')
        for clip_view, numbers in content.items():
            if not isinstance(numbers, list) or not all(type(n) is int for n in numbers):
                raise ValueError(f'{file}: {clip_view!r} has to list frame numbers as integers, '
                                 f'but has {str(numbers)[:60]}')
            excluded[clip_view] = excluded.get(clip_view, frozenset()) | frozenset(numbers)
    return excluded
