"""The bytes of a label file -> a JSON document."""

from __future__ import annotations

import json
from typing import Any

import orjson

from .errors import LabelError

MAX_LABEL_BYTES = 4 * 1024 * 1024
"""Real labels are below 1 MB; what is larger is not parsed."""

NUMBERS = {int, float}
"""Types of JSON's numbers; ``bool`` is none of them."""


def decode(data: bytes, file: str) -> Any:
    """Decode the content of a label file.

    Args:
        data: The content.
        file: Its path, for messages.

    Raises:
        LabelError: If it is empty, too large or not JSON.
    """
    if len(data) > MAX_LABEL_BYTES:
        raise LabelError('too_large', file,
                         f'{len(data)} bytes, expected at most {MAX_LABEL_BYTES}')
    data = data.removeprefix(b'\xef\xbb\xbf')
    if not data.strip():
        raise LabelError('empty_file', file, 'the file is empty, expected a JSON label')
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    # Python writes NaN and Infinity, which JSON lacks, and numbers may be beyond float64: this
    # reads them as what is not finite, so that they cost the view they are in, not the file.
    try:
        return json.loads(data.decode(), parse_int=float)
    except (ValueError, RecursionError) as error:
        raise LabelError('bad_json', file,
                         f'not a complete JSON document in UTF-8 ({error})') from error
