"""Measures labels, index, samples, rendering, training steps and memory: one command, one table.

Everything it needs is generated in a temporary folder. Run it on a machine that does nothing else;
ways to do the same are measured in turn, so that their ratios stand even where the machine is
slowed down.
"""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from fitness_mm.errors import ArgumentError, plain_errors

PARTS = 'abcdefg'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--parts', default=PARTS, metavar='LETTERS',
                        help='what to measure: a labels and index, b a sample, c rendering, '
                        'd training steps, e memory, f networks of keypoints, '
                        'g from a video to feedback '
                        '(default: %(default)s)')
    parser.add_argument('--out', type=Path, help='write the table to this file too')
    parser.add_argument('--device', choices=['cpu', 'cuda'], default='cpu',
                        help='for rendering, steps and memory (default: %(default)s)')
    parser.add_argument('--quick', action='store_true',
                        help='tiny sizes, to see that everything runs; the numbers say nothing')
    sizes = parser.add_argument_group('sizes')
    sizes.add_argument('--video', type=Path, metavar='FILE',
                       help='to judge (default: one is generated)')
    sizes.add_argument('--compile', action='store_true', default=None, dest='compiled',
                       help='also measure steps compiled by torch.compile; needs a C++ compiler')
    sizes.add_argument('--clips', type=int, dest='num_clips',
                       help='label files of the generated tree')
    sizes.add_argument('--rounds', type=int, help='measurements of each way')
    sizes.add_argument('--depth', type=int, choices=[18, 50, 101], help='of the ResNet')
    sizes.add_argument('--batch-size', type=int, help='clips in a training step')
    args = parser.parse_args()
    unknown = sorted(set(args.parts) - set(PARTS))
    if unknown:
        parser.error(f'there is no part {unknown[0]!r}; expected some of {", ".join(PARTS)}')
    return args


def main() -> None:
    args = parse_args()
    # Worker processes that read labels import this file and must not load torch for it.
    from fitness_mm import compat
    compat.apply()
    import torch
    from parts import feedback, index, keypoints, labels, rendering, samples, steps
    from parts.common import QUICK, Row, Settings

    from fitness_mm.files import replacing
    from fitness_mm.tables import markdown_table

    measures = {'a': (labels.measure, index.measure), 'b': (samples.measure, ),
                'c': (rendering.measure, ), 'd': (steps.measure_time, ),
                'e': (steps.measure_memory, ), 'f': (keypoints.measure, ),
                'g': (feedback.measure, )}
    if args.device == 'cuda' and not torch.cuda.is_available():
        raise ArgumentError('--device cuda needs a GPU, and torch sees none; use --device cpu')
    sizes = {name: getattr(args, name) for name in
             ('num_clips', 'rounds', 'depth', 'batch_size', 'compiled', 'video')}
    given = {name: size for name, size in sizes.items() if size is not None}
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix='fitness_benchmark_') as folder:
        settings = Settings(Path(folder), args.device, **(QUICK if args.quick else {}) | given)
        for part in args.parts:
            for measure in measures[part]:
                module = measure.__module__.rpartition('.')[2]
                print(f'part {part}: {module}', file=sys.stderr, flush=True)
                rows += measure(settings)
                table = markdown_table(['part', 'work', 'measured', 'compared', 'goal'],
                                       [row.cells() for row in rows])
                text = f'{describe_machine(args.device)}\n\n{table}\n'
                if args.out:  # a part that was measured is kept even if a later one fails
                    with replacing(args.out) as unfinished:
                        unfinished.write_text(text, 'utf-8')
    print(text, end='')


def describe_machine(device: str) -> str:
    """One line about what the numbers were measured on."""
    import torch
    lines = Path('/proc/cpuinfo').read_text().splitlines()
    names = [line.partition(':')[2].strip() for line in lines if line.startswith('model name')]
    gpu = torch.cuda.get_device_name() if device == 'cuda' else 'no GPU used'
    return (f'{len(os.sched_getaffinity(0))} cores of {names[0] if names else platform.machine()}, '
            f'{gpu}, {torch.get_num_threads()} threads, torch {torch.__version__}')


if __name__ == '__main__':
    with plain_errors():
        main()
