"""Residuals for the tests of the anomaly filter: a skeleton, a network of known noise."""

import numpy as np

from fitness_mm.anomaly import Residuals

# A person who stands with the arms a little out, side by side in no joint, in px; torso 50 px.
STANDING = np.array([
    [100, 20], [104, 16], [96, 16], [112, 18], [88, 18], [118, 42], [82, 42], [128, 66], [70, 64],
    [136, 88], [62, 84], [110, 92], [90, 92], [113, 128], [86, 127], [115, 165], [84, 164],
    [100, 38], [139, 96], [58, 92], [100, 60], [100, 80], [120, 174], [78, 173]], np.float64)
TORSO_PX = 50.0


def rows(num_frames, noise_px=2.0, seed=0, clip_view='training/Day01_200921_F/1/001-1-1-01-Z1_A',
         labels=None):
    """Columns of frames whose labels are right unless given, (N, K, 2)."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(STANDING[None], num_frames, axis=0)
    labels = truth if labels is None else labels
    split, view = clip_view.rsplit('_', 1)
    return dict(
        labels=labels,
        predictions=truth + rng.normal(0, noise_px, truth.shape),
        visible=np.ones((num_frames, 24), bool),
        scores=np.full((num_frames, 24), 0.9),
        torso=np.full(num_frames, TORSO_PX),
        box=np.repeat([[50.0, 10.0, 150.0, 180.0]], num_frames, axis=0),
        input_scale=np.repeat([[0.8, 1.2]], num_frames, axis=0),
        input_size=np.repeat([[96, 128]], num_frames, axis=0),
        clip_view=np.array([clip_view] * num_frames),
        frame_number=2 * np.arange(num_frames) + 1,
        view=np.array([view] * num_frames),
        performer=np.full(num_frames, int(split.rsplit('Z', 1)[1])),
        exercise=np.array(['barbell squat'] * num_frames),
        day=np.array([split.split('/')[1]] * num_frames))


def residuals(num_frames=4, **kwargs):
    return Residuals(**rows(num_frames, **kwargs))
