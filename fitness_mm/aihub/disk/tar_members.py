"""Where the images lie in an uncompressed tar: looked up once, then read without unpacking.

The table of members of ``training/img/Day01_200921_F.tar`` is
``tar_members/training/Day01_200921_F.arrow``. It is mapped into memory, so worker processes share
it, and it is made again when the tar's size or time differs, or its own checksum.
"""

from __future__ import annotations

import mmap
import os
import tarfile
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import orjson
import pyarrow as pa

from fitness_mm.files import CHECKSUM_BYTES, is_unchanged, open_file, replacing, with_checksum
from fitness_mm.printable import printable

from .images import MAX_IMAGE_BYTES
from .layout import parse_day, parse_image_name

MEMBERS_FOLDER = 'tar_members'

_VERSION = 3
_KEY = b'fitness_mm.tar_members'
_SCHEMA = pa.schema([('name', pa.string()), ('offset', pa.int64()), ('size', pa.int64())])
_BLOCK = 512
_MAX_NAME = 255
_MEMBERS_BETWEEN_REPORTS = 1000


def state_of(file: Path | int) -> tuple[int, int, int]:
    """Size and times of a path or an open file, by which a tar is known again: that of the last
    modification, and that of the last change, which no program can set."""
    status = os.stat(file)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


class TarMembers:
    """The images in one tar.

    Names are those of the unpacked tree below ``img/``:
    ``Day01_200921_F/3/A/004-1-1-01-Z3_A/004-1-1-01-Z3_A-0000001.jpg``.

    Attributes:
        tar: The tar.
        state: Its size and times when its members were looked up.
        problems: What is wrong with it, in sentences without a subject.
        unread: Whether the system did not let it be read to its end, which may be another time.
        days: Day folders in it.
    """

    def __init__(self, tar: Path, table: pa.Table) -> None:
        described = orjson.loads(table.schema.metadata[_KEY])
        self.tar = tar
        self.state: tuple[int, int, int] = tuple(described['state'])
        self.unread: bool = described['unread']
        self.problems: list[str] = described['problems']
        self.days: list[str] = described['days']
        self._names = table['name'].combine_chunks()
        self._offsets = table['offset'].to_numpy()
        self._sizes = table['size'].to_numpy()
        self._file = None

    def __len__(self) -> int:
        return len(self._names)

    def names(self, folder: str = '') -> Iterator[str]:
        """Names of the images, sorted; those in a folder only, if it is given."""
        start = f'{folder}/' if folder else ''
        for i in range(self._position(start), len(self)):
            name = self._names[i].as_py()
            if not name.startswith(start):
                return
            yield name

    @cached_property
    def folders(self) -> dict[str, set[str]]:
        """Folder -> names of the folders in it."""
        found: dict[str, set[str]] = {}
        for path in dict.fromkeys(name.rpartition('/')[0] for name in self.names()):
            parent, _, name = path.rpartition('/')
            while parent:
                found.setdefault(parent, set()).add(name)
                parent, _, name = parent.rpartition('/')
        return found

    def read(self, name: str) -> bytes | None:
        """Content of an image, None if it is not in here.

        Raises:
            OSError: If the tar cannot be read or is another than it was.
        """
        i = self._position(name)
        if i == len(self) or self._names[i].as_py() != name:
            return None
        if self._file is None:
            self._file = open_file(self.tar)  # for as long as this object lives
        if state_of(self._file.fileno()) != self.state:
            raise OSError(0, 'has changed since its members were looked up; run prepare.py again')
        size = int(self._sizes[i])
        offset = int(self._offsets[i])
        if hasattr(os, 'pread'):  # forked workers share the place that seek moves
            data = os.pread(self._file.fileno(), size, offset)
        else:
            self._file.seek(offset)
            data = self._file.read(size)
        if len(data) != size:
            raise OSError(0, f'ends within {name}; download it again')
        return data

    def _position(self, name: str) -> int:
        return bisect_left(range(len(self)), name, key=lambda i: self._names[i].as_py())


def open_members(tar: Path, table_file: Path) -> TarMembers | None:
    """The members of a tar, from their table; None if that is missing, damaged or older.

    Raises:
        OSError: If the tar is not there.
    """
    state = state_of(tar)
    try:
        with open_file(table_file) as file:  # pyarrow would want its name to be UTF-8
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if not is_unchanged(content):
            return None
        table = pa.ipc.open_file(pa.py_buffer(content)[:-CHECKSUM_BYTES]).read_all()
        described = orjson.loads((table.schema.metadata or {})[_KEY])
        if described['version'] != _VERSION or table.schema.names != _SCHEMA.names:
            return None
        members = TarMembers(tar, table)
    except (OSError, pa.ArrowException, ValueError, KeyError):
        return None
    return members if members.state == state else None


def look_up_members(tar: Path, table_file: Path,
                    on_progress: Callable[[int], None] = lambda position: None) -> None:
    """Write the table of a tar's images.

    No name from the tar is ever used as a path; what is not a plain file under a plain name is
    left out. A tar that is cut off, cannot be read or is no tar gives what there is, and a problem.

    Args:
        tar: The tar.
        table_file: Where to write.
        on_progress: Called with the position in the tar, in bytes.

    Raises:
        OSError: If the tar is not there or the table cannot be written.
    """
    state = state_of(tar)
    found: dict[str, tuple[int, int]] = {}
    problems: list[str] = []
    unsafe, unread = 0, False
    default_day = parse_day(tar.stem)
    try:
        for i, (member, position) in enumerate(_members(tar)):
            if i % _MEMBERS_BETWEEN_REPORTS == 0:
                on_progress(position)
            if member.offset_data + member.size > state[0]:
                continue
            name = _image_name(member.name, default_day[0] if default_day else None)
            if name is None:
                continue
            if not member.isreg() or member.issparse() or not 0 <= member.size <= MAX_IMAGE_BYTES:
                unsafe += 1
            elif name:
                found[name] = (member.offset_data, member.size)
            else:
                unsafe += 1
    except tarfile.ReadError as error:
        unread = isinstance(error.__cause__, OSError)
        problems.append(f'is cut off or damaged after {len(found)} images ({error}), which are '
                        'used; download it again' if found else
                        f'cannot be read ({error})' if unread else
                        f'is not a plain tar ({error}); if it is compressed, uncompress it')
    on_progress(state[0])
    if unsafe:
        problems.append(f'has {unsafe} images that are links, too large or named so as to leave '
                        'their folder; they are not used')
    names = sorted(found)
    table = pa.table({'name': names, 'offset': [found[name][0] for name in names],
                      'size': [found[name][1] for name in names]}, _SCHEMA)
    described = {'version': _VERSION, 'state': state, 'problems': problems, 'unread': unread,
                 'days': sorted({name.split('/')[0] for name in names})}
    table = table.replace_schema_metadata({_KEY: orjson.dumps(described)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    with replacing(table_file) as temporary:
        temporary.write_bytes(with_checksum(sink.getvalue().to_pybytes()))


def _members(tar: Path) -> Iterator[tuple[tarfile.TarInfo, int]]:
    """The members, each with the place in the tar, in bytes, where the next one begins.

    Raises:
        ReadError: Whatever is wrong with the tar, which may be its cause.
    """
    position = -1
    try:
        with open_file(tar) as file, tarfile.open(fileobj=file, mode='r:') as archive:
            for member in archive:
                if archive.offset <= position:  # a size below zero
                    raise tarfile.ReadError('a header leads back')
                position = archive.offset
                yield member, position
                archive.members = []  # it keeps them all: a gigabyte for a day
            # a tar ends with blocks of zeros; without them, tarfile says nothing
            file.seek(archive.offset)
            if file.read(_BLOCK) != bytes(_BLOCK):
                raise tarfile.ReadError('its end is missing')
    except Exception as error:  # besides its own, tarfile lets through what numbers and names raise
        what = error.strerror if isinstance(error, OSError) else str(error)
        raise tarfile.ReadError(printable(what or type(error).__name__)) from error


def _image_name(member: str, default_day: str | None) -> str | None:
    """Name of an image below ``img/``; None if the member is no image, empty if its name is not
    to be trusted."""
    parts = [part for part in member.split('/') if part not in ('', '.')]
    if not parts or parse_image_name(parts[-1]) is None:
        return None
    if member.startswith('/') or '..' in parts:
        return ''
    if len(parts) >= 5 and parse_day(parts[-5]):
        parts = parts[-5:]
    elif len(parts) == 4 and default_day:
        parts = [default_day, *parts]
    else:
        return None
    plain = all(part.isascii() and part.isprintable() and len(part) <= _MAX_NAME
                and not {'\\', ':'} & set(part) for part in parts)
    return '/'.join(parts).removesuffix('.JPG').removesuffix('.jpg') + '.jpg' if plain else ''
