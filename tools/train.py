"""Trains any config of this project, pose or action; behaves as the hosts' own train.py."""

import argparse

from fitness_mm.engine.arguments import add_run_arguments
from fitness_mm.errors import plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('--work-dir', help='where logs and checkpoints go '
                        '(default: work_dirs/<config name>)')
    parser.add_argument('--resume', nargs='?', const='auto', metavar='CHECKPOINT',
                        help='continue from a checkpoint; without one, from the latest in the '
                        'work directory')
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision; bfloat16 if '
                        'there is no GPU')
    parser.add_argument('--no-validate', action='store_true', help='do not validate on the way')
    parser.add_argument('--auto-scale-lr', action='store_true',
                        help='scale the learning rate from the config\'s base batch size')
    parser.add_argument('--seed', type=int, help='random seed (default: the config\'s)')
    parser.add_argument('--diff-rank-seed', action='store_true', help='a seed per rank')
    parser.add_argument('--deterministic', action='store_true', help='deterministic kernels')
    add_run_arguments(parser)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from fitness_mm.engine.launch import train
    train(args)


if __name__ == '__main__':
    with plain_errors('--resume goes on from the last checkpoint'):
        main()
