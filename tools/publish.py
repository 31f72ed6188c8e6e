"""Packs a recogniser for those who only use it: `tools/infer.py --posture FOLDER`.

The folder has the config, without data, the weights in half precision, without what only training
needs, and the calibration. Everything is checked to fit before it is written.
"""

import argparse
from pathlib import Path

from fitness_mm.errors import plain_errors
from fitness_mm.files import check_output


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', type=Path)
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('--calibration', type=Path, metavar='FILE',
                        help="the network's calibration.json, by tools/analysis/posture.py; "
                        'without it, no condition is judged')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder to write')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    check_output(args.out, folder=True)
    from fitness_mm.apis.networks.publish import publish

    print('\n'.join(f'wrote {path} ({path.stat().st_size / 1e6:.1f} MB)' for path in publish(
        args.config, args.checkpoint, args.calibration, args.out)))


if __name__ == '__main__':
    with plain_errors('nothing was written'):
        main()
