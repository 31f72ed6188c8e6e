"""Measures how well repetitions are counted, in generated sessions with known repetitions.

Sets amid what people do around them, slow and fast ones, arms by turns, hands that are not seen,
and people who do not exercise; exercises, people, faults, tempi and cameras come as the seed draws
them, and the poses are spoilt by noise. videos.py counts in the keypoints of a pose estimator.
"""

import argparse
from pathlib import Path

from fitness_mm.errors import FitnessError, plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=Path('work_dirs/repetitions'),
                        help='folder for repetitions.md and .png (default: %(default)s)')
    parser.add_argument('--sessions', type=int, default=24,
                        help='of each case and noise level (default: %(default)s)')
    parser.add_argument('--noise', type=float, nargs='+', default=[0.02, 0.05],
                        help='shares of the length of the trunk (default: 0.02 0.05)')
    parser.add_argument('--exercises', choices=('study', 'all'), default='study',
                        help="the original study's twelve, or all that have repetitions "
                             '(default: %(default)s)')
    parser.add_argument('--cases', nargs='+', metavar='CASE',
                        help='such as "only the set"; all of them if none is given')
    parser.add_argument('--seed', type=int, default=2,
                        help='other sessions with another one; 7 and 9 were used to choose the '
                             'numbers of the method (default: %(default)s)')
    args = parser.parse_args()
    if args.sessions < 1 or min(args.seed, *args.noise) < 0:
        parser.error('--sessions has to be at least 1, --seed and --noise at least 0')
    return args


def main() -> None:
    args = parse_args()
    from trials.counting import Outcome, judge, markdown
    from trials.counting_plot import plot_outcomes
    from trials.sessions import CASES, EXAMPLES, MOVING, draw_session

    from fitness_mm.aihub.catalog import STUDY_EXERCISES
    from fitness_mm.files import replacing
    from fitness_mm.progress import shown_progress

    cases = args.cases or list(CASES)
    unknown = [case for case in cases if case not in CASES]
    if unknown:
        raise FitnessError(f'there is no case {unknown[0]!r}, expected one of: '
                           + ', '.join(CASES))
    names = MOVING if args.exercises == 'all' else [one.name for one in STUDY_EXERCISES]
    runs: dict[str, list[Outcome]] = {}
    report, examples = args.out / 'repetitions.md', []
    with shown_progress() as progress:
        for noise in args.noise:
            runs |= {f'noise {noise:g}': [], f'noise {noise:g}, exercise only': []}
            windows, given = list(runs.values())[-2:]
            for done, case in enumerate(cases, 1):
                sessions = [draw_session(case, number, args.seed, noise, names)
                            for number in range(args.sessions)]
                windows += [judge(session, True) for session in sessions]
                given += [judge(session, False) for session in sessions]
                progress(f'noise {noise:g}', done, len(cases))
                examples += [sessions[0]] * (case in EXAMPLES and noise == args.noise[-1])
            # Written after each noise level, so that an interruption costs one.
            with replacing(report) as file:
                file.write_text(f'Seed {args.seed}.\n\n{markdown(runs)}', 'utf-8')
    plot_outcomes(examples, runs, report.with_suffix('.png'))
    print(report.read_text('utf-8'))
    print(f'report  {report}')


if __name__ == '__main__':
    with plain_errors('what is finished is in the report'):
        main()
