"""A short cut for label files that differ from an earlier one in their digits only.

The labels of one release are written by one program: take the digits out of their ``frames`` and
the same bytes remain, file after file, but for the ``active`` of each view, which is ``Yes`` or
``No`` and which nothing here reads. So the JSON parser reads one of them, which tells where every
coordinate stands, and from the others the digits are picked directly. Any other difference,
however small, sends a file back to the JSON parser.

What it costs is a few passes over the bytes, so these are the cheap ones: comparisons of whole
arrays, and only the *last* digit of every run is searched for, since the bytes between runs are
known and tell where the next one has to start.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import orjson

from fitness_mm.keypoints.skeleton import KEYPOINTS

_DIGITS = b'0123456789'
_MAX_DIGITS = 4
MAX_LABEL_BYTES = 4 * 1024 * 1024
"""Real labels are below 1 MB; what is larger is not parsed."""

_LOWEST = np.array([0, 0, 10, 100, 1000], np.uint16)  # number of so many digits
_QUOTE = ord('"')
_ACTIVE = re.compile(rb'("active"\s*:\s*)"(Yes|No)"')
_MAX_STENCILS = 16  # two orders of names, four numbers of frames, twice
_MAX_ATTEMPTS = 64  # a stencil costs about 5 ms; do not make one for every file of a wild tree


@dataclass(frozen=True, eq=False)
class Match:
    """What a stencil shows of a label. V views, T frames, K keypoints.

    Attributes:
        keypoints: float32 (V, T, K, 2).
        image_keys: ``img_key`` of every view and frame, [V][T].
        rest: The document without ``frames``; files that end alike share it.
    """

    keypoints: np.ndarray
    image_keys: tuple[tuple[str, ...], ...]
    rest: dict[str, Any]


@dataclass(frozen=True, eq=False)
class _Scan:
    """Runs of digits in a file.

    Attributes:
        data: The file.
        digits: uint8 (bytes,), values of digits; 10 and more is something else.
        is_digit: bool (bytes,).
        last: Position of the last digit of each run.
    """

    data: bytes
    digits: np.ndarray
    is_digit: np.ndarray
    last: np.ndarray

    @classmethod
    def of(cls, data: bytes) -> _Scan:
        digits = np.frombuffer(data, np.uint8) - np.uint8(48)  # below '0' wraps around
        is_digit = digits < 10
        return cls(data, digits, is_digit, np.flatnonzero(is_digit[:-1] > is_digit[1:]))

    def starts(self) -> np.ndarray:
        """Position of the first digit of each run."""
        return np.flatnonzero(self.is_digit[1:] > self.is_digit[:-1]) + 1


@dataclass(frozen=True, eq=False)
class _Stencil:
    """Where things stand in one kind of file. A *run* is a run of digits."""

    bare: tuple[bytes, ...]  # the frames without their digits, cut at the values of ``active``
    steps: np.ndarray  # from the last digit of one run to the first of the next, if ``Yes``
    active: np.ndarray  # the runs that follow a value of ``active``
    after_active: np.ndarray  # bool (runs,), the same
    num_closing: int  # bytes from the last run to the end of the frames
    shape: tuple[int, ...]  # V, T, K, 2
    runs: np.ndarray  # of the coordinates, then of the digits that never change
    fixed: np.ndarray  # those digits, as numbers
    fixed_lengths: np.ndarray
    keys: np.ndarray  # (V * T, 4): first run, bytes before it, last run, bytes after it

    def match(self, scan: _Scan) -> Match | None:
        last = scan.last[:len(self.steps)]
        starts = self._starts(scan, last)
        if starts is None:
            return None
        stop = int(last[-1]) + 1 + self.num_closing
        frames = scan.data[:stop]
        if frames.translate(None, _DIGITS) != self._bare_text(starts, last):
            return None
        values = self._values(scan, starts, last)
        rest = None if values is None else _parse_rest(scan.data[stop:])
        if rest is None:
            return None
        first_run, before, last_run, after = self.keys.T
        text = frames.decode('latin1')  # as long as the bytes; the keys are ASCII
        keys = [text[a:b] for a, b in zip((starts[first_run] - before).tolist(),
                                          (last[last_run] + 1 + after).tolist(), strict=True)]
        num_views, num_frames = self.shape[:2]
        return Match(
            values.astype(np.float32).reshape(self.shape),
            tuple(tuple(keys[v * num_frames:(v + 1) * num_frames]) for v in range(num_views)),
            rest)

    def _starts(self, scan: _Scan, last: np.ndarray) -> np.ndarray | None:
        """First digits of the runs, or None if runs are not where they have to be."""
        if len(last) < len(self.steps):
            return None
        starts = self.steps.copy()
        starts[1:] += last[:-1]
        is_digit = scan.is_digit
        begins = is_digit.take(starts, mode='clip') > is_digit.take(starts - 1, mode='clip')
        if not begins.all():
            late = np.flatnonzero(~begins)
            starts[late] -= 1  # "No" is a letter shorter
            begins = is_digit.take(starts[late], mode='clip') > is_digit.take(starts[late] - 1,
                                                                             mode='clip')
            if not (begins.all() and self.after_active[late].all()):
                return None
        # there is one start between two last digits, so that these are the runs' own
        return starts if (starts <= last).all() else None

    def _bare_text(self, starts: np.ndarray, last: np.ndarray) -> bytes:
        before = starts[self.active] - last[self.active - 1]
        is_yes = (before == self.steps[self.active]).tolist()
        parts = [self.bare[0]]
        for yes, part in zip(is_yes, self.bare[1:], strict=True):
            parts += (b'"Yes"' if yes else b'"No"', part)
        return b''.join(parts)

    def _values(self, scan: _Scan, starts: np.ndarray, last: np.ndarray) -> np.ndarray | None:
        """Coordinates, uint16 (V * T * K * 2,), if all are JSON's integers of few digits."""
        lengths = (last - starts + 1).take(self.runs)
        if lengths.max() > _MAX_DIGITS:
            return None
        # What precedes a number is worth zero, so two pairs of digits are any number.
        digits = scan.digits * scan.is_digit
        pairs = digits[:-1] * np.uint8(10) + digits[1:]
        at = last.take(self.runs) - 3
        values = pairs.take(at).astype(np.uint16) * 100 + pairs[2:].take(at)
        count = len(values) - len(self.fixed)
        if not ((values[count:] == self.fixed).all()
                and (lengths[count:] == self.fixed_lengths).all()):
            return None
        values = values[:count]
        if (values < _LOWEST.take(lengths[:count])).any():
            return None  # 007 is not a JSON number
        return values


class Stencils:
    """The stencils of the files seen so far, the last useful one first."""

    def __init__(self) -> None:
        self._stencils: deque[_Stencil] = deque(maxlen=_MAX_STENCILS)
        self._attempts = 0

    def match(self, data: bytes) -> Match | None:
        """What a file says, if it is like an earlier one in all but its digits."""
        if not self._stencils:
            return None
        scan = _Scan.of(data)
        for stencil in self._stencils:
            match = stencil.match(scan)
            if match:
                if stencil is not self._stencils[0]:
                    self._stencils.remove(stencil)
                    self._stencils.appendleft(stencil)
                return match
        return None

    def learn(self, data: bytes, document: dict[str, Any], views: tuple[str, ...]) -> None:
        """Make a stencil of a file whose document was found good in every view.

        Args:
            data: The file.
            document: What it parses to.
            views: Names of the views in a frame.
        """
        if self._attempts < _MAX_ATTEMPTS:
            if not self._attempts:
                _keep_freed_memory()
            self._attempts += 1
            stencil = _make(data, document, views)
            if stencil:
                self._stencils.appendleft(stencil)


def _keep_freed_memory() -> None:
    """Has the C library keep memory that arrays of a file's size give back.

    It returns memory beyond a threshold to the system, and getting it again costs a page fault
    per 4 kB, for every file as much as all the work on it. glibc raises the threshold to twice
    the largest block that was freed.
    """
    np.empty(4 * MAX_LABEL_BYTES, np.uint8)


@lru_cache(maxsize=1024)  # all clips of a type end alike
def _parse_rest(tail: bytes) -> dict[str, Any] | None:
    """The document's other fields, from what follows its frames."""
    comma, _, fields = tail.partition(b',')
    if comma.strip():
        return None
    try:
        rest = orjson.loads(b'{' + fields)
    except orjson.JSONDecodeError:  # the JSON parser will say what is wrong
        return None
    return rest if rest and 'frames' not in rest else None


def _make(data: bytes, document: dict[str, Any], views: tuple[str, ...]) -> _Stencil | None:
    # an escaped quote would upset the count of quotes
    if b'\\"' in data or b'\\\\' in data or next(iter(document)) != 'frames':
        return None
    scan = _Scan.of(data)
    starts, ends = scan.starts(), scan.last + 1
    if not len(starts) == len(ends) > 0:
        return None
    try:
        coordinates = _coordinate_runs(data, starts, ends, views)
        keys = [_key_runs(data, frame[view]['img_key'], starts, ends)
                for view in views for frame in document['frames']]
    except (KeyError, TypeError, ValueError):
        return None
    count = max(int(coordinates.max()), *(key[2] for key in keys)) + 1
    stop = data.find(b']', ends[count - 1]) + 1
    if not stop or (count < len(starts) and starts[count] < stop):
        return None
    if _parse_rest(data[stop:]) != {k: v for k, v in document.items() if k != 'frames'}:
        return None
    covered = np.zeros(count, bool)
    covered[coordinates] = True
    for first_run, _, last_run, _ in keys:
        covered[first_run:last_run + 1] = True
    fixed = np.flatnonzero(~covered)
    runs = np.concatenate([coordinates.ravel(), fixed])
    steps = np.diff(starts[:count], prepend=0)
    steps[1:] = starts[1:count] - scan.last[:count - 1]
    if steps[runs].min() <= _MAX_DIGITS:  # another number's digits would count as this one's
        return None
    bare = data[:stop].translate(None, _DIGITS)
    active, is_no, pieces = _active_values(data[:stop], bare, starts[:count])
    steps[active] += is_no
    after_active = np.zeros(count, bool)
    after_active[active] = True
    return _Stencil(
        pieces, steps, active, after_active, int(stop - ends[count - 1]), coordinates.shape, runs,
        np.array([int(data[starts[run]:ends[run]]) for run in fixed], np.int64),
        ends[fixed] - starts[fixed], np.array(keys))


def _active_values(frames: bytes, bare: bytes,
                   starts: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[bytes, ...]]:
    """The runs that follow a value of ``active``, whether it is ``No``, and the bare text cut at
    these values; nothing and one piece if they cannot be told apart by the run that follows."""
    values = list(_ACTIVE.finditer(frames))
    cuts = list(_ACTIVE.finditer(bare))
    runs = np.searchsorted(starts, [value.start() for value in values])
    plain = (len(values) == len(cuts) and len(np.unique(runs)) == len(runs)
             and (runs > 0).all() and (runs < len(starts)).all())
    if not plain:
        values = cuts = runs = []
    ends = [0, *(cut.end() for cut in cuts)]
    begins = [*(cut.end(1) for cut in cuts), len(bare)]
    return (np.array(runs, np.int64), np.array([value[2] == b'No' for value in values], bool),
            tuple(bare[a:b] for a, b in zip(ends, begins, strict=True)))


def _coordinate_runs(data: bytes, starts: np.ndarray, ends: np.ndarray,
                     views: tuple[str, ...]) -> np.ndarray:
    """Run of each coordinate, (V, T, K, 2): parse the file with every number replaced by the
    number of its run.

    Raises:
        KeyError, TypeError, ValueError: If a coordinate is not a run of digits.
    """
    quotes = np.cumsum(np.frombuffer(data, np.uint8) == _QUOTE)
    pieces, at = [], 0
    for run in np.flatnonzero(quotes[starts] % 2 == 0):
        start, end = starts[run], ends[run]
        if data[start - 1] in b'-+.eE' or data[end] in b'.eE':
            raise ValueError('not a plain integer')
        pieces += [data[at:start], b'%d' % run]
        at = end
    frames = orjson.loads(b''.join([*pieces, data[at:]]))['frames']
    return np.array([[[[frame[view]['pts'][name][axis] for axis in 'xy'] for name in KEYPOINTS]
                      for frame in frames] for view in views])


def _key_runs(data: bytes, key: str, starts: np.ndarray,
              ends: np.ndarray) -> tuple[int, int, int, int]:
    """First and last run of an image key and its bytes before and after them.

    Raises:
        ValueError: If the key does not stand there once, in ASCII and with digits in it.
    """
    quoted = b'"%b"' % key.encode('ascii')
    if data.count(quoted) != 1:
        raise ValueError('not once')
    start = data.index(quoted) + 1
    stop = start + len(key)
    first, last = int(np.searchsorted(starts, start)), int(np.searchsorted(ends, stop, 'right')) - 1
    if last < first:
        raise ValueError('no digits')
    return first, int(starts[first]) - start, last, stop - int(ends[last])
