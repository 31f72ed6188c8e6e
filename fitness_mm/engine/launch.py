"""What tools/train.py and tools/test.py share: from arguments to a runner."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

import torch.distributed as dist
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.logging import MMLogger
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS, RUNNERS
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from fitness_mm.errors import FitnessError
from fitness_mm.files import check_output

from .checkpoints import check_checkpoint
from .checks.reports import place_reports
from .checks.work_dir import last_whole_checkpoint, training_alone
from .cpu_amp import CPUAmpOptimWrapper
from .load import load_all_weights, read_config, wrong_parts_named
from .parts import class_of
from .tool_launcher import end_with_launcher


def train(args: argparse.Namespace) -> None:
    """Trains what a config describes, as ``tools/train.py`` was told to.

    Raises:
        FitnessError: If the config, the checkpoint or an argument cannot be used.
    """
    cfg = _load_config(args, 'train_dataloader')
    folder = Path(cfg.work_dir)
    check_output(folder, folder=True)
    place_reports(cfg, {'training': str(folder)})
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

    if args.seed is not None:
        cfg.randomness.seed = args.seed
    for flag in ('diff_rank_seed', 'deterministic'):
        if getattr(args, flag):
            cfg.randomness[flag] = True
    with training_alone(folder, first=_rank_of(args.launcher) == 0):
        if args.resume:
            checkpoint = (last_whole_checkpoint(folder) if args.resume == 'auto'
                          else check_checkpoint(args.resume))
            if checkpoint is not None:
                cfg.resume, cfg.load_from = True, checkpoint
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
    if args.work_dir is None and 'work_dir' not in args.cfg_options:
        # a folder of its own: results of one checkpoint do not take the place of another's
        name = Path(args.checkpoint).stem
        cfg.work_dir = str(Path('work_dirs') / Path(args.config).stem / name
                           if '://' in args.checkpoint else Path(args.checkpoint).with_name(name))
    check_output(cfg.work_dir, folder=True)
    place_reports(cfg, {'checkpoint': args.checkpoint})
    if args.dump:
        _dump_predictions(cfg, args.dump)
    with _runner_of(cfg) as runner:
        load_all_weights(runner, args.config)
        runner.test()


def _load_config(args: argparse.Namespace, loader: str) -> Config:
    """The config with the common arguments merged in, whatever of mmengine's it leaves out.

    Args:
        args: Of the command line.
        loader: What the config has to have.

    Raises:
        FitnessError: If the file cannot be read, or drawing is asked of a config that cannot.
    """
    end_with_launcher()
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
            raise FitnessError('--show and --show-dir draw what pose estimators predict; of a '
                               'recogniser, tools/analysis/plot_run.py draws the results and '
                               'tools/analysis/browse_dataset.py what it is shown')
        cfg.default_hooks.visualization.update(
            enable=True, show=args.show, out_dir=args.show_dir, interval=args.interval,
            wait_time=args.wait_time)
    return cfg


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
    check_output(file)
    evaluators = cfg.test_evaluator
    cfg.test_evaluator = [
        *(evaluators if isinstance(evaluators, list) else [evaluators]),
        dict(type='DumpResults', out_file_path=file)
    ]


def _rank_of(launcher: str) -> int:
    """Which process of a training this is, before it has joined the others."""
    name = dict(pytorch='RANK', slurm='SLURM_PROCID', mpi='OMPI_COMM_WORLD_RANK').get(launcher)
    return int(os.environ.get(name, 0)) if name else 0


class QuietRunner(Runner):
    """mmengine's runner, that shows on a terminal what changes from run to run.

    The environment, the whole config and the order of the hooks are in the log file alone.
    """

    def build_logger(self, *args, **kwargs) -> MMLogger:
        """mmengine's logger."""
        logger = super().build_logger(*args, **kwargs)
        for handler in logger.handlers:
            if not isinstance(handler, logging.FileHandler):
                handler.addFilter(_is_for_the_terminal)
            else:
                logger.info(f'environment, config and hooks: {handler.baseFilename}')
        return logger

    @staticmethod
    def build_dataloader(dataloader: DataLoader | dict, *args, **kwargs) -> DataLoader:
        """mmengine's loader.

        Raises:
            FitnessError: If it has no batch.
        """
        loader = Runner.build_dataloader(dataloader, *args, **kwargs)
        if hasattr(loader.dataset, '__len__') and not len(loader):
            raise FitnessError(
                f'a data loader gives no batch: its data set has {len(loader.dataset)} samples, '
                f'its batch_size is {loader.batch_size}, and drop_last leaves out what does not '
                'fill a batch; set a smaller batch_size, or drop_last=False')
        return loader


def _is_for_the_terminal(record: logging.LogRecord) -> bool:
    """Whether a line is news: no block of settings, and no advice to the hosts' own authors."""
    return not record.getMessage().lstrip('-\n').startswith((
        'System environment:', 'Config:\n', 'Hooks will be executed', 'Exp name:',
        'Distributed training is not used', '"FileClient" will be deprecated',
        '"HardDiskBackend" is the alias'))


@contextlib.contextmanager
def _runner_of(cfg: Config) -> Iterator[Runner]:
    """The runner that a config describes; when its work is done its process group is closed.

    A group that is still open when Python ends can abort a process whose work is done.

    Raises:
        FitnessError: Also in place of one that a data loader's worker raised, which torch passes
            on with the worker's traceback for a message.
    """
    try:
        with wrong_parts_named():
            yield RUNNERS.build(cfg) if 'runner_type' in cfg else QuietRunner.from_cfg(cfg)
    except Exception as error:
        sentence = re.search(r'\ACaught \w+ in DataLoader worker .*^fitness_mm\.[\w.]+: (.+)\Z',
                             str(error).rstrip(), re.DOTALL | re.MULTILINE)
        if sentence is None:
            raise
        raise FitnessError(sentence[1]) from error
    if dist.is_initialized():
        dist.destroy_process_group()
