"""Arguments that tools have in common; parsing them loads neither torch nor mmengine."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


class _ConfigOptions(argparse.Action):
    """mmengine's DictAction, imported only where there is something to parse."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace,
                 values: Sequence[str], option_string: str | None = None) -> None:
        wrong = [value for value in values if '=' not in value]
        if wrong:
            parser.error(f'{option_string} takes KEY=VALUE, but got {wrong[0]!r}')
        from mmengine.config import DictAction
        DictAction(self.option_strings, self.dest)(parser, namespace, values, option_string)


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """``--cfg-options KEY=VALUE ...``, as in the hosts' tools."""
    parser.add_argument('--cfg-options', nargs='+', action=_ConfigOptions, default={},
                        metavar='KEY=VALUE',
                        help='override settings of the config, e.g. model.backbone.depth=18; '
                        'lists as key="[a,b]" without blanks')


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """What training and testing have in common, as in the hosts' tools."""
    add_config_options(parser)
    parser.add_argument('--show-dir', help='where to save drawn predictions')
    parser.add_argument('--show', action='store_true', help='show drawn predictions in a window')
    parser.add_argument('--interval', type=int, default=1, help='draw every n-th sample')
    parser.add_argument('--wait-time', type=float, default=1, help='seconds per window')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none',
                        help='job launcher')
    # torch.distributed.launch passes it in either spelling.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
