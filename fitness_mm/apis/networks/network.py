"""Networks of two hosts side by side: each is built and run under its own registry scope."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.device import get_device
from mmengine.registry import DefaultScope
from mmengine.runner import load_checkpoint
from torch import Tensor, nn

from fitness_mm import compat
from fitness_mm.apis.errors import InferenceError

compat.apply()


class Network:
    """A network of a config with its weights, and what its test data goes through.

    Args:
        config: The config file.
        checkpoint: Its weights.
        scope: ``mmpose`` or ``mmaction``, what the config has to be of.
        device: Such as ``cpu`` or ``cuda:0``; the best there is if None.
        half: Whether to compute in half precision: float16 on a GPU, bfloat16 on a CPU.

    Raises:
        InferenceError: If a file is missing, damaged, or does not belong to the other.
    """

    def __init__(self, config: str | Path, checkpoint: str | Path, scope: str,
                 device: str | None = None, half: bool = False) -> None:
        self.config_file, self.checkpoint, self.scope = Path(config), Path(checkpoint), scope
        self.device = checked_device(device)
        self.half = half
        self.cfg = _read_config(self.config_file, scope)
        with self.in_scope():
            self.model = self._build()
        if half and scope == 'mmpose':
            _decode_whole(self.model)

    @contextmanager
    def in_scope(self) -> Iterator[None]:
        """Inside, the registries are those of this network's host."""
        with DefaultScope.overwrite_default_scope(self.scope):
            yield

    def pipeline(self, steps: list[dict]) -> Compose:
        """Transforms of this network's host."""
        with self.in_scope():
            return Compose(steps)

    def test_steps(self) -> list[dict]:
        """The transforms of the config's test data, as they may be changed."""
        return [dict(step) for step in self.cfg.test_dataloader.dataset.pipeline]

    @torch.inference_mode()
    def predict(self, batch: dict) -> list:
        """The host's predictions for a collated batch."""
        kind = self.device.type
        half = torch.bfloat16 if kind == 'cpu' else torch.float16
        with self.in_scope(), torch.autocast(kind, half) if self.half else nullcontext():
            return self.model.test_step(batch)

    def _build(self) -> nn.Module:
        if self.scope == 'mmpose':
            from mmpose.registry import MODELS

            import fitness_mm.pose
        else:
            from mmaction.registry import MODELS

            import fitness_mm.action  # noqa: F401
        if not self.checkpoint.is_file():
            raise InferenceError(f'there is no checkpoint {str(self.checkpoint)!r}; training '
                                 'leaves its checkpoints in work_dirs/<config name>/')
        cfg = self.cfg.model.copy()
        # the checkpoint brings all weights, so none are fetched
        if cfg.get('backbone'):
            cfg.backbone = {**cfg.backbone, 'init_cfg': None}
            if 'pretrained' in cfg.backbone:
                cfg.backbone.pretrained = None
        model = MODELS.build(cfg)
        try:
            load_checkpoint(model, str(self.checkpoint), map_location='cpu', strict=True,
                            logger='silent')
        except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError) as error:
            detail = ' '.join(str(error).split())[:160]
            raise InferenceError(
                f'{self.checkpoint} is damaged or no checkpoint of {self.config_file}; name the '
                f'config that it was trained with ({detail} ...)') from error
        return model.to(self.device).eval()


def _decode_whole(model: nn.Module) -> None:
    """Has pose heads decode float32: they do it in numpy and OpenCV, which know no half."""
    from mmpose.models.heads.base_head import BaseHead
    for head in model.modules():
        if isinstance(head, BaseHead):
            head.decode = functools.partial(_decode_floats, head.decode)


def _decode_floats(decode: Callable, outputs: Tensor | tuple[Tensor, ...]):
    return decode(outputs.float() if isinstance(outputs, Tensor)
                  else tuple(output.float() for output in outputs))


def _read_config(file: Path, scope: str) -> Config:
    if not file.is_file():
        raise InferenceError(f'there is no config file {str(file)!r}; those of this project are '
                             'in configs/')
    try:
        with DefaultScope.overwrite_default_scope(scope):
            cfg = Config.fromfile(file)
    except Exception as error:
        # a config is Python: anything can come out of it
        detail = ' '.join(str(error).split())[:160]
        raise InferenceError(f'{file} is no config that can be read '
                             f'({type(error).__name__}: {detail})') from error
    if cfg.get('default_scope') != scope or not cfg.get('test_dataloader'):
        kind = {'mmpose': 'a pose estimator', 'mmaction': 'a recogniser'}[scope]
        raise InferenceError(f'{file} is no config of {kind} with test data: it needs '
                             f'default_scope = {scope!r} and a test_dataloader')
    return cfg


def checked_device(device: str | None) -> torch.device:
    """The device of a name, or the best there is if None.

    Raises:
        InferenceError: If it cannot be used here.
    """
    try:
        device = torch.device(device or get_device())
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise InferenceError(f'the device {device} cannot be used here; name another, such as '
                             'cpu') from error
    return device
