"""Angles of clips that keep a condition and of those that break it, and how far one view is off.

Reads a prepared data set, of which labels are enough. Writes kept_ranges.tsv, of which a copy in
fitness_mm/posture is what tools/infer.py compares with; left_out.tsv, the measures that tell broken
clips from kept ones too badly for that; and view_errors.tsv.
"""

import argparse
import os
from functools import partial
from pathlib import Path

from fitness_mm.errors import plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--root', type=Path,
                        default=os.environ.get('FITNESS_DATA_ROOT', 'data/fitness'),
                        help='prepared data root (default: $FITNESS_DATA_ROOT or %(default)s)')
    parser.add_argument('--out', type=Path, required=True, help='folder for the tables')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from fitness_mm.analysis.angles.tables import write_tables
    from fitness_mm.files import check_output
    from fitness_mm.progress import shown_progress

    check_output(args.out, folder=True, data_root=args.root)
    with shown_progress() as progress:
        print(write_tables(args.root, args.out, partial(progress, 'clips')))


if __name__ == '__main__':
    with plain_errors():
        main()
