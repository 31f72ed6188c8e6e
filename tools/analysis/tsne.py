"""Draws t-SNE maps of a recogniser's features, and measures how far apart the classes lie.

The silhouette, the purity of nearest neighbours and the accuracy of a linear probe on performers
it has not seen are printed and written beside the figure as JSON; they are of the features, not of
the map. The features are kept beside the checkpoint, so that the next figure takes seconds.
"""

import argparse
from pathlib import Path

from fitness_mm.analysis.features.options import GROUPS, TsneOptions
from fitness_mm.engine.arguments import add_config_options
from fitness_mm.errors import plain_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', type=Path, help='config of any recogniser of MMAction2')
    parser.add_argument('checkpoint', type=Path, help='its weights')
    parser.add_argument('--out', type=Path, required=True, help='the image, e.g. tsne.png')
    parser.add_argument('--compare', nargs=2, type=Path, action='append', default=[],
                        metavar=('CONFIG', 'CHECKPOINT'),
                        help='another model, side by side; may be given several times')
    parser.add_argument('--classes', nargs='+', type=int, default=(), metavar='CLASS',
                        help='only these, e.g. 2 3 5 for stiff-leg deadlift, row and deadlift of '
                        "the original study's twelve")
    parser.add_argument('--by', choices=GROUPS, help='one map for each')
    parser.add_argument('--max-per-class', type=int, metavar='N', help='at most N clips of each')
    parser.add_argument('--perplexity', type=float, default=TsneOptions.perplexity)
    parser.add_argument('--seed', type=int, default=TsneOptions.seed,
                        help='default: %(default)s, as in the original study')
    parser.add_argument('--lang', choices=['en', 'ko'], default='en', help='of the figure')
    parser.add_argument('--font', type=Path, help='font file for --lang ko')
    parser.add_argument('--cache', type=Path, metavar='DIR',
                        help="where features are kept (default: the checkpoint's folder)")
    add_config_options(parser)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from fitness_mm import compat
    compat.apply()
    from fitness_mm.analysis.features.tsne import describe, draw_tsne
    from fitness_mm.analysis.load_model import Subject

    options = TsneOptions(args.classes, args.by, args.max_per_class, args.perplexity, args.seed,
                          args.lang, args.font, args.cache, args.cfg_options)
    subjects = [Subject(args.config, args.checkpoint), *(Subject(*pair) for pair in args.compare)]
    print(describe(draw_tsne(subjects, args.out, options)))
    print(f'figure  {args.out}\nnumbers {args.out.with_suffix(".json")}')


if __name__ == '__main__':
    with plain_errors():
        main()
