"""Index a data set: labels -> index.parquet, report.json and report.txt in its root.

Run it again after an interruption or after adding data: finished, unchanged days are re-used.
"""

import argparse
import os
import sys

from fitness_mm.aihub.prepare import prepare


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--root', default=os.environ.get('FITNESS_DATA_ROOT', 'data/fitness'),
                        help='folder with training/ and validation/ (default: $FITNESS_DATA_ROOT '
                        'or %(default)s)')
    parser.add_argument('--workers', type=int, default=os.cpu_count() or 1,
                        help='processes that parse labels (default: %(default)s)')
    return parser.parse_args()


if __name__ == '__main__':
    args = parse_args()
    sys.exit(prepare(args.root, args.workers))
