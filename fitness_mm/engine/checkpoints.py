"""What is looked at in a checkpoint before its weights are used, however they are loaded.

Importing this has the hosts' own ways do it too: every one of them ends in mmengine's
``CheckpointLoader.load_checkpoint``.
"""

from __future__ import annotations

import functools
import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.runner import CheckpointLoader

from fitness_mm.errors import FitnessError, shortened

_AGAIN = 'use another one, such as an earlier epoch, or train again'
_BEFORE_TORCH_1_6 = pickle.dumps(torch.serialization.MAGIC_NUMBER, protocol=2)


def check_checkpoint(file: str | Path) -> str:
    """A checkpoint's name, if it is a URL, or a file that is whole.

    From torch 1.6 on, checkpoints are ZIP archives with a checksum for each record, which torch
    itself does not look at. Older files have none, and only the start of theirs is looked at.

    Raises:
        FitnessError: If the file is missing, damaged or no checkpoint.
    """
    if '://' in str(file):
        return str(file)
    path = Path(file).expanduser()
    if not path.is_file():
        raise FitnessError(f'there is no checkpoint {str(file)!r}; training leaves its checkpoints '
                           'in work_dirs/<config name>/')
    try:
        with path.open('rb') as opened:
            if opened.read(len(_BEFORE_TORCH_1_6)) == _BEFORE_TORCH_1_6:
                return str(file)
            with zipfile.ZipFile(opened) as archive:
                members = archive.infolist()
                if not any(member.filename.endswith('/data.pkl') for member in members):
                    raise zipfile.BadZipFile('it has no data.pkl')
                # torch packs nothing; what claims to be more than the file would fill the memory
                if sum(member.file_size for member in members) > path.stat().st_size:
                    raise zipfile.BadZipFile('its records are packed')
                broken = archive.testzip()
                if broken is not None:
                    raise zipfile.BadZipFile(f'the checksum of {broken} is wrong')
    except Exception as error:
        # what zipfile raises for damaged archives is documented nowhere
        raise FitnessError(f'{file} is damaged or no checkpoint of torch ({shortened(error)}); '
                           f'{_AGAIN}') from error
    return str(file)


def _check_weights(file: str, checkpoint: Any) -> None:
    """Looks at what was loaded.

    Raises:
        FitnessError: If it holds no weights, or some that no network can work with.
    """
    weights = checkpoint.get('state_dict', checkpoint) if isinstance(checkpoint, dict) else None
    if not isinstance(weights, Mapping) or not all(isinstance(name, str) for name in weights):
        raise FitnessError(f'{file} holds no weights by name in its state_dict; it is no '
                           'checkpoint of a network')
    for name, tensor in weights.items():
        if not isinstance(tensor, torch.Tensor):
            continue  # other frameworks keep notes there; no parameter takes them
        if tensor.layout != torch.strided or tensor.is_meta or (
                tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes()):
            raise FitnessError(f'{file} claims more numbers for {name} than it holds; {_AGAIN}')
        if not _finite(tensor):
            raise FitnessError(f'{file} holds a broken network: {name} has numbers that are not '
                               f'finite, its training has diverged; {_AGAIN}')


def _finite(tensor: torch.Tensor) -> bool:
    """Whether no number is infinite or NaN; numpy sees that in a tenth of torch's time."""
    if not tensor.is_floating_point():
        return True
    numbers = tensor.detach().cpu()
    return bool(np.isfinite((numbers.float() if numbers.element_size() < 4 else numbers).numpy())
                .all())


def _load_checked(load: Any) -> Any:
    """``CheckpointLoader.load_checkpoint`` with our eyes."""

    @functools.wraps(load)
    def load_checkpoint(filename: str, *args: Any, **kwargs: Any) -> Any:
        filename = check_checkpoint(filename)
        try:
            checkpoint = load(filename, *args, **kwargs)
        except OSError as error:
            raise FitnessError(f'{filename} could not be fetched or read ({shortened(error)}); '
                               'fetch it yourself and name the file') from error
        except Exception as error:
            # what torch raises for damaged files is documented nowhere
            reason = re.search(r'error: (.+?)(\. |$)', str(error), re.MULTILINE)
            raise FitnessError(f'{filename} was not loaded, because it is damaged or holds Python '
                               'objects that could run code; use one that has only weights and '
                               f"mmengine's own state ({reason[1] if reason else shortened(error)})"
                               ) from error
        _check_weights(filename, checkpoint)
        return checkpoint

    return load_checkpoint


CheckpointLoader.load_checkpoint = _load_checked(CheckpointLoader.load_checkpoint)
