"""Make a data set in the AI Hub format from nothing but a seed, to try and test everything on.

Run it again after an interruption: it continues. A finished sample is left as it is.
"""

import argparse
import os
from functools import partial

from fitness_mm.errors import plain_errors
from fitness_mm.progress import shown_progress
from fitness_mm.sample import PRESETS, make_sample
from fitness_mm.sample.labels.errors import MIXTURES
from fitness_mm.sample.station.cameras import ANYWHERE, STATION


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', default='data/fitness_sample',
                        help='folder for the sample (default: %(default)s)')
    parser.add_argument('--preset', choices=list(PRESETS), default='small',
                        help='how large it is (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0,
                        help='the same seed makes the same files (default: %(default)s)')
    parser.add_argument('--workers', type=int, default=os.cpu_count() or 1,
                        help='processes (default: %(default)s)')
    parser.add_argument('--error-rate', type=float,
                        help='share of clip-views with planted label errors (default: 0.05)')
    parser.add_argument('--errors', choices=list(MIXTURES),
                        help='what they are: as in real labels, mostly a few joints of a limb, or '
                        'whole skeletons (default: real)')
    parser.add_argument('--cameras', choices=(STATION, ANYWHERE),
                        help='where they stand: five around a station as in the data set, or five '
                        'where people put a phone (default: station)')
    parser.add_argument('--exercises', nargs='+', metavar='NAME',
                        help="English names in quotes (default: the preset's)")
    parser.add_argument('--clips', type=int, metavar='N',
                        help='clips of each exercise per performer and visit, each with another '
                        "combination of faults (default: the preset's)")
    parser.add_argument('--labels-only', action='store_true',
                        help='no images: seconds instead of minutes, for networks that see only '
                        'keypoints, as in the large preset; index it with prepare.py '
                        '--labels-only 480x270 (small), 640x360 (medium) or 1920x1080 (large)')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    overrides = {}
    if args.error_rate is not None:
        overrides['error_rate'] = args.error_rate
    for name in ('errors', 'cameras'):
        if getattr(args, name):
            overrides[name] = getattr(args, name)
    if args.exercises:
        overrides['exercises'] = tuple(args.exercises)
    if args.labels_only:
        overrides['images'] = False
    if args.clips is not None:
        overrides['clips'] = args.clips
    with shown_progress() as progress:
        result = make_sample(args.out, args.preset, args.seed, args.workers,
                             partial(progress, 'clips'), **overrides)
    if result.num_new:
        print(f'{args.out}: {result.num_new} of {result.num_clips} clips made in '
              f'{result.seconds:.0f} s')
    else:
        print(f'{args.out}: the sample is there already, {result.num_clips} clips')


if __name__ == '__main__':
    with plain_errors('run the same again to continue'):
        main()
