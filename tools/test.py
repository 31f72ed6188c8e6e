"""Evaluates a checkpoint of any config, pose or action; behaves as the hosts' own test.py."""

import argparse

from fitness_mm import compat

compat.apply()

from fitness_mm.engine import launch  # noqa: E402
from fitness_mm.errors import plain_errors  # noqa: E402


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--work-dir', help='where the log and the metrics go '
                        '(default: work_dirs/<config name>)')
    parser.add_argument('--dump', metavar='FILE.pkl',
                        help='write predictions and labels there, as the hosts\' tools read them')
    launch.add_common_arguments(parser)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    cfg = launch.load_config(args)
    cfg.load_from = launch.check_checkpoint(args.checkpoint)
    if args.dump:
        launch.dump_predictions(cfg, args.dump)
    with launch.runner_of(cfg) as runner:
        runner.test()


if __name__ == '__main__':
    with plain_errors():
        main()
