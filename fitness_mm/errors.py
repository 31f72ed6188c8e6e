"""What a user is told when something that he gave, or his machine, does not do."""

from __future__ import annotations

import contextlib
import pickle
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_INTERRUPTED = 130  # what shells report after Ctrl-C
_HOSTS = ('torch', 'torchvision', 'mmengine', 'mmcv', 'mmdet', 'mmpretrain', 'mmpose', 'mmaction')


class FitnessError(Exception):
    """The message is one sentence for the user: what is wrong, where, and what to do."""


class ArgumentError(FitnessError, ValueError):
    """A value that is out of range, or a name that nothing has."""


@contextlib.contextmanager
def plain_errors(stopped: str = '') -> Iterator[None]:
    """Ends the process with one sentence for what a user can mend; other errors are ours.

    Args:
        stopped: What Ctrl-C leaves, for the user.
    """
    tool = Path(sys.argv[0]).name
    try:
        yield
    except FitnessError as error:
        sys.exit(f'{tool}: {error}')
    except KeyboardInterrupt:
        print(f'{tool}: stopped' + (f'; {stopped}' if stopped else ''), file=sys.stderr)
        sys.exit(_INTERRUPTED)
    except ModuleNotFoundError as error:
        if error.name not in _HOSTS:
            raise
        sys.exit(f'{tool}: this needs {error.name}, which is not installed; `make env` makes an '
                 'environment that has it')
    except OSError as error:
        if error.strerror is None:  # a library's own, not the system's
            raise
        sys.exit(f'{tool}: {f"{error.filename}: " if error.filename else ""}{error.strerror}')
    except pickle.UnpicklingError as error:
        reason = re.search(r'error: (.+?)(\. |$)', str(error), re.MULTILINE)
        sys.exit(f'{tool}: the checkpoint was not loaded, because it is damaged or holds Python '
                 'objects that could run code when loaded; use one that has only weights and '
                 f"mmengine's own state ({reason[1] if reason else error})")
