"""Reports on the anomalies that held-out predictions of one or more folds reveal."""

import argparse
from pathlib import Path

from fitness_mm.errors import plain_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('records', nargs='+', type=Path, metavar='RECORD',
                        help='residuals of a fold: <work dir>/anomalies/fold<n>.npz')
    parser.add_argument('--out', required=True, type=Path, help='folder for the report')
    parser.add_argument('--root', type=Path,
                        help='prepared data root, for the images of the gallery')
    parser.add_argument('--truth', type=Path, metavar='planted_errors.json',
                        help='known errors of a generated sample, to score the filter')
    parser.add_argument('--worst', type=int, default=24, help='frames in the gallery')
    args = parser.parse_args()
    from fitness_mm.analysis.anomaly.report import write_report
    report = write_report(args.records, args.out, args.root, args.truth, args.worst)
    print(report.read_text('utf-8'))
    print(f'report  {report}')


if __name__ == '__main__':
    with plain_errors():
        main()
