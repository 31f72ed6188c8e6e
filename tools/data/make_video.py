"""Film a generated performer: an MP4 video with known exercise, repetitions and faults.

What is true about the video is written beside it, as JSON of the same name. Bodies are those of
the generated data set: with the seed of a sample, performer P here is performer P there.
"""

import argparse
from functools import partial
from pathlib import Path

from fitness_mm.errors import FitnessError, plain_errors
from fitness_mm.printable import printable


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out', nargs='?', type=Path, metavar='OUT.mp4', help='the video')
    parser.add_argument('--list', action='store_true',
                        help='print the exercises and their conditions, and do nothing else')
    parser.add_argument('--exercise', metavar='NAME', help='English or Korean name')
    parser.add_argument('--reps', type=int, default=5, metavar='N',
                        help='repetitions (default: %(default)s)')
    parser.add_argument('--seconds', type=float, metavar='S',
                        help='length of the video; the repetitions fill it (default: as long as '
                             'they take)')
    parser.add_argument('--rep-seconds', type=float, metavar='S',
                        help='mean length of a repetition (default: 3, or what --seconds leaves)')
    parser.add_argument('--idle', type=float, nargs=2, default=(1.0, 1.0),
                        metavar=('BEFORE', 'AFTER'),
                        help='seconds in the start position before and after (default: 1 1)')
    parser.add_argument('--pause', type=float, nargs=2, action='append', default=[],
                        metavar=('REPS', 'S'),
                        help='stand still for S seconds after REPS repetitions; more than once')
    parser.add_argument('--faults', nargs='+', default=[], metavar='CONDITION',
                        help='conditions to break, by Korean or English name')
    parser.add_argument('--faulty-reps', type=int, nargs='+', metavar='N',
                        help='break them in these repetitions only, counted from 1')
    parser.add_argument('--performer', type=int, default=9, metavar='P',
                        help='who it is (default: %(default)s)')
    parser.add_argument('--view', default='C', help='camera, A to E (default: %(default)s, front)')
    parser.add_argument('--seed', type=int, default=0, metavar='K',
                        help='the same seed makes the same video (default: %(default)s)')
    parser.add_argument('--take', type=int, default=0,
                        help='another take: same performer, other room, clothes and movement '
                             '(default: %(default)s)')
    parser.add_argument('--fps', type=float, default=30.0,
                        help='frames a second (default: %(default)g)')
    parser.add_argument('--size', type=int, nargs=2, default=(480, 270), metavar=('W', 'H'),
                        help='in pixels (default: 480 270)')
    args = parser.parse_args()
    if not args.list and (args.out is None or args.exercise is None):
        parser.error('give OUT.mp4 and --exercise NAME, or --list')
    return args


def list_exercises() -> None:
    from fitness_mm.aihub.conditions import conditions_of
    from fitness_mm.sample.exercises import DRAWN

    for name, drawn in DRAWN.items():
        print(f'{name} ({drawn.entry.name_ko})')
        for condition in conditions_of([drawn.entry]):
            print(f'    {condition.name_en} ({condition.name_ko})')


def settings(args: argparse.Namespace) -> dict:
    before, after = args.idle
    wrong = [reps for reps, _ in args.pause if not reps.is_integer()]  # NaN and infinity too
    if wrong:
        raise FitnessError(f'--pause: after {wrong[0]:g} repetitions, expected a whole number')
    pauses = tuple((int(reps), seconds) for reps, seconds in args.pause)
    rep_sec = args.rep_seconds or 3.0
    if args.seconds is not None:
        left = args.seconds - before - after - sum(seconds for _, seconds in pauses)
        if args.rep_seconds is None and args.reps:
            rep_sec = left / args.reps
        after += max(left - args.reps * rep_sec, 0.0)
        if left < args.reps * rep_sec - 1e-6 or rep_sec < 0.8:
            raise FitnessError(f'{args.reps} repetitions do not fit into {args.seconds:g} s with '
                               'the time before, after and in pauses; make the video longer')
    return dict(
        exercise=args.exercise, reps=args.reps, rep_sec=rep_sec, before_sec=before,
        after_sec=after, pauses=pauses, faults=tuple(args.faults),
        faulty_reps=tuple(args.faulty_reps) if args.faulty_reps else None,
        performer=args.performer, view=args.view, seed=args.seed, take=args.take, fps=args.fps,
        size=tuple(args.size))


def main() -> None:
    args = parse_args()
    if args.list:
        list_exercises()
        return
    from fitness_mm.progress import shown_progress
    from fitness_mm.sample.film import make_video
    from fitness_mm.sample.video import Script

    script = Script(**settings(args))
    with shown_progress() as progress:
        take = make_video(args.out, script, partial(progress, 'frames'))
    print(printable(f'{args.out}: {len(take.keypoints)} frames, {script.reps} repetitions of '
                    f'{take.script.exercise}; the truth is in {args.out.with_suffix(".json")}'))


if __name__ == '__main__':
    with plain_errors('nothing was written'):
        main()
