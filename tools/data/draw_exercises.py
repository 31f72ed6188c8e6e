"""Draws a contact sheet of each exercise that the sample has: five views, kept and each fault.

Look at them after a table of an exercise was changed, or made.
"""

import argparse
from pathlib import Path

from fitness_mm.errors import FitnessError, plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('exercises', nargs='*', metavar='NAME',
                        help='English names in quotes (default: all)')
    parser.add_argument('--out', type=Path, default='exercises', help='folder for the pictures')
    parser.add_argument('--performer', type=int, default=1, help='number of the performer')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from fitness_mm.files import check_output
    from fitness_mm.progress import shown_progress
    from fitness_mm.sample.exercises import DRAWN
    from fitness_mm.sample.sheet import draw_sheet

    unknown = [name for name in args.exercises if name not in DRAWN]
    if unknown:
        raise FitnessError(f'the sample has no movement for {unknown[0]!r}; it has: '
                           f'{", ".join(DRAWN)}')
    check_output(args.out, folder=True)
    args.out.mkdir(parents=True, exist_ok=True)
    names = args.exercises or list(DRAWN)
    with shown_progress() as progress:
        for done, name in enumerate(names):
            progress('exercises', done, len(names))
            draw_sheet(name, args.out / f'{name.replace(" ", "_").lower()}.png', args.performer)
        progress('exercises', len(names), len(names))
    print(f'{args.out}: {len(names)} pictures')


if __name__ == '__main__':
    with plain_errors():
        main()
