"""Spoils files of every kind that the project reads, and counts what it makes of them.

A mutant may be read, if what it says still makes sense, or end in one sentence for the user.
Anything else is a fault: another exception, no answer, a dead process, a text of many lines. Faults
stay in the folder --out, and the exit code is 1.
"""

import argparse
import importlib
import sys
from pathlib import Path

from fitness_mm.errors import plain_errors

KINDS = ('labels', 'images', 'tars', 'clips', 'index', 'videos', 'records', 'checkpoints', 'texts')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('kinds', nargs='*', choices=KINDS, default=KINDS, metavar='KIND',
                        help=f'some of {", ".join(KINDS)} (default: all)')
    parser.add_argument('--number', type=int, default=1000,
                        help='mutants of each kind (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0,
                        help='other mutants with another one (default: %(default)s)')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/damage'),
                        help='folder (default: %(default)s)')
    args = parser.parse_args()
    if args.number < 1 or args.seed < 0:
        parser.error('--number has to be at least 1, --seed at least 0')
    return args


def main() -> None:
    args = parse_args()
    from mutants.common import run

    from fitness_mm.progress import shown_progress

    faults = []
    with shown_progress() as progress:
        for name in args.kinds:
            folder = args.out / name
            folder.mkdir(parents=True, exist_ok=True)
            kind = getattr(importlib.import_module(f'mutants.{name}'), name.upper())
            outcome = run(kind, args.number, args.seed, folder,
                          lambda done, name=name: progress(name, done, args.number))
            words = ', '.join(f'{word} {count}' for word, count in outcome.counts.most_common())
            print(f'{name}: {args.number} mutants, {words}')
            faults += outcome.faults
    for path, problem in faults:
        print(f'{path}: {problem}')
    sys.exit(bool(faults))


if __name__ == '__main__':
    with plain_errors():
        main()
