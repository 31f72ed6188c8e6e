"""Tables of posture judgement, and the calibration that inference uses.

Reads what tests with FitnessPostureMetric leave: work directories, folders of folds, or posture.npz
files, pooled. Writes posture.md, four tables as .csv, reliability.png, and calibration.json for one
view and calibration_views.json for all views of a clip. What all views say is the mean of what each
says, or that of a second test, which shows the network all views at once:

    tools/test.py configs/posture/posture_views_fitness.py CHECKPOINT --work-dir WORK_DIR/views
    tools/analysis/posture.py WORK_DIR --views WORK_DIR/views --out posture

What predicted keypoints cost is the difference between two tests of the same network:

    tools/test.py CONFIG CHECKPOINT --work-dir WORK_DIR/predicted \\
        --cfg-options test_dataloader.dataset.keypoints_from=all.npz
    tools/analysis/posture.py WORK_DIR --compare WORK_DIR/predicted --out posture
"""

import argparse
from pathlib import Path

from fitness_mm.errors import plain_errors
from fitness_mm.posture.calibration_fit import ABSTAIN_RULE, AbstainRule


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('paths', nargs='+', type=Path, metavar='WORK_DIR_or_FILE',
                        help='work directories of one network, or their posture.npz; several are '
                        'folds and are pooled')
    parser.add_argument('--out', type=Path, required=True, help='folder for the report')
    parser.add_argument('--views', nargs='+', type=Path, default=[], metavar='WORK_DIR_or_FILE',
                        help='records of the same clips, all views of which were seen at once')
    parser.add_argument('--compare', nargs='+', type=Path, default=[], metavar='WORK_DIR_or_FILE',
                        help='records of the same clips to compare with')
    parser.add_argument('--min-accuracy', type=float, default=ABSTAIN_RULE.min_accuracy,
                        help='least cautious balanced accuracy of a condition that is judged '
                        '(default: %(default)s)')
    parser.add_argument('--min-clips', type=int, default=ABSTAIN_RULE.min_clips,
                        help='least number of held-out clips that keep a condition, and that break '
                        'it (default: %(default)s)')
    parser.add_argument('--band', type=float, default=ABSTAIN_RULE.band,
                        help='a probability nearer to one half is no verdict (default: '
                        '%(default)s)')
    args = parser.parse_args()
    from fitness_mm.analysis.posture.report import write_posture_report

    rule = AbstainRule(args.min_accuracy, args.min_clips, args.band)
    files = write_posture_report(args.paths, args.out, rule, args.compare,
                                 args.views)
    print(files[0].read_text('utf-8'))
    print('files  ' + ' '.join(map(str, files)))


if __name__ == '__main__':
    with plain_errors():
        main()
