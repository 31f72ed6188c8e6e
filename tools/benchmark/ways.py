"""Shows a posture network generated people who break one condition in one way, and measures how
many of them it finds, and how often it calls a condition broken that is kept.

It is told which exercise they do, and sees the labels' keypoints of single views, and of the five
together. Bodies, movements and cameras are none that a generated sample has.
"""

import argparse
import csv
from functools import partial
from pathlib import Path

from fitness_mm.errors import FitnessError, plain_errors


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', type=Path, help='of a posture network that sees keypoints')
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('--calibration', metavar='FILE',
                        help='of the network, by which verdicts are given or withheld; without one '
                             'all are given')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/ways.csv'),
                        help='table of all ways (default: %(default)s)')
    parser.add_argument('--clips', type=int, default=12, metavar='N',
                        help='clips of each way and strength (default: %(default)s)')
    parser.add_argument('--strengths', type=float, nargs='+', default=[0.5, 1.0, 1.5], metavar='S',
                        help='of the faults; 1 is how people usually do it '
                             '(default: 0.5 1.0 1.5)')
    parser.add_argument('--anywhere', action='store_true',
                        help='before cameras anywhere around the person')
    args = parser.parse_args()
    if args.clips < 1 or min(args.strengths) <= 0:
        parser.error('--clips has to be at least 1, --strengths more than 0')
    from trials.ways import COLUMNS, show_ways, ways_markdown

    from fitness_mm.apis.networks.recogniser import PostureRecogniser
    from fitness_mm.files import check_output
    from fitness_mm.posture.calibration import PostureCalibration
    from fitness_mm.progress import shown_progress

    check_output(args.out)
    network = PostureRecogniser(args.config, args.checkpoint, batch_size=32)
    if not network.sees_keypoints_only:
        raise FitnessError(f'{args.config} sees pictures; give a network that sees keypoints alone')
    names = [e.name for e in network.exercises], [e.conditions for e in network.exercises]
    calibration = PostureCalibration.unknown(*names, judged=True)
    if args.calibration:
        calibration = PostureCalibration.read(args.calibration)
        calibration.check_fits(*names)
    with shown_progress() as progress:
        rows = show_ways(network, calibration, args.clips, args.strengths, args.anywhere,
                         partial(progress, 'ways'))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open('w', newline='', encoding='utf-8-sig') as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(rows)
    print(ways_markdown(rows))
    print(f'\nall ways  {args.out}')


if __name__ == '__main__':
    with plain_errors():
        main()
