"""Spoils files and has the project read them, in a process of its own that may hang or die."""

from __future__ import annotations

import multiprocessing
import resource
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from fitness_mm.errors import FitnessError

_SECONDS = 20
_BYTES = 6 << 30
_LONGEST = 2000
"""Characters of a sentence for the user."""


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        originals: Makes whole files of the kind in a folder.
        read: Has the project read the file at a path, and returns a word for what it was taken
            for; raises FitnessError where the user gets a sentence.
        mutate: Spoils a file's bytes.
    """

    originals: Callable[[Path], list[Path]]
    read: Callable[[Path], str]
    mutate: Callable[[np.random.Generator, bytes], bytes]


@dataclass
class Outcome:
    """What became of the mutants: how many by word, and those that should not have ended so."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[Path, str]] = field(default_factory=list)


def damage_bytes(rng: np.random.Generator, whole: bytes) -> bytes:
    """One to three times: some bytes changed, lost, doubled, or the end cut off."""
    data = bytearray(whole)
    for _ in range(rng.integers(1, 4)):
        start = int(rng.integers(len(data) + 1))
        end = min(len(data), start + int(2 ** rng.uniform(0, 10)))
        match rng.integers(6):
            case 0 if start < len(data):
                data[start] ^= 1 << int(rng.integers(8))
            case 1:
                data[start:end] = rng.bytes(end - start)
            case 2:
                data[start:end] = bytes(end - start)
            case 3:
                del data[start:end]
            case 4:
                data[end:end] = data[start:end]
            case 5:
                del data[start:]
    return bytes(data)


def run(kind: Kind, number: int, seed: int, folder: Path,
        progress: Callable[[int], None] = lambda done: None) -> Outcome:
    """Reads that many mutants; those that were faults stay in the folder ``faults``.

    Args:
        kind: What is spoilt.
        number: How many.
        seed: Another one draws others.
        folder: For originals, mutants and faults.
        progress: Is told how many are done.
    """
    originals = kind.originals(folder)
    faults = folder / 'faults'
    faults.mkdir(exist_ok=True)
    outcome = Outcome()
    reader = _Reader(kind.read)
    try:
        for i in range(number):
            rng = np.random.default_rng([seed, i])
            original = originals[i % len(originals)]
            path = folder / f'mutant_{i}_{original.name}'
            path.write_bytes(kind.mutate(rng, original.read_bytes()))
            word, problem = reader(path)
            outcome.counts[word] += 1
            if problem:
                shutil.copy(path, faults)
                outcome.faults.append((faults / path.name, problem))
            path.unlink(missing_ok=True)
            progress(i + 1)
    finally:
        reader.close()
    return outcome


class _Reader:
    """Reads files in a process that is replaced when it hangs or dies."""

    def __init__(self, read: Callable[[Path], str]) -> None:
        self.read, self.process = read, None

    def __call__(self, path: Path) -> tuple[str, str]:
        if self.process is None:
            context = multiprocessing.get_context('fork')
            self.pipe, end = context.Pipe()
            self.process = context.Process(target=_serve, args=(self.read, end), daemon=True)
            self.process.start()
            end.close()
        self.pipe.send(path)
        try:
            if self.pipe.poll(_SECONDS):
                return self.pipe.recv()
            problem = f'no answer after {_SECONDS} s'
        except EOFError:
            problem = 'the process died'
        self.close()
        return 'fault', problem

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def _serve(read: Callable[[Path], str], pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (_BYTES, _BYTES))
    while True:
        path = pipe.recv()
        try:
            pipe.send((read(path), ''))
        except FitnessError as error:
            text = str(error)
            fine = text.isprintable() and len(text) < _LONGEST
            pipe.send(('a sentence', '') if fine else ('fault', f'no sentence: {text[:300]!r}'))
        except BaseException as error:  # whatever it is, it is what this looks for
            pipe.send(('fault', f'{type(error).__name__}: {str(error)[:300]}'))
