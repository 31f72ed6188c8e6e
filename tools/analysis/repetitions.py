"""Measures how well repetitions are counted, on generated movements with known repetitions.

Exercises, views, performers, tempi from 1.5 to 5 s, 1 to 15 repetitions, faults, idle ends,
pauses and videos that begin half-way come as the seed draws them; the poses are spoilt by noise.
With a pose estimator, videos are filmed as well and the keypoints are the network's own.
"""

import argparse
import sys
from pathlib import Path

from fitness_mm import compat

compat.apply()
from fitness_mm.analysis.repetitions.report import write_report  # noqa: E402
from fitness_mm.errors import plain_errors  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=Path('work_dirs/repetitions'),
                        help='folder for the report (default: %(default)s)')
    parser.add_argument('--trials', type=int, default=420,
                        help='movements per noise level; 0 leaves them out (default: %(default)s)')
    parser.add_argument('--noise', type=float, nargs='+', default=[0.0, 0.02, 0.05, 0.1],
                        help='shares of the length of the trunk (default: 0 0.02 0.05 0.1)')
    parser.add_argument('--seed', type=int, default=2,
                        help='other movements with another one; 1 was used to choose the numbers '
                             'of the method (default: %(default)s)')
    parser.add_argument('--pose', type=Path, nargs=2, metavar=('CONFIG', 'CHECKPOINT'),
                        help='a pose estimator to film videos for')
    parser.add_argument('--videos', type=int, default=24,
                        help='videos to film for it (default: %(default)s)')
    args = parser.parse_args()
    if args.videos < 1 or min(args.trials, args.seed, *args.noise) < 0:
        parser.error('--videos has to be at least 1, --trials, --seed and --noise at least 0')
    if not args.trials and not args.pose:
        parser.error('with --trials 0 there is nothing to do but for --pose')
    report = write_report(args.out, args.trials, args.noise, args.seed, args.pose, args.videos)
    print(report.read_text('utf-8'))
    print(f'report  {report}')


if __name__ == '__main__':
    with plain_errors():
        try:
            main()
        except KeyboardInterrupt:
            sys.exit('repetitions: stopped; what is finished is in the report')
