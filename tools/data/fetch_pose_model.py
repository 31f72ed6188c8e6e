"""Fetches the two networks of BlazePose, 9 MB, with which people in plain video are followed.

They lie in the mediapipe package, which is downloaded (36 MB) but not installed. `make env` does
this; files that are there and whole are left as they are.
"""

import argparse

from fitness_mm.errors import plain_errors
from fitness_mm.files import check_output


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', metavar='DIR',
                        help='where they go (default: FITNESS_MODELS, or share/fitness_mm in the '
                        'Python environment)')
    parser.add_argument('--wheel', metavar='FILE',
                        help="mediapipe's wheel, if it is at hand; otherwise pip downloads it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from fitness_mm.apis.networks.blazepose.files import fetch, model_folder

    folder = args.out or model_folder()
    check_output(folder, folder=True)
    written = fetch(folder, args.wheel)
    print('\n'.join(f'wrote {path}' for path in written) or f'BlazePose is in {folder}')


if __name__ == '__main__':
    with plain_errors('nothing was written'):
        main()
