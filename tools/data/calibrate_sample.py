"""Measures real labels for the generator: key postures, faults and habits of the exercises.

Rewrites the tables of the exercises that a prepared data root has labels of: means over people and
standard deviations, from which no clip can be made again. What a table says that cannot be measured
stays, such as what the hands hold, or ways to break a condition that were added by hand.
"""

import argparse
import os
from pathlib import Path

from fitness_mm.errors import plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--real', type=Path,
                        default=os.environ.get('FITNESS_DATA_ROOT', 'data/fitness'),
                        help='prepared root of real labels (default: $FITNESS_DATA_ROOT or '
                        '%(default)s)')
    parser.add_argument('--leave-out', type=int, nargs='+', default=[], metavar='PERFORMER',
                        help='people who are not to be measured, to test on')
    parser.add_argument('--out', type=Path,
                        help='folder of the tables (default: those of the package)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from fitness_mm.aihub.index import FitnessIndex
    from fitness_mm.analysis.realism.tables import calibrate
    from fitness_mm.progress import shown_progress
    from fitness_mm.sample.exercises import FOLDER

    index = FitnessIndex.read(args.real)
    with shown_progress() as progress:
        lines = calibrate(index, args.leave_out, args.out or FOLDER,
                          lambda done, total: progress('clips', done, total))
    print('\n'.join(lines))


if __name__ == '__main__':
    with plain_errors():
        main()
