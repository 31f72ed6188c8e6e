"""Learns from generated movements how every exercise moves, for counting its repetitions.

What it writes by default is part of the package; two minutes of one core.
"""

import argparse
from pathlib import Path

from fitness_mm.errors import plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, help='the file (default: that of the package)')
    parser.add_argument('--clips', type=int, default=160,
                        help='generated clips of each exercise (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0, help='(default: %(default)s)')
    args = parser.parse_args()
    if args.clips < 8 or args.seed < 0:
        parser.error('--clips has to be at least 8, --seed at least 0')
    return args


def main() -> None:
    args = parse_args()
    from fitness_mm.analysis.repetitions.learn import learn
    from fitness_mm.progress import shown_progress
    from fitness_mm.repetitions.exercises import TABLE

    out = args.out or TABLE
    with shown_progress() as progress:
        learn(out, args.clips, args.seed,
              lambda done, total: progress('exercises', done, total))
    print(f'how exercises move  {out}')


if __name__ == '__main__':
    with plain_errors('nothing was written'):
        main()
