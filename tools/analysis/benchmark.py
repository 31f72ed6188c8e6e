"""Measures labels, index, samples, rendering, training steps and memory: one command, one table.

Everything it needs is generated in a temporary folder. Run it on a machine that does nothing else;
ways to do the same are measured in turn, so that their ratios stand even where the machine is
slowed down.
"""

import argparse
import sys
from pathlib import Path


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--parts', default='abcde', metavar='LETTERS',
                        help='what to measure: a labels and index, b a sample, c rendering, '
                        'd training steps, e memory (default: %(default)s)')
    parser.add_argument('--out', type=Path, help='write the table to this file too')
    parser.add_argument('--device', choices=['cpu', 'cuda'], default='cpu',
                        help='for rendering, steps and memory (default: %(default)s)')
    parser.add_argument('--quick', action='store_true',
                        help='tiny sizes, to see that everything runs; the numbers say nothing')
    parser.add_argument('--compile', action='store_true', default=None,
                        help='also measure steps compiled by torch.compile; needs a C++ compiler')
    parser.add_argument('--clips', type=int, help='label files of the generated tree')
    parser.add_argument('--rounds', type=int, help='measurements of each way')
    parser.add_argument('--depth', type=int, choices=[18, 50, 101], help='of the ResNet')
    parser.add_argument('--batch-size', type=int, help='clips in a training step')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    # Worker processes that read labels import this file and must not load torch for it.
    from fitness_mm import compat
    compat.apply()
    from fitness_mm.analysis.benchmark.run import run_benchmark
    from fitness_mm.errors import plain_errors

    sizes = dict(num_clips=args.clips, rounds=args.rounds, depth=args.depth,
                 batch_size=args.batch_size, compiled=args.compile)
    with plain_errors():
        print(run_benchmark(args.parts, args.out, args.device, args.quick, sizes,
                            lambda sentence: print(sentence, file=sys.stderr, flush=True)))


if __name__ == '__main__':
    main()
