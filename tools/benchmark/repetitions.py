"""Measures how well repetitions are counted, on generated movements with known repetitions.

Exercises, views, performers, tempi from 1.5 to 5 s, 1 to 15 repetitions, faults, idle ends,
pauses and videos that begin half-way come as the seed draws them; the poses are spoilt by noise.
videos.py counts in the keypoints of a pose estimator.
"""

import argparse
from pathlib import Path

from fitness_mm.errors import plain_errors

NUM_EXAMPLES = 3


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=Path('work_dirs/repetitions'),
                        help='folder for repetitions.md and .png (default: %(default)s)')
    parser.add_argument('--trials', type=int, default=420,
                        help='movements per noise level (default: %(default)s)')
    parser.add_argument('--noise', type=float, nargs='+', default=[0.0, 0.02, 0.05, 0.1],
                        help='shares of the length of the trunk (default: 0 0.02 0.05 0.1)')
    parser.add_argument('--seed', type=int, default=2,
                        help='other movements with another one; 1 was used to choose the numbers '
                             'of the method (default: %(default)s)')
    args = parser.parse_args()
    if args.trials < 1 or min(args.seed, *args.noise) < 0:
        parser.error('--trials has to be at least 1, --seed and --noise at least 0')
    return args


def main() -> None:
    args = parse_args()
    from trials.counting import Outcome, judge, markdown
    from trials.counting_plot import plot_outcomes
    from trials.movements import draw_trial

    from fitness_mm.files import replacing
    from fitness_mm.progress import shown_progress

    runs: dict[str, list[Outcome]] = {}
    report, examples = args.out / 'repetitions.md', []
    with shown_progress() as progress:
        for named in (True, False):
            for noise in args.noise:
                run = f'noise {noise:g}' + ('' if named else ', exercise unknown')
                outcomes, shown = [], []
                for number in range(args.trials):
                    trial = draw_trial(number, args.seed, noise)
                    outcomes.append(judge(trial, named))
                    progress(run, number + 1, args.trials)
                    if named and len(trial.bounds) > 2 and len(shown) < NUM_EXAMPLES:
                        shown.append(trial)
                # The last one with named exercises is the hardest.
                runs[run], examples = outcomes, shown or examples
                # Written after each run, so that an interruption costs one.
                with replacing(report) as file:
                    file.write_text(f'Seed {args.seed}.\n\n{markdown(runs)}', 'utf-8')
                plot_outcomes(examples, runs, report.with_suffix('.png'))
    print(report.read_text('utf-8'))
    print(f'report  {report}')


if __name__ == '__main__':
    with plain_errors('what is finished is in the report'):
        main()
