"""Stiff-leg deadlift, row and deadlift: alike at the bottom, different as movements."""

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fitness_mm.aihub.catalog import CONFUSABLE_STUDY_CLASSES, STUDY_EXERCISES
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.sample.clip_plan import truth_of_type
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.performer.body import sample_body
from fitness_mm.sample.station.cameras import sample_cameras
from fitness_mm.sample.tempo import sample_tempo

NUM_PERFORMERS = 90
CLASSES = [STUDY_EXERCISES[c] for c in CONFUSABLE_STUDY_CLASSES]


def _normalised(points: np.ndarray) -> np.ndarray:
    """Keypoints (..., K, 2) relative to the feet, in units of the legs."""
    feet = (points[..., KEYPOINT_INDEX['Left Ankle'], :]
            + points[..., KEYPOINT_INDEX['Right Ankle'], :]) / 2
    size = np.linalg.norm(points[..., KEYPOINT_INDEX['Left Knee'], :]
                          - points[..., KEYPOINT_INDEX['Left Ankle'], :], axis=-1)
    return (points - feet[..., None, :]) / size[..., None, None]


@pytest.fixture(scope='module')
def clips():
    """Bottom frames (N, K * 2), sequences' statistics, classes and performers."""
    bottoms, sequences, classes, performers = [], [], [], []
    rng = np.random.default_rng(5)
    for performer in range(NUM_PERFORMERS):
        body = sample_body(np.random.default_rng([performer, 1]))
        camera = sample_cameras(np.random.default_rng([performer, 2]), (1920, 1080))['B']
        for label, exercise in enumerate(CLASSES):
            kept = truth_of_type(int(rng.choice(exercise.types)))
            movement, faults = np.random.default_rng([performer, label, 3]).spawn(2)
            pose, joints = DRAWN[exercise.name].perform(body, kept, movement, faults,
                                                        sample_tempo(movement, 32))
            points = _normalised(camera.project(joints.keypoints)[0])
            bottom = np.argmin(pose.s) if exercise.name == 'barbell row' else np.argmax(pose.s)
            bottoms.append(points[bottom].ravel())
            frames = points[::2]
            sequences.append(np.concatenate([frames.mean(0), frames.std(0)]).ravel())
            classes.append(label)
            performers.append(performer)
    return np.array(bottoms), np.array(sequences), np.array(classes), np.array(performers)


def _accuracy(features, classes, performers, model) -> float:
    train = performers < 2 * NUM_PERFORMERS // 3
    model.fit(features[train], classes[train])
    return float(np.mean(model.predict(features[~train]) == classes[~train]))


MODELS = {
    'linear': lambda: make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)),
    'neighbours': lambda: make_pipeline(StandardScaler(), KNeighborsClassifier(7)),
}


@pytest.mark.parametrize('model', MODELS)
def test_bottom_frames_say_nothing(clips, model):
    bottoms, _, classes, performers = clips
    num_tested = np.sum(performers >= 2 * NUM_PERFORMERS // 3)
    limit = binom.ppf(0.999, num_tested, 1 / 3) / num_tested
    assert _accuracy(bottoms, classes, performers, MODELS[model]()) <= limit


def test_movements_say_all(clips):
    _, sequences, classes, performers = clips
    assert _accuracy(sequences, classes, performers, MODELS['linear']()) > 0.9
