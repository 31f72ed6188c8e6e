"""Compares trained recognisers: the original study's table and more, differences with intervals.

Reads what tools/train.py leaves in each work directory. For the accuracy on the training part,
test on it once:

    tools/test.py CONFIG CHECKPOINT --work-dir WORK_DIR/train \\
        --cfg-options test_dataloader.dataset.subset=train
"""

import argparse
from pathlib import Path

from fitness_mm.errors import plain_errors


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('work_dirs', nargs='+', type=Path, metavar='WORK_DIR',
                        help='work directory of a model; its name is the model\'s')
    parser.add_argument('--out', type=Path, required=True, help='folder for the report')
    parser.add_argument('--baseline', metavar='NAME',
                        help='the model to compare the others with (default: the first)')
    parser.add_argument('--no-cost', action='store_true',
                        help='leave out parameters, operations and speed')
    args = parser.parse_args()
    from fitness_mm.analysis.study.report import write_study_report

    report = write_study_report(args.work_dirs, args.out, args.baseline, not args.no_cost)
    print(report.read_text('utf-8'))
    print(f'report  {report}')


if __name__ == '__main__':
    with plain_errors():
        main()
