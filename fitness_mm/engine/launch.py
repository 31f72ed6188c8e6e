"""What tools/train.py and tools/test.py share: from arguments to a runner."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import torch.distributed as dist
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.registry import METRICS, OPTIM_WRAPPERS, RUNNERS
from mmengine.runner import Runner

from fitness_mm.errors import FitnessError

from .checkpoints import check_checkpoint
from .cpu_amp import CPUAmpOptimWrapper
from .load import load_all_weights, read_config
from .parts import class_of


def train(args: argparse.Namespace) -> None:
    """Trains what a config describes, as ``tools/train.py`` was told to.

    Raises:
        FitnessError: If the config, the checkpoint or an argument cannot be used.
    """
    cfg = _load_config(args, 'train_dataloader')
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.amp:
        use_amp(cfg)
    if args.auto_scale_lr:
        if 'base_batch_size' not in cfg.get('auto_scale_lr', {}):
            raise FitnessError('--auto-scale-lr needs the batch size that the learning rate is '
                               'for; add auto_scale_lr = dict(base_batch_size=32) or the like to '
                               'the config')
        cfg.auto_scale_lr.enable = True
    if args.resume:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else check_checkpoint(args.resume)

    if args.seed is not None:
        cfg.randomness.seed = args.seed
    for flag in ('diff_rank_seed', 'deterministic'):
        if getattr(args, flag):
            cfg.randomness[flag] = True
    with _runner_of(cfg) as runner:
        if args.resume:
            load_all_weights(runner, args.config)
        runner.train()


def test(args: argparse.Namespace) -> None:
    """Evaluates a checkpoint, as ``tools/test.py`` was told to.

    Raises:
        FitnessError: If the config, the checkpoint or an argument cannot be used.
    """
    cfg = _load_config(args, 'test_dataloader')
    cfg.load_from = check_checkpoint(args.checkpoint)
    if args.dump:
        _dump_predictions(cfg, args.dump)
    with _runner_of(cfg) as runner:
        load_all_weights(runner, args.config)
        runner.test()


def _load_config(args: argparse.Namespace, loader: str) -> Config:
    """The config with the common arguments merged in, whatever of mmengine's settings it leaves out.

    Args:
        args: Of the command line.
        loader: What the config has to have.

    Raises:
        FitnessError: If the file cannot be read, or drawing is asked of a config that cannot.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = read_config(args.config, args.cfg_options, loader=loader)
    cfg.launcher = args.launcher
    cfg.randomness = {'seed': None, **cfg.get('randomness', {})}
    if args.work_dir is not None:
        cfg.work_dir = args.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = str(Path('work_dirs') / Path(args.config).stem)
    if args.show or args.show_dir:
        if 'visualization' not in cfg.get('default_hooks', {}):
            raise FitnessError('--show and --show-dir need default_hooks.visualization in the '
                               "config, e.g. dict(type='VisualizationHook')")
        cfg.default_hooks.visualization.update(
            enable=True, show=args.show, out_dir=args.show_dir, interval=args.interval,
            wait_time=args.wait_time)
    _place_reports(cfg)
    return cfg


def _place_reports(cfg: Config) -> None:
    """Puts reports of metrics with a ``report_name`` into the work directory, unless placed.

    The first of a name has it, one more in the same evaluator says its class before it.

    Raises:
        FitnessError: If two metrics would still write one file.
    """
    for evaluator in (cfg.get('val_evaluator'), cfg.get('test_evaluator')):
        taken = set()
        for metric in evaluator if isinstance(evaluator, list) else [evaluator]:
            kind = class_of(metric, METRICS, cfg.get('default_scope'))
            report = getattr(kind, 'report_name', None)
            if report is None:
                continue
            if 'out_file' not in metric:
                path = Path(cfg.work_dir) / report
                metric.out_file = str(path.with_name(f'{kind.__name__}_{report}')
                                      if str(path) in taken else path)
            if metric.out_file in taken:
                raise FitnessError(f'two metrics of class {kind.__name__} would write '
                                   f'{metric.out_file}; give one of them an out_file of its own')
            if metric.out_file is not None:
                taken.add(metric.out_file)


def use_amp(cfg: Config) -> None:
    """Turns on automatic mixed precision: mmengine's on an accelerator, bfloat16 on a CPU.

    Raises:
        FitnessError: If the config has an optimizer wrapper of its own.
    """
    wrapper = class_of({'type': OptimWrapper, **cfg.optim_wrapper}, OPTIM_WRAPPERS,
                       cfg.get('default_scope'))
    if wrapper not in (OptimWrapper, AmpOptimWrapper):  # a subclass does more than we know
        raise FitnessError(f'--amp does not work with optim_wrapper.type='
                           f'{cfg.optim_wrapper.type!r}; leave it out of the config')
    if get_device() == 'cpu':
        cfg.optim_wrapper.type = CPUAmpOptimWrapper.__name__
        for name in ('loss_scale', 'dtype', 'use_fsdp'):  # the GPU's
            cfg.optim_wrapper.pop(name, None)
        return
    cfg.optim_wrapper.type = 'AmpOptimWrapper'
    cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')


def _dump_predictions(cfg: Config, file: str) -> None:
    """Has a test write its predictions to a file that the hosts' analysis tools read.

    Raises:
        FitnessError: If the file's name does not say that it is a pickle.
    """
    if not file.endswith(('.pkl', '.pickle')):
        raise FitnessError(f'--dump writes the hosts\' pickle format, so the name has to end in '
                           f'.pkl, but it is {file!r}; accuracy.json in the work directory has the '
                           'metrics as JSON')
    evaluators = cfg.test_evaluator
    cfg.test_evaluator = [
        *(evaluators if isinstance(evaluators, list) else [evaluators]),
        dict(type='DumpResults', out_file_path=file)
    ]


@contextlib.contextmanager
def _runner_of(cfg: Config) -> Iterator[Runner]:
    """The runner that a config describes; when its work is done its process group is closed.

    A group that is still open when Python ends can abort a process whose work is done.
    """
    yield RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)
    if dist.is_initialized():
        dist.destroy_process_group()
