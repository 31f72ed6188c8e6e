"""Tables of arrays in ``.npz`` files: what networks said, for the next tool to read.

A record is a dataclass whose array fields say their shape and kind once, with :func:`column`. From
that follow the checks, the file and the selection of rows.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, get_args, get_type_hints

import numpy as np
import orjson

from .errors import FitnessError, shortened
from .files import open_file, replacing
from .json_files import unlike

_ACCEPTED = {'f': 'fiu', 'i': 'iu', 'b': 'b', 'U': 'U'}
"""Kinds of numpy types that become a column of a kind without losing anything that matters."""


class RecordError(FitnessError, ValueError):
    """A record, its file, or several that do not belong together."""


def column(dtype: type, *shape: int | str, nan: bool = False) -> Any:
    """A field with a value of this shape for each of the N rows.

    Args:
        dtype: float, int, bool or str, or a numpy type of these kinds.
        *shape: Shape after N. A name stands for a size that all columns of the record share.
        nan: Whether a number may be unknown.
    """
    dtype = {float: np.float32, int: np.int64}.get(dtype, dtype)
    return field(metadata=dict(dtype=np.dtype(dtype), shape=shape, nan=nan))


@dataclass(frozen=True, eq=False)
class Record:
    """N rows of columns, and facts about all of them: fields that are no :func:`column`, tuples,
    strings or numbers.

    Raises:
        RecordError: If a column has another shape or kind, or numbers that are not finite.
    """

    what: ClassVar[str] = 'record'
    source: ClassVar[str] = 'make it again'
    """What makes such a file, for a user who has none or a damaged one."""
    key: ClassVar[tuple[str, ...]] = ()
    """Columns that tell rows apart; no two rows are alike in all, unless the first is ''."""

    def __post_init__(self) -> None:
        sizes: dict[str, int] = {}
        for name, about in self._columns().items():
            array = np.asarray(getattr(self, name))
            for axis, size in zip(('N', *about['shape']), array.shape, strict=False):
                if isinstance(axis, str):
                    sizes.setdefault(axis, size)
            expected = tuple(sizes.get(axis, axis) for axis in ('N', *about['shape']))
            dtype = about['dtype']
            if array.shape != expected or array.dtype.kind not in _ACCEPTED[dtype.kind]:
                raise RecordError(f'{name} is {array.dtype} of shape {array.shape}, expected '
                                  f'{dtype.name} of shape {expected}')
            with np.errstate(over='ignore'):  # becomes infinite, which is refused below
                converted = array.astype(dtype, copy=False)
            if dtype.kind == 'i' and (converted != array).any():
                raise RecordError(f'{name} has numbers beyond {dtype.name}')
            if dtype.kind == 'f' and not about['nan'] and not np.isfinite(converted).all():
                raise RecordError(f'{name} has numbers that are not finite; the training has '
                                  'diverged')
            object.__setattr__(self, name, converted)

    def __len__(self) -> int:
        return len(getattr(self, next(iter(self._columns()))))

    def columns(self) -> dict[str, np.ndarray]:
        """The arrays by name."""
        return {name: getattr(self, name) for name in self._columns()}

    def select(self, rows: np.ndarray) -> Record:
        """The rows of a mask, bool (N,), or of row numbers, in that order."""
        return replace(self, **{name: array[rows] for name, array in self.columns().items()})

    def in_order(self) -> Record:
        """Sorted by the key, each row once.

        Samplers that deal samples out to several processes repeat some, so that every process has
        equally many; the network says the same about each copy.
        """
        order, repeated = self._order()
        return self.select(order[~repeated])

    @classmethod
    def concatenate(cls, parts: Sequence[Record]) -> Record:
        """The rows of all parts, one after the other.

        Raises:
            RecordError: If facts about them differ.
        """
        for name in cls._facts():
            if any(getattr(part, name) != getattr(parts[0], name) for part in parts):
                raise RecordError(f'their {name} differ')
        return replace(parts[0], **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in cls._columns()})

    def write(self, path: str | Path) -> Path:
        """Writes the record; the file appears whole or not at all."""
        facts = {name: np.array(json.dumps(getattr(self, name), ensure_ascii=False))
                 for name in self._facts()}
        with replacing(path) as unfinished, unfinished.open('wb') as file:
            np.savez_compressed(file, **self.columns(), **facts)
        return Path(path)

    @classmethod
    def read(cls, path: str | Path) -> Record:
        """Reads what :meth:`write` wrote. No pickle is ever loaded.

        Raises:
            RecordError: If the file is missing, damaged or something else.
        """
        names = [*cls._columns(), *cls._facts()]
        try:
            arrays = read_arrays(path, names)
            missing = [name for name in names if name not in arrays]
            if missing:
                raise RecordError(f'lacks {", ".join(missing)}')
            facts = {name: _read_fact(arrays.pop(name), name, kind)
                     for name, kind in cls._facts().items()}
            found = cls(**arrays, **facts)
            if not len(found):
                raise RecordError('has no rows')
            return found
        except (FileNotFoundError, NotADirectoryError):
            raise RecordError(f'there is no {cls.what} at {path}; {cls.source}') from None
        except RecordError as error:
            raise RecordError(f'{path} is damaged or no {cls.what} ({error}); '
                              f'{cls.source}') from error

    @classmethod
    def read_all(cls, paths: Sequence[str | Path]) -> Record:
        """Joins the files of several folds.

        Raises:
            RecordError: If one cannot be read, or they do not belong together: facts differ, or
                two of them hold the same row.
        """
        if not paths:
            raise RecordError(f'there is no {cls.what} to read')
        parts = [cls.read(path) for path in paths]
        files = ', '.join(map(str, paths))
        try:
            joined = cls.concatenate(parts)
        except RecordError as error:
            raise RecordError(f'{files} do not belong together: {error}; name the folds of one '
                              'network and data set') from error
        order, repeated = joined._order()
        source = np.repeat(np.arange(len(parts)), list(map(len, parts)))[order]
        twice = np.flatnonzero(repeated[1:] & (source[1:] != source[:-1]))
        if len(twice):
            at = twice[0]
            row = ', '.join(f'{name} {getattr(joined, name)[order[at]]}' for name in cls.key)
            raise RecordError(f'{paths[source[at]]} and {paths[source[at + 1]]} both hold {row}; '
                              'records of one split of the data into folds do not overlap')
        return joined

    def _order(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows sorted by the key, and whether each is like the one before, (N,) each."""
        columns = [getattr(self, name) for name in self.key]
        order = np.lexsort(columns[::-1])
        repeated = np.zeros(len(order), bool)
        repeated[1:] = np.all([column[order[1:]] == column[order[:-1]] for column in columns],
                              axis=0) & (columns[0][order[1:]] != '')
        return order, repeated

    @classmethod
    def _columns(cls) -> dict[str, Any]:
        return {f.name: f.metadata for f in fields(cls) if f.metadata}

    @classmethod
    def _facts(cls) -> dict[str, Any]:
        kinds = get_type_hints(cls)
        return {f.name: kinds[f.name] for f in fields(cls) if not f.metadata}


@dataclass(frozen=True, eq=False)
class ClipViewRecord(Record):
    """One row per clip-view, or per clip where a network saw all its views at once, with its class
    and where it comes from.

    Attributes:
        label: True class, int64 (N,).
        clip: Clip name, the same for the views of one clip, (N,); '' if unknown.
        view: Camera letter, of a clip those of all its views, (N,); '' if unknown.
        performer: Performer number, int64 (N,); -1 if unknown.
        classes: Class names.
    """

    label: np.ndarray = column(int)
    clip: np.ndarray = column(str)
    view: np.ndarray = column(str)
    performer: np.ndarray = column(int)
    classes: tuple[str, ...]

    key = ('clip', 'view')
    UNKNOWN: ClassVar[dict[str, Any]] = {'clip': '', 'view': '', 'performer': -1}
    """What stands for an origin that a data set does not tell."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not ((self.label >= 0) & (self.label < len(self.classes))).all():
            raise RecordError(f'a label is none of the {len(self.classes)} classes')
        if self.whole_clips and (self.clip != '').all() and len(
                np.unique(self.clip)) < len(np.unique(self.clip_view)):
            raise RecordError('some rows are whole clips and some are single views of them, which '
                              'are tests of two kinds')

    @property
    def whole_clips(self) -> bool:
        """Whether a row is a clip and not one view of it."""
        return bool((np.char.str_len(self.view) > 1).any())

    @property
    def unit(self) -> str:
        """What a row is, in words."""
        return 'clips' if self.whole_clips else 'clip-views'

    @property
    def clip_view(self) -> np.ndarray:
        """Names of clip-views, str (N,); '' if unknown."""
        return np.where(self.clip == '', '',
                        np.char.add(np.char.add(self.clip, '_'), self.view))

    def rows_of(self, other: ClipViewRecord) -> np.ndarray | None:
        """Row of each of another record's clip-views, -1 where this one has none, (N,); None if
        either record does not name every clip-view once."""
        mine, theirs = self.clip_view, other.clip_view
        if any('' in names or len(np.unique(names)) < len(names) for names in (mine, theirs)):
            return None
        order = np.argsort(mine)
        at = order[np.minimum(np.searchsorted(mine, theirs, sorter=order), len(mine) - 1)]
        return np.where(mine[at] == theirs, at, -1)


def read_arrays(path: str | Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    """The arrays of these names in an archive, as far as they are there.

    ``np.load`` would make room for what a header claims before it looks at what there is.
    """
    arrays = {}
    try:
        with open_file(path) as file, zipfile.ZipFile(file) as archive:
            for name in names:
                if f'{name}.npy' not in archive.namelist():
                    continue
                content = io.BytesIO(archive.read(f'{name}.npy'))  # its checksum is looked at
                if np.lib.format.read_magic(content) != (1, 0):
                    raise RecordError(f'{name} is in another version of the format')
                shape, by_column, dtype = np.lib.format.read_array_header_1_0(content)
                arrays[name] = np.frombuffer(bytearray(content.read()), dtype).reshape(
                    shape, order='F' if by_column else 'C')
    except (FileNotFoundError, NotADirectoryError):
        raise
    except Exception as error:
        # what zipfile, zlib and numpy raise for damaged files is documented nowhere
        raise RecordError(shortened(error)) from error
    return arrays


def _read_fact(array: np.ndarray, name: str, kind: Any) -> Any:
    try:
        fact = orjson.loads(str(array))
    except orjson.JSONDecodeError as error:
        raise RecordError(f'{name} is no JSON: {shortened(error)}') from error
    problem = unlike(fact, _form(kind), name)
    if problem:
        raise RecordError(problem)
    return _tuples(fact)


def _form(kind: Any) -> Any:
    """A fact's type, such as ``tuple[str, ...]``, as a form in JSON."""
    return [_form(get_args(kind)[0])] if get_args(kind) else kind


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
