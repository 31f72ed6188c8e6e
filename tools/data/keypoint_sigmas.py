"""Measures the OKS sigma of each keypoint from predictions for people the networks have not seen.

tools/kfold.py leaves such predictions in <work dir>/anomalies/fold*.npz. Without it, make them with
each fold's model:
  tools/test.py CONFIG CHECKPOINT --cfg-options test_evaluator.dump_file=FOLD.npz \
    test_dataloader.dataset.frames=all
and name the result in a config: dataset.sigmas=OUT. What the numbers mean and where they end:
fitness_mm/keypoints/sigmas.py.
"""

import argparse
import sys
import zipfile

import numpy as np

from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.sigmas import keypoint_sigmas, write_sigmas

ARRAYS = ('predictions', 'labels', 'visible')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('dumps', nargs='+', metavar='FOLD.npz',
                        help="held-out predictions: tools/kfold.py's, or dump_file of "
                        'FitnessMPJPE')
    parser.add_argument('--out', required=True, metavar='OUT.json', help='where the sigmas go')
    return parser.parse_args()


def read_dump(file: str) -> list[np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as dump:
            return [dump[name] for name in ARRAYS]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        sys.exit(f'keypoint_sigmas.py: {file} does not hold predictions of FitnessMPJPE or '
                 f'tools/kfold.py ({error})')


def main() -> None:
    args = parse_args()
    parts = [read_dump(file) for file in args.dumps]
    predicted, labels, visible = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    try:
        sigmas = keypoint_sigmas(predicted, labels, visible)
        write_sigmas(args.out, sigmas, f'held-out predictions: {", ".join(args.dumps)}',
                     len(labels))
    except FitnessError as error:
        sys.exit(f'keypoint_sigmas.py: {error}')
    print(f'wrote {args.out}, from {len(labels)} frames')


if __name__ == '__main__':
    main()
