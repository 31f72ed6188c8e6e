"""From a config and a checkpoint to a network, for all who run one: with errors in a sentence.

Networks of both hosts may stand side by side, so each is built and run in its own scope.
"""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.device import get_device
from mmengine.registry import MODELS, DefaultScope
from mmengine.runner import Runner, load_checkpoint
from torch import nn

from fitness_mm import compat
from fitness_mm.errors import FitnessError, shortened

from .checkpoints import check_checkpoint
from .checks.settings import check_settings

compat.apply()

_KINDS = {'mmpose': 'pose estimator', 'mmaction': 'recogniser'}
_BUILDERS = ('mmengine.registry.build_functions', 'mmengine.runner.runner')
_PACKAGES = {'mmpose': 'fitness_mm.pose', 'mmaction': 'fitness_mm.action'}


def read_config(file: str | Path, options: dict | None = None, scope: str | None = None,
                loader: str | None = None) -> Config:
    """A config, its modules imported.

    Args:
        file: The config file.
        options: Settings to override, by dotted name.
        scope: ``mmpose`` or ``mmaction``, which it has to be of; any if None.
        loader: Such as ``test_dataloader``, which it has to have; none if None.

    Raises:
        FitnessError: If the file is missing, cannot be read, is not such a config, or has settings
            that change nothing.
    """
    if not Path(file).is_file():
        raise FitnessError(f'there is no config file {str(file)!r}; those of this project are in '
                           'configs/')
    try:
        cfg = Config.fromfile(file)
        check_settings(file, cfg, options or {})
        cfg.merge_from_dict(options or {})
    except FitnessError:
        raise
    except Exception as error:
        # a config is Python: anything can come out of it
        raise FitnessError(f'{file} is no config that can be read '
                           f'({type(error).__name__}: {shortened(error)})') from error
    if (scope and cfg.get('default_scope') != scope) or (loader and not cfg.get(loader)):
        needs = [f'default_scope = {scope!r}'] if scope else []
        needs += [f'a {loader}'] if loader else []
        raise FitnessError(f'{file} is no config of a {_KINDS.get(scope, "network")} with data; '
                           f'it needs {" and ".join(needs)}')
    return cfg


@contextmanager
def host_of(cfg: Config) -> Iterator[None]:
    """Inside, the registries are those of a config's host, with this package's parts in them."""
    scope = cfg.get('default_scope', 'mmengine')
    if scope in _PACKAGES:
        importlib.import_module(_PACKAGES[scope])
    with DefaultScope.overwrite_default_scope(scope):
        yield


def build_model(cfg: Config) -> nn.Module:
    """The network of a config with random weights; none are fetched, and none from files."""
    model = cfg.model.copy()
    if model.get('backbone'):
        # as MMAction2, torchvision and MMPretrain name them
        without = {key: None for key in ('pretrained', 'weights', 'init_cfg')
                   if key in model.backbone}
        model.backbone = {**model.backbone, **without}
    with host_of(cfg), wrong_parts_named():
        return MODELS.build(model)


@contextmanager
def wrong_parts_named() -> Iterator[None]:
    """Inside, a part of a config whose name or arguments no class takes is a user's mistake.

    It is known by where it is raised: in mmengine's builder or runner, before what they build has
    begun, or in a class that hands the arguments which it does not know on to its base.

    Raises:
        FitnessError: In place of such an error.
    """
    try:
        yield
    except (KeyError, TypeError) as error:
        *_, (last, _) = traceback.walk_tb(error.__traceback__)
        handed_on = (last.f_code.co_name == '__init__'
                     and '__init__() got an unexpected keyword argument' in str(error))
        if last.f_globals.get('__name__') not in _BUILDERS and not handed_on:
            raise
        raise FitnessError(f'the config names what cannot be built: {error.args[0]}') from error


def load_model(cfg: Config, checkpoint: str | Path,
               device: str | torch.device | None = None) -> nn.Module:
    """The network of a config with the weights of a checkpoint, ready to predict.

    Args:
        cfg: The config.
        checkpoint: Its weights, all of them.
        device: See :func:`checked_device`.

    Raises:
        FitnessError: If the checkpoint is missing, damaged or another network's, or there is no
            such device.
    """
    device = checked_device(device)
    check_checkpoint(checkpoint)  # before the network is built
    model = build_model(cfg)
    load_weights(model, checkpoint, cfg.filename or 'the config')
    return model.to(device).eval()


def load_weights(model: nn.Module, checkpoint: str | Path, config: str | Path) -> None:
    """Loads all weights of a network.

    Args:
        model: The network.
        checkpoint: A file or URL.
        config: What describes the network, for the message.

    Raises:
        FitnessError: If the checkpoint is missing, damaged or another network's.
    """
    with _fitting(checkpoint, config):
        load_checkpoint(model, str(checkpoint), map_location='cpu', strict=True, logger='silent')


def load_all_weights(runner: Runner, config: str | Path) -> None:
    """Has a runner refuse a checkpoint of another network, which mmengine only notes in the log.

    Args:
        runner: The runner, before it loads.
        config: Its config, for the message.
    """
    load = runner.load_checkpoint

    def load_all(checkpoint: str, **options: Any) -> dict:
        with _fitting(checkpoint, config):
            return load(checkpoint, **options, strict=True)

    runner.load_checkpoint = load_all


@contextmanager
def _fitting(checkpoint: str | Path, config: str | Path) -> Iterator[None]:
    """Says in a sentence what torch says of weights that are not a network's."""
    try:
        yield
    except RuntimeError as error:
        raise FitnessError(f'{checkpoint} does not fit the model of {config}; name the config that '
                           f'it was trained with ({shortened(error)})') from error


def checked_device(device: str | torch.device | None) -> torch.device:
    """The device of a name, such as ``cuda:0``, or the best there is if None.

    Raises:
        FitnessError: If it cannot be used here.
    """
    try:
        device = torch.device(device or get_device())
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise FitnessError(f'the device {device} cannot be used here; name another, such as '
                           'cpu') from error
    return device


def pipeline_of(cfg: Config) -> Compose:
    """The transforms of a config's test data, if it has some."""
    with host_of(cfg):
        return Compose(cfg.test_dataloader.dataset.get('pipeline'))
