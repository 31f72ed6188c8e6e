"""Damaged files of every kind end in a sentence, and the command that says so finds faults."""

import importlib
from pathlib import Path

import damage
import numpy as np
import pytest
from mutants.common import Kind, damage_bytes, run

from fitness_mm.errors import FitnessError

NUMBERS = {'labels': 300, 'images': 200, 'tars': 500, 'clips': 200, 'index': 200, 'records': 300,
           'videos': 60, 'checkpoints': 200, 'texts': 400}


def test_every_kind_is_tried():
    assert set(NUMBERS) == set(damage.KINDS)


@pytest.mark.parametrize('name', NUMBERS)
def test_no_mutant_is_a_fault(name, tmp_path):
    kind = getattr(importlib.import_module(f'mutants.{name}'), name.upper())
    outcome = run(kind, NUMBERS[name], 1, tmp_path)
    assert not outcome.faults
    assert sum(outcome.counts.values()) == NUMBERS[name]
    assert outcome.counts['a sentence'] > 0  # not everything that is broken may pass


def test_faults_are_found(tmp_path):
    def originals(folder: Path) -> list[Path]:
        (folder / 'whole.txt').write_bytes(bytes(range(4)))
        return [folder / 'whole.txt']

    def read(path: Path) -> str:
        match path.read_bytes()[0]:
            case 0:
                raise FitnessError('one sentence')
            case 1:
                raise FitnessError('two\nlines')
            case 2:
                raise KeyError('x')
            case 3:
                raise SystemExit
        return 'read'

    outcome = run(Kind(originals, read, lambda rng, whole: bytes([rng.integers(5)])), 50, 0,
                  tmp_path)
    assert set(outcome.counts) == {'read', 'fault', 'a sentence'}
    problems = {path.read_bytes()[0]: problem for path, problem in outcome.faults}
    assert set(problems) == {1, 2, 3}
    assert 'no sentence' in problems[1] and 'KeyError' in problems[2]
    assert len(outcome.faults) == outcome.counts['fault']


def test_damage_is_reproducible_and_varied():
    whole = bytes(range(256)) * 8
    spoilt = [damage_bytes(np.random.default_rng([0, i]), whole) for i in range(100)]
    again = [damage_bytes(np.random.default_rng([0, i]), whole) for i in range(100)]
    assert spoilt == again and len(set(spoilt)) == 100
    assert sum(len(data) == len(whole) for data in spoilt) > 10
    assert damage_bytes(np.random.default_rng(0), b'') is not None
