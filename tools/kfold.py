"""Finds wrong labels by K-fold: networks judge the labels that they have not been trained on.

Trains one network per fold, predicts its held-out frames, and lists the frames whose labels are
anomalies in <work dir>/anomalies/. Stop it at any moment and start it again: what is finished is
kept.
"""

import argparse
from pathlib import Path

from fitness_mm.anomaly.rules import TORSO_RULE, UNITS, Rule
from fitness_mm.engine.arguments import add_config_options
from fitness_mm.errors import plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', type=Path, help='config of a pose estimator')
    parser.add_argument('--folds', type=int, default=5, help='number of folds (default: 5)')
    parser.add_argument('--split', choices=['performer', 'modulo'], default='performer',
                        help='performer: nobody is in two folds (default); modulo: the original '
                        "study's")
    parser.add_argument('--work-dir', type=Path,
                        help='default: work_dirs/kfold/<config name>')
    parser.add_argument('--fold', type=int, nargs='+',
                        help='only these folds, e.g. on this machine or in this SLURM task; '
                        'without it all, then the flags are merged')
    parser.add_argument('--retrain', type=int, nargs='?', const=0, metavar='FOLD',
                        help='afterwards train this fold (default: 0) again without the flagged '
                        'frames and compare')
    parser.add_argument('--threshold', type=float,
                        help='distance beyond which a joint counts (default: recommended from '
                        'the distances themselves)')
    parser.add_argument('--unit', choices=UNITS, default=TORSO_RULE.unit,
                        help='unit of the threshold (default: %(default)s lengths)')
    parser.add_argument('--joints', type=int, default=TORSO_RULE.joints,
                        help='so many of these joints make an anomaly (default: %(default)s)')
    parser.add_argument('--truth', type=Path, metavar='planted_errors.json',
                        help='known errors of a generated sample: --retrain also compares with '
                        'clean labels')
    parser.add_argument('--gpus', type=int, default=1, help='processes per training')
    parser.add_argument('--devices', nargs='+', default=(), metavar='GPU',
                        help='train one fold on each of these GPUs at a time, e.g. 0 1')
    add_config_options(parser)
    args = parser.parse_args()
    if args.gpus < 1 or (args.gpus > 1 and args.devices):
        parser.error('--gpus is at least 1, and --devices gives one GPU to each fold')
    if args.threshold is None and (args.unit, args.joints) != (
            TORSO_RULE.unit, TORSO_RULE.joints):
        parser.error('--unit and --joints need --threshold')
    return args


def main() -> None:
    args = parse_args()
    from fitness_mm import compat
    compat.apply()
    from fitness_mm.analysis.anomaly.retrain_table import retrain_table
    from fitness_mm.engine.kfold import KFold
    from fitness_mm.engine.tool_launcher import ToolLauncher

    rule = None if args.threshold is None else Rule(args.threshold, args.joints, args.unit)
    kfold = KFold(
        args.config, args.work_dir or Path('work_dirs/kfold') / args.config.stem, args.folds,
        args.split, ToolLauncher(Path(__file__).resolve().parent, args.gpus, tuple(args.devices)),
        rule, args.cfg_options, lambda line: print(f'== {line}', flush=True))
    kfold.run_folds(range(args.folds) if args.fold is None else args.fold)
    if args.fold is not None:
        return
    files = kfold.merge()
    if args.retrain is not None:
        records = kfold.retrain(args.retrain, files.frames)
        print(retrain_table(records, files.record, rule, args.truth))


if __name__ == '__main__':
    with plain_errors('what is finished is kept, run the same again to go on'):
        main()
