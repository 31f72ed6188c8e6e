"""Evaluates a checkpoint of any config, pose or action; behaves as the hosts' own test.py."""

import argparse

from fitness_mm.engine.arguments import add_run_arguments
from fitness_mm.errors import plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--work-dir', help='where the log and the metrics go '
                        '(default: a folder named after the checkpoint, beside it)')
    parser.add_argument('--dump', metavar='FILE.pkl',
                        help='write predictions and labels there, as the hosts\' tools read them')
    add_run_arguments(parser)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from fitness_mm.engine.launch import test
    test(args)


if __name__ == '__main__':
    with plain_errors():
        main()
