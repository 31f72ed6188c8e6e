"""Index a data set: labels -> index.parquet, report.json and report.txt; with --clips also one
small video per clip-view, from which training reads much faster.

It takes the folder that AI Hub's download was unpacked to, its flat sample, or the original study's
tree, and finds out itself which it is. Labels may stay in their ZIPs, images in tars or ZIPs.

Run it again after an interruption or after adding data: what is finished and unchanged is
re-used. Several machines share the work with --clips --shard 1/n to n/n, then --merge.
"""

import argparse
import os

from fitness_mm.aihub.clips.job import DEFAULT_HEIGHT
from fitness_mm.aihub.prepare import LEVELS, ClipOptions, Shard, prepare
from fitness_mm.errors import plain_errors

_MAX_HEIGHT = 2160


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--root', default=os.environ.get('FITNESS_DATA_ROOT', 'data/fitness'),
                        help='folder with the labels, and with the images if they are there too '
                        '(default: $FITNESS_DATA_ROOT or %(default)s)')
    parser.add_argument('--images', action='append', default=[], metavar='FOLDER',
                        help='a further folder with images, such as one on another disk; may be '
                        'given several times')
    parser.add_argument('--out', metavar='FOLDER',
                        help='where to write the index and everything else (default: the root); it '
                        'is then the data root of trainings and of all other tools')
    parser.add_argument('--workers', type=int, default=os.cpu_count() or 1,
                        help='processes (default: %(default)s)')
    parser.add_argument('--clips', action='store_true',
                        help='make clip files, see docs/clips.md')
    parser.add_argument('--clip-height', type=int, default=DEFAULT_HEIGHT, metavar='PX',
                        help='height of the frames in clip files (default: %(default)s)')
    parser.add_argument('--shard', type=_shard, metavar='I/N',
                        help='with --clips: do only part I of N')
    parser.add_argument('--merge', action='store_true',
                        help='join the clip files of all shards into the index')
    parser.add_argument('--labels-only', type=_size, nargs='?', const=(1920, 1080), metavar='WxH',
                        help='look for no image, all of which have this size (default: 1920x1080, '
                        "the data set's): the labels alone suffice for networks that see only "
                        'keypoints')
    parser.add_argument('--check-images', choices=LEVELS, nargs='?', const='header',
                        help='look at every image once, list the broken ones and leave them out '
                        'of the index: at the beginning and end of each (header, the default), '
                        'which finds files that are cut off, empty or no JPEG; or at all of it '
                        '(whole), which finds damage inside too and takes thirty times the '
                        'processor time; see docs/data_tools.md')
    args = parser.parse_args()
    if args.check_images and (args.shard or args.merge or args.labels_only):
        parser.error('--check-images goes without --shard, --merge and --labels-only')
    if args.shard and (args.merge or not args.clips):
        parser.error('--shard goes with --clips and without --merge')
    if args.labels_only and (args.clips or args.merge):
        parser.error('--labels-only goes without --clips and --merge, which need images')
    if not 16 <= args.clip_height <= _MAX_HEIGHT:
        parser.error(f'--clip-height is {args.clip_height}, expected 16 to {_MAX_HEIGHT}')
    return args


def _shard(text: str) -> Shard:
    try:
        return Shard.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition('x')
    if not (width.isdecimal() and height.isdecimal() and 0 < int(width) < 32768
            and 0 < int(height) < 32768):
        raise argparse.ArgumentTypeError(f'{text!r} is no size; expected width and height in '
                                         'pixels, as in 1920x1080')
    return int(width), int(height)


if __name__ == '__main__':
    args = parse_args()
    clips = (ClipOptions(args.clip_height, args.shard, args.merge)
             if args.clips or args.merge else None)
    place = args.out or args.root
    with plain_errors(f'what is finished is kept in {place}, run it again to go on'):
        prepare(args.root, args.workers, clips, args.labels_only, args.check_images, args.images,
                args.out)
