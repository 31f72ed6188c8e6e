"""Puts every clip into space from what its views show, and measures how far its keypoints are then
from those of its 3D labels, moved, turned and scaled as a whole to fit."""

import argparse
import time

import numpy as np

from fitness_mm.errors import FitnessError, plain_errors

_BATCH = 256
_MIN_POINTS = 4 * 24  # of a clip, to say how it stands


def distances(found: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Median distances (P, 3) of points found from those of labels, as they are and as their mirror
    image."""
    labels = labels - labels.mean(0)
    found = found - found.mean(0)
    u, stretch, vt = np.linalg.svd(found.T @ labels)
    medians = []
    for hand in (1, -1):
        signs = np.array([1, 1, hand * np.sign(np.linalg.det(u @ vt))])
        scale = (stretch * signs).sum() / np.square(found).sum()
        off = np.linalg.norm(scale * found @ (u * signs) @ vt - labels, axis=1)
        medians.append(float(np.median(off)))
    return medians[0], medians[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--root', required=True, help='prepared data root')
    args = parser.parse_args()
    import torch
    from mmaction.registry import DATASETS
    from mmengine.registry import init_default_scope

    import fitness_mm.action  # noqa: F401 - registers the data set
    from fitness_mm.action.models.factorization import factorized

    init_default_scope('mmaction')
    dataset = DATASETS.build(dict(
        type='FitnessKeypointDataset', data_root=args.root, exercises='all', subset='all',
        multiview=True))
    index = dataset.index
    row_of = {clip: row for row, clip in enumerate(index.column('clip').tolist())}
    has_3d = index.has_3d
    seconds, num_found, near, mirrored = 0.0, 0, [], 0
    for start in range(0, len(dataset), _BATCH):
        batch, = dataset.__getitems__(range(start, min(start + _BATCH, len(dataset))))
        begin = time.process_time()
        space = factorized(batch['inputs'])
        seconds += time.process_time() - begin
        num_found += int(space.found.sum())
        numbers = batch['data_samples'].frame_numbers.amax(1).numpy()  # (N, T)
        for i, clip in enumerate(batch['data_samples'].clip):
            if not has_3d[row_of[clip]]:
                continue
            labels = np.full((*numbers[i].shape, 24, 3), np.nan)
            _, here, there = np.intersect1d(numbers[i], index.frame_numbers(row_of[clip]),
                                            return_indices=True)
            labels[here] = index.keypoints_3d(row_of[clip])[there]
            both = space.given[i].numpy() & np.isfinite(labels).all(-1)
            if both.sum() >= _MIN_POINTS:
                straight, turned = distances(space.points[i].numpy()[both].astype(float),
                                             labels[both])
                near.append(straight)
                mirrored += turned < straight
    print(f'{len(dataset)} clips, {num_found} of them put into space, in {seconds:.1f} s of '
          f'{torch.get_num_threads()} threads')
    if not near:
        raise FitnessError('no clip has 3D labels to compare with; prepare the -3d.json files too')
    low, middle, high = np.quantile(near, [0.1, 0.5, 0.9])
    print(f'{len(near)} of them have 3D labels: the median keypoint of a clip is {middle:.2f} cm '
          f'from its own (80 % of clips: {low:.2f} to {high:.2f}); {mirrored} fit better as mirror '
          'images')


if __name__ == '__main__':
    with plain_errors():
        main()
