"""The index, its parts and the tables of clip files and tar members: as they were written or not
read at all."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

from parts.label_tree import plan_tree, write_labels
from parts.wide_index import write_index

from fitness_mm.aihub.clips.results import read_results, results_table, write_results
from fitness_mm.aihub.disk.archives import look_up_members, open_members
from fitness_mm.aihub.index.store import read_store
from fitness_mm.aihub.prepare import build_index
from fitness_mm.errors import FitnessError

from .common import Kind, damage_bytes

_whole: set[bytes] = set()
"""Digests of the files as they were written."""


def _originals(folder: Path) -> list[Path]:
    index = write_index(folder, 200)
    plans = plan_tree(96)[:2]
    write_labels(folder / 'root', plans)
    build_index(folder / 'root', image_size=(1920, 1080))
    part = sorted((folder / 'root' / 'index_parts').glob('*.labels.parquet'))[0]
    clips = folder / 'clips.parquet'
    write_results(clips, results_table([]))
    tar = folder / 'Day05_200925_F.tar'
    with tarfile.open(tar, 'w') as archive:
        for number in range(1, 40):
            name = f'Day05_200925_F/3/A/004-1-1-01-Z3_A/004-1-1-01-Z3_A-{number:07d}.jpg'
            member = tarfile.TarInfo(name)
            member.size = number
            archive.addfile(member, io.BytesIO(bytes(number)))
    members = folder / 'members.arrow'
    look_up_members(tar, members)
    paths = [index, part, clips, members]
    _whole.update(_digest(path) for path in paths)
    return paths


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def _read(path: Path) -> str:
    if path.suffix == '.arrow':
        tar = path.with_name('Day05_200925_F.tar')
        if open_members(tar, path) is None:
            raise FitnessError(f'{path} is made again')
    else:
        try:
            read_store(path)
        except FitnessError:
            if read_results(path) is None:
                raise
    if _digest(path) not in _whole:
        raise AssertionError('it is read though it is not as it was written')
    return 'read'


INDEX = Kind(_originals, _read, damage_bytes)
