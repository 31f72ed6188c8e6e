"""Show the state of a prepared data set: what is in it, what is missing, which labels look wrong.

Labels are judged by the labels alone, without a network; nothing in the data set is changed.
"""

import argparse
import os
from functools import partial
from pathlib import Path

from fitness_mm.errors import plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--root', default=os.environ.get('FITNESS_DATA_ROOT', 'data/fitness'),
                        help='prepared data root (default: $FITNESS_DATA_ROOT or %(default)s)')
    parser.add_argument('--out', type=Path, metavar='DIR',
                        help='folder for audit.html, its pictures and suspicious.csv')
    parser.add_argument('--flag', type=Path, metavar='FILE.json',
                        help='write the suspicious frames as a list for excluded=[...] of the '
                        'data sets')
    parser.add_argument('--examples', type=int, default=6, metavar='N',
                        help='most frames drawn for each check (default: %(default)s)')
    parser.add_argument('--workers', type=int, default=os.cpu_count() or 1,
                        help='threads that check labels (default: %(default)s)')
    args = parser.parse_args()
    for name in ('examples', 'workers'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} is {getattr(args, name)}, expected at least 1')
    return args


def main() -> None:
    args = parse_args()
    from fitness_mm.analysis.audit.files import write_audit, write_exclusions
    from fitness_mm.analysis.audit.state import inspect
    from fitness_mm.analysis.audit.text import as_text
    from fitness_mm.files import check_output
    from fitness_mm.progress import shown_progress

    if args.out:
        check_output(args.out, folder=True, data_root=args.root)
    if args.flag:
        check_output(args.flag, data_root=args.root)
    with shown_progress() as progress:
        state = inspect(args.root, args.workers, partial(progress, 'labelled frames'))
    print(as_text(state), end='')
    if args.out:
        files = write_audit(state, args.out, args.examples)
        print(f'\npage     {files.page}')
    if args.flag:
        count = write_exclusions(state, args.flag)
        print(f'{count} suspicious frames listed in {args.flag}')


if __name__ == '__main__':
    with plain_errors('nothing was changed'):
        main()
