"""Write a split of a prepared data set as COCO keypoint JSON, for other tools.

The options select the same frames as those of FitnessPoseDataset with the same names.
"""

import argparse
import os
from functools import partial
from pathlib import Path

from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.aihub.export.coco import FRAME_MODES, export_coco
from fitness_mm.aihub.index import (
    METHODS,
    SUBSETS,
    FitnessIndex,
    read_exclusions,
    select_exercises,
    select_rows,
)
from fitness_mm.errors import plain_errors
from fitness_mm.files import check_output
from fitness_mm.progress import shown_progress


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--root', default=os.environ.get('FITNESS_DATA_ROOT', 'data/fitness'),
                        help='prepared data root (default: $FITNESS_DATA_ROOT or %(default)s)')
    parser.add_argument('--out', type=Path, required=True, metavar='FILE.json')
    parser.add_argument('--subset', choices=SUBSETS, default='train',
                        help='(default: %(default)s)')
    parser.add_argument('--split', choices=METHODS, default='performer',
                        help='(default: %(default)s)')
    parser.add_argument('--fold', type=int, default=0,
                        help='which fold is held out (default: %(default)s)')
    parser.add_argument('--num-folds', type=int, default=5, help='(default: %(default)s)')
    parser.add_argument('--exercises', nargs='+', default=['study'], metavar='NAME',
                        help="study for the original study's twelve, all, or English or "
                        'Korean names in quotes (default: study)')
    parser.add_argument('--views', nargs='+', choices=VIEWS, default=list(VIEWS), metavar='A',
                        help='cameras (default: all five)')
    parser.add_argument('--frames', choices=FRAME_MODES, default='all',
                        help='all labelled frames of a clip-view or the first '
                        '(default: %(default)s)')
    parser.add_argument('--excluded', nargs='+', default=[], metavar='FILE.json',
                        help='lists of frames to leave out, of tools/kfold.py or audit.py')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    check_output(args.out, data_root=args.root)
    names = args.exercises
    exercises = select_exercises(names[0] if names in (['study'], ['all']) else names)
    excluded = read_exclusions(args.excluded)
    index = FitnessIndex.read(args.root)
    rows = select_rows(index, exercises, args.views, args.subset, args.split, args.fold,
                       args.num_folds)
    fold = '' if args.split == 'official' else f', fold {args.fold} of {args.num_folds} held out'
    with shown_progress() as progress:
        counts = export_coco(
            index, rows, args.out, args.frames, excluded,
            f'AI Hub fitness-posture data set, {args.subset} of split {args.split}{fold}',
            partial(progress, 'clip-views, twice'))
    print(f'{args.out}: {counts.images} images and {counts.annotations} annotations of '
          f'{len(rows)} clip-views, {args.out.stat().st_size / 1e6:.1f} MB')


if __name__ == '__main__':
    with plain_errors('the file was not written'):
        main()
