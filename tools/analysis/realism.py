"""How unlike real labels generated ones are: movements, faults, bodies, cameras, label noise.

Both data sets are prepared ones; labels are enough. Writes realism.html, a summary in Markdown,
tables as CSV and pictures. What networks that learnt on one kind say about the other is read from
the records that their tests left, if these are given.
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
    parser.add_argument('--generated', type=Path, default='data/fitness_sample',
                        help='prepared root of a generated sample (default: %(default)s)')
    parser.add_argument('--out', type=Path, required=True, help='folder for the report')
    for name, what in (('generated', 'a network that learnt on generated labels, tested on real '
                        'ones'), ('real', 'one that learnt on real labels, tested on generated '
                                  'ones')):
        parser.add_argument(f'--trained-on-{name}', nargs='+', type=Path, default=[],
                            metavar='WORK_DIR_or_FILE', help=f'records of {what}')
    parser.add_argument('--within-real', nargs='+', type=Path, default=[],
                        metavar='WORK_DIR_or_FILE',
                        help='records of one that learnt on real labels, tested on other real '
                        'people, to compare with')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from fitness_mm.analysis.realism import transfer
    from fitness_mm.analysis.realism.report import write_realism
    from fitness_mm.analysis.realism.state import compare_data
    from fitness_mm.files import check_output
    from fitness_mm.progress import shown_progress

    for root in (args.real, args.generated):
        check_output(args.out, folder=True, data_root=root)
    records = {transfer.GENERATED_ON_REAL: args.trained_on_generated,
               transfer.REAL_ON_REAL: args.within_real,
               transfer.REAL_ON_GENERATED: args.trained_on_real}
    with shown_progress() as progress:
        found = compare_data((args.real, args.generated), records, progress)
    page, summary, *others = write_realism(found, args.out)
    print(summary.read_text('utf-8'))
    print(f'page     {page}\nsummary  {summary}\ntables   '
          + ' '.join(str(path) for path in others if path.suffix == '.csv'))


if __name__ == '__main__':
    with plain_errors():
        main()
