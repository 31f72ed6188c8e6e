"""Tars of images: what can be read of a damaged one is, and under names that lead nowhere."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np

from fitness_mm.aihub.disk.archives import look_up_members, open_members
from fitness_mm.errors import FitnessError

from .common import Kind, damage_bytes

_DAY = 'Day05_200925_F'
_FORMATS = {'ustar': tarfile.USTAR_FORMAT, 'gnu': tarfile.GNU_FORMAT, 'pax': tarfile.PAX_FORMAT}
_BLOCK = 512
_FIELDS = {'name': (0, 100), 'mode': (100, 8), 'size': (124, 12), 'time': (136, 12),
           'checksum': (148, 8), 'type': (156, 1), 'link': (157, 100), 'magic': (257, 8),
           'prefix': (345, 155), 'sparse': (386, 96), 'all': (0, _BLOCK)}
_RECORDS = ('path=../x-0000001.jpg', 'path=/etc/x-0000001.jpg', 'path=', 'path=\0', 'size=-1',
            'size=9999999999999999999', 'size=x', 'mtime=nan', 'GNU.sparse.major=1',
            'GNU.sparse.map=0,1,2', 'GNU.sparse.size=-5', 'GNU.sparse.numblocks=99999999999',
            'GNU.sparse.name=../x-0000001.jpg', 'hdrcharset=BINARY')


def _originals(folder: Path) -> list[Path]:
    """Each format with plain and long names, one of them with what is no plain file."""
    paths = []
    for name, form in _FORMATS.items():
        paths.append(folder / f'{name}.tar')
        with tarfile.open(paths[-1], 'w', format=form) as archive:
            clip = f'{_DAY}/3/A/004-1-1-01-Z3_A'
            for number in range(1, 5):
                member = tarfile.TarInfo(f'{clip}/004-1-1-01-Z3_A-{number:07d}.jpg')
                member.size = 700 * number
                archive.addfile(member, io.BytesIO(bytes(member.size)))
            member = tarfile.TarInfo(f'{"long/" * (20 if name == "ustar" else 60)}{clip}/'
                                     '004-1-1-01-Z3_A-0000005.jpg')
            member.size = 100
            if form == tarfile.PAX_FORMAT:
                member.pax_headers = {'comment': 'x' * 600}
            archive.addfile(member, io.BytesIO(bytes(100)))
            if form == tarfile.GNU_FORMAT:
                for kind in (tarfile.SYMTYPE, tarfile.GNUTYPE_SPARSE):
                    member = tarfile.TarInfo(f'{clip}/004-1-1-01-Z3_A-0000006.jpg')
                    member.type, member.linkname = kind, '/etc/passwd'
                    archive.addfile(member)
    return paths


def _mutate(rng: np.random.Generator, whole: bytes) -> bytes:
    data = bytearray(whole)
    for _ in range(rng.integers(1, 4)):
        headers = [i for i in range(0, len(data) - _BLOCK + 1, _BLOCK)
                   if data[i + 257:i + 262] == b'ustar']
        if not headers or rng.random() < 0.15:
            data = bytearray(damage_bytes(rng, bytes(data)))
            continue
        start = int(rng.choice(headers))
        if rng.random() < 0.2:
            data[start + _BLOCK:start + _BLOCK] = _pax_or_sparse(rng, data, start)
        else:
            _spoil_field(rng, data, start)
        if rng.random() < 0.9:  # or its checksum would be all that is looked at
            _set_checksum(data, start)
    return bytes(data)


def _spoil_field(rng: np.random.Generator, data: bytearray, start: int) -> None:
    place, length = list(_FIELDS.values())[rng.integers(len(_FIELDS))]
    place += start
    match rng.integers(6):
        case 0:
            data[place + int(rng.integers(length))] ^= 1 << int(rng.integers(8))
        case 1:
            data[place:place + length] = rng.bytes(length)
        case 2:  # base 256, positive or negative
            first = bytes([int(rng.choice([128, 255]))])
            data[place:place + length] = first + rng.bytes(length - 1)
        case 3:
            data[place:place + length] = b'-1'.ljust(length, b'\0')[:length]
        case 4:
            data[place:place + length] = (b'7' * length)[:length]
        case 5:
            data[start + 156:start + 157] = bytes([rng.choice(list(b'\x000123456789LKSxgXVDMN'))])


def _pax_or_sparse(rng: np.random.Generator, data: bytearray, start: int) -> bytes:
    """Makes a header one of a pax record, or of a sparse map, and gives what has to follow it."""
    if rng.random() < 0.3:
        content = b'99999999999\n1\n-5\n' if rng.random() < 0.5 else rng.bytes(60)
        data[start + 156:start + 157] = b'S'
    else:
        record = str(rng.choice(_RECORDS)).encode()
        length = len(record) + 2 + len(str(len(record) + 4))
        claimed = int(rng.choice([length, length, length + 5, 0, 10 ** 9]))
        content = b'%d %b\n' % (claimed, record)
        data[start + 156:start + 157] = b'x' if rng.random() < 0.7 else b'g'
        data[start + 124:start + 136] = b'%011o\0' % len(content)
    return content.ljust(_BLOCK, b'\0')


def _set_checksum(data: bytearray, start: int) -> None:
    data[start + 148:start + 156] = b' ' * 8
    data[start + 148:start + 156] = b'%06o\0 ' % sum(data[start:start + _BLOCK])


def _read(path: Path) -> str:
    table = path.with_suffix('.arrow')
    look_up_members(path, table)
    members = open_members(path, table)
    table.unlink()
    for name in members.names():
        if not name.startswith('Day') or '..' in name or len(name.split('/')) != 5:
            raise AssertionError(f'{name!r} is no name of an image')
        members.read(name)
    if members.problems:
        raise FitnessError(f'{path.name} {members.problems[0]}')
    return 'read'


TARS = Kind(_originals, _read, _mutate)
