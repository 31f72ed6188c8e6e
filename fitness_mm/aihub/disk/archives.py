"""Where the images lie in an uncompressed tar or a ZIP: looked up once, then read without
unpacking.

The table of members of ``training/img/Day01_200921_F.tar`` is
``archive_members/0/training/img/Day01_200921_F.tar.arrow``, with the number of the root before its
path. It is mapped into memory, so worker processes share it, and it is made again when the
archive's size or time differs, or its own checksum.
"""

from __future__ import annotations

import mmap
import os
import tarfile
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import orjson
import pyarrow as pa

from fitness_mm.files import (
    CHECKSUM_BYTES,
    is_unchanged,
    open_file,
    replacing,
    state_of,
    with_checksum,
)
from fitness_mm.printable import printable

from .images import MAX_IMAGE_BYTES
from .layout import parse_day, parse_image_name
from .zips import is_zip, zip_errors, zip_members

MEMBERS_FOLDER = 'archive_members'

_VERSION = 4
_KEY = b'fitness_mm.archive_members'
_SCHEMA = pa.schema([('name', pa.string()), ('offset', pa.int64()), ('size', pa.int64()),
                     ('packing', pa.int8())])
_BLOCK = 512
_BARE = -1  # packing of what a tar has; a ZIP's is its compression method
_ZIP_HEADER = 30
_MAX_NAME = 255
_MEMBERS_BETWEEN_REPORTS = 1000


class ArchiveMembers:
    """The images in one archive.

    Names are those of the unpacked tree below ``img/``:
    ``Day01_200921_F/3/A/004-1-1-01-Z3_A/004-1-1-01-Z3_A-0000001.jpg``.

    Attributes:
        archive: The file.
        state: Its size and times when its members were looked up.
        problems: What is wrong with it, in sentences without a subject.
        unread: Whether the system did not let it be read to its end, which may be another time.
        days: Day folders in it.
    """

    def __init__(self, archive: Path, table: pa.Table) -> None:
        described = orjson.loads(table.schema.metadata[_KEY])
        self.archive = archive
        self.state: tuple[int, int, int] = tuple(described['state'])
        self.unread: bool = described['unread']
        self.problems: list[str] = described['problems']
        self.days: list[str] = described['days']
        self._names = table['name'].combine_chunks()
        self._offsets = table['offset'].to_numpy()
        self._sizes = table['size'].to_numpy()
        self._packings = table['packing'].to_numpy()
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
            self._file = open_file(self.archive)  # for as long as this object lives
        if state_of(self._file.fileno()) != self.state:
            raise OSError(0, 'has changed since its members were looked up; run prepare.py again')
        offset, size = int(self._offsets[i]), int(self._sizes[i])
        packing = int(self._packings[i])
        if packing != _BARE:
            header = self._bytes_at(offset, _ZIP_HEADER)
            if not header.startswith(b'PK\3\4'):
                raise OSError(0, f'is damaged at {name}; download it again')
            offset += _ZIP_HEADER + sum(map(int.from_bytes, (header[26:28], header[28:30]),
                                            ('little', 'little')))
        data = self._bytes_at(offset, size)
        if len(data) != size:
            raise OSError(0, f'ends within {name}; download it again')
        if packing > 0:
            with zip_errors():
                data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, MAX_IMAGE_BYTES + 1)
        return data

    def offset(self, name: str) -> int | None:
        """Where an image, or the first of a folder by name, lies in the archive."""
        i = self._position(name)
        return int(self._offsets[i]) if i < len(self) and self._names[i].as_py().startswith(
            name) else None

    def _bytes_at(self, offset: int, size: int) -> bytes:
        if hasattr(os, 'pread'):  # forked workers share the place that seek moves
            return os.pread(self._file.fileno(), size, offset)
        self._file.seek(offset)
        return self._file.read(size)

    def _position(self, name: str) -> int:
        return bisect_left(range(len(self)), name, key=lambda i: self._names[i].as_py())


def open_members(archive: Path, table_file: Path) -> ArchiveMembers | None:
    """The members of an archive, from their table; None if that is missing, damaged or older.

    Raises:
        OSError: If the archive is not there.
    """
    state = state_of(archive)
    try:
        with open_file(table_file) as file:  # pyarrow would want its name to be UTF-8
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if not is_unchanged(content):
            return None
        table = pa.ipc.open_file(pa.py_buffer(content)[:-CHECKSUM_BYTES]).read_all()
        described = orjson.loads((table.schema.metadata or {})[_KEY])
        if described['version'] != _VERSION or table.schema.names != _SCHEMA.names:
            return None
        members = ArchiveMembers(archive, table)
    except (OSError, pa.ArrowException, ValueError, KeyError):
        return None
    return members if members.state == state else None


def look_up_members(archive: Path, table_file: Path,
                    on_progress: Callable[[int], None] = lambda position: None) -> None:
    """Write the table of an archive's images.

    No name from the archive is ever used as a path; what is not a plain file under a plain name is
    left out. One that is cut off, cannot be read or is none gives what there is, and a problem.

    Args:
        archive: The tar or ZIP.
        table_file: Where to write.
        on_progress: Called with the position in the archive, in bytes.

    Raises:
        OSError: If the archive is not there or the table cannot be written.
    """
    state = state_of(archive)
    found: dict[str, tuple[int, int, int]] = {}
    problems: list[str] = []
    unsafe, unread = 0, False
    default_day = parse_day(archive.stem)
    members = _zip_members if is_zip(archive.name) else _tar_members
    try:
        for i, (path, place, position) in enumerate(members(archive)):
            if i % _MEMBERS_BETWEEN_REPORTS == 0:
                on_progress(position)
            if place and place[0] + place[1] > state[0]:
                continue
            name = _image_name(path, default_day[0] if default_day else None)
            if name and place and 0 <= place[1] <= MAX_IMAGE_BYTES:
                found[name] = place
            elif name is not None:
                unsafe += 1
    except tarfile.ReadError as error:
        unread = isinstance(error.__cause__, OSError) and bool(error.__cause__.errno)
        problems.append(f'is cut off or damaged after {len(found)} images ({error}), which are '
                        'used; download it again' if found else
                        f'cannot be read ({error})' if unread or is_zip(archive.name) else
                        f'is not a plain tar ({error}); if it is compressed, uncompress it')
    on_progress(state[0])
    if unsafe:
        problems.append(f'has {unsafe} images that are links, encrypted, too large or named so as '
                        'to leave their folder; they are not used')
    names = sorted(found)
    offsets, sizes, packings = zip(*map(found.get, names), strict=True) if names else ((), (), ())
    table = pa.table(dict(zip(_SCHEMA.names, (names, offsets, sizes, packings), strict=True)),
                     _SCHEMA)
    described = {'version': _VERSION, 'state': state, 'problems': problems, 'unread': unread,
                 'days': sorted({name.split('/')[0] for name in names})}
    table = table.replace_schema_metadata({_KEY: orjson.dumps(described)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    with replacing(table_file) as temporary:
        temporary.write_bytes(with_checksum(sink.getvalue().to_pybytes()))


_Member = tuple[str, tuple[int, int, int] | None, int]


def _zip_members(archive: Path) -> Iterator[_Member]:
    """As :func:`_tar_members`; the place is that of the header before the content."""
    try:
        with open_file(archive) as file, zip_errors():
            for name, info in zip_members(file):
                place = info.header_offset, info.compress_size, info.compress_type
                yield name or info.filename, place if name else None, 0
    except OSError as error:
        raise tarfile.ReadError(error.strerror) from error


def _tar_members(tar: Path) -> Iterator[_Member]:
    """The members: name, offset, size and packing of the content, None if it is no plain file, and
    the place in the tar, in bytes, where the next one begins.

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
                plain = member.isreg() and not member.issparse()
                yield (member.name, (member.offset_data, member.size, _BARE) if plain else None,
                       position)
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
