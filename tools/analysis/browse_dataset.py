"""Shows what a network sees: frames, keypoints and heatmaps behind all transforms of a config."""

import argparse
from pathlib import Path

from fitness_mm.engine.arguments import add_config_options
from fitness_mm.errors import plain_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', type=Path, help='config, pose or action')
    parser.add_argument('--out', type=Path, required=True, help='folder for the images')
    parser.add_argument('--subset', choices=['train', 'val'], default='train',
                        help='whose data loader (default: train, with its augmentation)')
    parser.add_argument('--num', type=int, default=8, help='number of samples')
    parser.add_argument('--seed', type=int, default=0, help='for choosing and augmenting them')
    parser.add_argument('--font', type=Path, help='font file with Korean letters')
    add_config_options(parser)
    args = parser.parse_args()
    from fitness_mm import compat
    compat.apply()
    from fitness_mm.analysis.browse.browse import browse

    images = browse(args.config, args.out, args.subset, args.num, args.seed, args.font,
                    args.cfg_options)
    print(*images, sep='\n')


if __name__ == '__main__':
    with plain_errors():
        main()
