"""Measures the OKS sigma of each keypoint from predictions for people the networks have not seen.

tools/kfold.py leaves such predictions in <work dir>/anomalies/fold*.npz. Without it, make them with
each fold's model:
  tools/test.py CONFIG CHECKPOINT --cfg-options test_evaluator.dump_file=FOLD.npz \
    test_dataloader.dataset.frames=all
and name the result in a config: dataset.sigmas=OUT. What the numbers mean and where they end:
fitness_mm/keypoints/sigmas.py.
"""

import argparse

from fitness_mm.errors import plain_errors
from fitness_mm.files import check_output


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('dumps', nargs='+', metavar='FOLD.npz',
                        help="held-out predictions: tools/kfold.py's, or dump_file of "
                        'FitnessMPJPE')
    parser.add_argument('--out', required=True, metavar='OUT.json', help='where the sigmas go')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    check_output(args.out)
    from fitness_mm.anomaly.residuals import Residuals
    from fitness_mm.keypoints.sigmas import keypoint_sigmas, write_sigmas

    found = Residuals.read_all(args.dumps)
    sigmas = keypoint_sigmas(found.predictions, found.labels, found.visible)
    write_sigmas(args.out, sigmas, f'held-out predictions: {", ".join(args.dumps)}', len(found))
    print(f'wrote {args.out}, from {len(found)} frames')


if __name__ == '__main__':
    with plain_errors():
        main()
