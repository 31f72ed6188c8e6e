"""Measures the way from a video to feedback, on generated videos with two planted faults each.

Without --pose and --posture the models that `make demo` trained are used; of its sample, performers
2 and 8 are held out from all of them. The network that comes with the package has learnt from
performers 1 to 44.
"""

import argparse
from functools import partial
from pathlib import Path

from fitness_mm.errors import plain_errors


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=Path('work_dirs/video_trials'),
                        help='folder for videos and report (default: %(default)s)')
    parser.add_argument('--videos', type=int, default=24,
                        help='number of videos of 20 s (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0, help='other videos with another one')
    parser.add_argument('--performers', type=int, nargs='+', default=[2, 8],
                        help='who may be in them (default: 2 8)')
    for part in ('pose', 'posture'):
        parser.add_argument(f'--{part}', default='demo', metavar='NAME|DIR|CONFIG',
                            help='as for tools/infer.py (default: %(default)s)')
        parser.add_argument(f'--{part}-weights', metavar='CHECKPOINT')
    parser.add_argument('--calibration', metavar='FILE')
    args = parser.parse_args()
    if args.videos < 1 or min(args.seed, *args.performers) < 0:
        parser.error('--videos has to be at least 1, --seed and --performers at least 0')
    from trials.feedback import run_trials, videos_markdown

    from fitness_mm.apis import FitnessInferencer
    from fitness_mm.progress import shown_progress

    inferencer = FitnessInferencer(args.pose, args.pose_weights, args.posture,
                                   args.posture_weights, args.calibration, show_progress=False)
    with shown_progress() as progress:
        outcomes = run_trials(inferencer, args.out, args.videos, args.seed, args.performers,
                              partial(progress, 'videos'))
    print(videos_markdown(outcomes))
    print(f'report  {args.out / "videos.md"}')


if __name__ == '__main__':
    with plain_errors('the report has what is finished'):
        main()
