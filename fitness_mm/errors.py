"""What a user is told when something that he gave, or his machine, does not do."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from .printable import printable

_INTERRUPTED, _READER_GONE = 130, 141  # what shells report after Ctrl-C, and for `tool | head`
_HOSTS = ('torch', 'torchvision', 'mmengine', 'mmcv', 'mmdet', 'mmpretrain', 'mmpose', 'mmaction',
          'ai_edge_litert')


class FitnessError(Exception):
    """The message is one sentence for the user: what is wrong, where, and what to do."""


class ArgumentError(FitnessError, ValueError):
    """A value that is out of range, or a name that nothing has."""


SEEDS = 1 << 32
"""Numpy and scikit-learn take random seeds below."""


def check_seed(seed: int) -> None:
    """Raises:
        ArgumentError: If numpy does not take it as a random seed.
    """
    if not 0 <= seed < SEEDS:
        raise ArgumentError(f'the seed is {seed}, expected a number from 0 to {SEEDS - 1}')


def shortened(error: Exception) -> str:
    """The start of an error's message, in one line."""
    message = (isinstance(error, OSError) and error.strerror) or str(error)
    return printable(' '.join(message.split())[:160]) or type(error).__name__


@contextlib.contextmanager
def plain_errors(stopped: str = '') -> Iterator[None]:
    """Ends the process with one sentence for what a user can mend; other errors are ours.

    What is printed inside may be of any language: what the terminal has no letters for is escaped.

    Args:
        stopped: What Ctrl-C leaves, for the user.
    """
    tool = Path(sys.argv[0]).name
    if isinstance(sys.stdout, io.TextIOWrapper):  # some terminals have not all letters
        sys.stdout.reconfigure(errors='backslashreplace')
    try:
        try:
            yield
            sys.stdout.flush()
        except BrokenPipeError:
            _leave_if_nobody_reads()
            raise
    except KeyboardInterrupt:
        print(f'{tool}: stopped' + (f'; {stopped}' if stopped else ''), file=sys.stderr)
        sys.exit(_INTERRUPTED)
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        sys.exit(printable(f'{tool}: {sentence}'))


def _sentence(error: Exception) -> str | None:
    """What a user is told; None if he cannot mend it."""
    if isinstance(error, FitnessError):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name in _HOSTS:
        return (f'this needs {error.name}, which is not installed; `make env` makes an environment '
                'that has it')
    if isinstance(error, MemoryError) or (  # torch has errors of its own for it
            isinstance(error, RuntimeError)
            and re.search("out of memory|can't allocate memory", str(error))):
        return (f'there is not enough memory ({shortened(error)}); make batches smaller, or use '
                'fewer processes')
    if isinstance(error, OSError) and error.strerror is not None:
        return f'{f"{error.filename}: " if error.filename else ""}{error.strerror}'
    return None


def _leave_if_nobody_reads() -> None:
    """Ends the process without a word if what it prints has no reader any more."""
    try:
        print(flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the end
        sys.exit(_READER_GONE)
