"""Only the body and its movement tell the exercise: not the room, not the files."""

import cv2
import numpy as np
import pytest
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fitness_mm.sample.clip import perform
from fitness_mm.sample.images import encode_jpeg, frames, jpegs
from fitness_mm.sample.labels.defects import image_folder
from fitness_mm.sample.plan import plan_clips
from fitness_mm.sample.presets import PRESETS, Preset
from fitness_mm.sample.station.cameras import VIEWS

SIZE = (128, 72)
PRESET = Preset(SIZE, PRESETS['small'].exercises, 10, 0, 1, 1, 3, error_rate=0.0)
IMAGES = (3, 20)


def _held_out_hits(features: np.ndarray, classes: np.ndarray, performers: np.ndarray,
                   model) -> int:
    """How many are classed rightly, each performer by a model that never saw the performer."""
    hits = 0
    for performer in np.unique(performers):
        test = performers == performer
        model.fit(features[~test], classes[~test])
        hits += int(np.sum(model.predict(features[test]) == classes[test]))
    return hits


MODELS = {
    'linear': lambda: make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300)),
    'neighbours': lambda: make_pipeline(StandardScaler(), KNeighborsClassifier(5)),
}


@pytest.fixture(scope='module')
def clips():
    """Per clip: class, performer, two views' images with noise, and where the body was."""
    found = []
    for plan in plan_clips(PRESET, seed=3):
        if plan.num_images < 32:
            continue
        performance = perform(plan, 3, SIZE)
        views = []
        for view in 'BE':
            background = performance.station.backgrounds[view]
            images = [image for image in frames(performance, view, np.random.default_rng(
                [plan.type_number, plan.performer]))]
            touched = np.any([np.abs(image.astype(int) - background).max(-1) > 22
                              for image in images], axis=0)
            views.append((np.stack([images[i] for i in IMAGES]), touched))
        sizes = [len(data) for data in jpegs(performance, 'B', np.random.default_rng(
            [plan.type_number, plan.performer, 1]))][:32]
        found.append((plan.exercise.study_class, plan.performer, views, sizes))
    return found


def _is_at_chance(hits: int, num: int, num_classes: int) -> bool:
    return hits <= binom.ppf(0.999, num, 1 / num_classes)


@pytest.mark.parametrize('model', MODELS)
def test_what_is_left_without_the_body_is_at_chance(clips, model):
    classes, performers = np.array([(c, p) for c, p, _, _ in clips]).T
    features = []
    for _, performer, views, _ in clips:
        rest = []
        for v, (images, _) in enumerate(views):
            # The same mask for all clips of a station, so that its shape tells nothing: wherever
            # any of its clips has anything of body or equipment, and a JPEG block around it.
            touched = np.any([other[v][1] for _, p, other, _ in clips if p == performer], axis=0)
            mask = cv2.dilate(touched.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
            assert 0.1 < mask.mean() < 0.8
            masked = np.where(mask[..., None], 128, images)
            rest += [cv2.resize(image.astype(np.uint8), (32, 18), interpolation=cv2.INTER_AREA)
                     for image in masked]
        features.append(np.concatenate([image.ravel() for image in rest]).astype(float))
    features = np.array(features)
    # What the station looks like is known from its other clips; only what deviates could tell.
    for performer in np.unique(performers):
        features[performers == performer] -= features[performers == performer].mean(0)
    hits = _held_out_hits(features, classes, performers, MODELS[model]())
    assert _is_at_chance(hits, len(classes), 12), f'{hits} of {len(classes)} right'


def test_the_body_does_tell(clips):
    """The same classifier finds the exercise when the body is left in the pictures."""
    classes, performers = np.array([(c, p) for c, p, _, _ in clips]).T
    features = np.array([np.concatenate([
        cv2.resize(mask.astype(np.float32), (32, 18), interpolation=cv2.INTER_AREA).ravel()
        for _, mask in views]) for _, _, views, _ in clips])
    hits = _held_out_hits(features, classes, performers, MODELS['linear']())
    assert not _is_at_chance(hits, len(classes), 12)


@pytest.mark.parametrize('model', MODELS)
def test_file_sizes_are_at_chance(clips, model):
    classes, performers = np.array([(c, p) for c, p, _, _ in clips]).T
    sizes = np.array([s for *_, s in clips], float)
    features = np.concatenate([sizes.mean(1, keepdims=True), sizes.std(1, keepdims=True),
                               np.sort(sizes, 1)], 1)
    hits = _held_out_hits(features, classes, performers, MODELS[model]())
    assert _is_at_chance(hits, len(classes), 12), f'{hits} of {len(classes)} right'


@pytest.mark.parametrize('model', MODELS)
def test_file_sizes_of_a_sample_on_disk_are_at_chance(sample_root, model):
    classes, performers, features = [], [], []
    for plan in plan_clips(PRESETS['tiny'], seed=0):
        for view in VIEWS:
            folder, _ = image_folder(plan, view)
            images = (sample_root / plan.split / 'img' / folder).iterdir()
            sizes = [image.stat().st_size for image in images]
            features.append([np.mean(sizes), np.std(sizes), *np.percentile(sizes, [10, 50, 90])])
            classes.append(plan.exercise.study_class)
            performers.append(plan.performer)
    hits = _held_out_hits(np.array(features), np.array(classes), np.array(performers),
                          MODELS[model]())
    assert _is_at_chance(hits, len(classes), 4), f'{hits} of {len(classes)} right'


def test_a_jpeg_is_as_long_as_wanted_and_decodes():
    image = np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    plain = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, 50])[1].tobytes()
    for num_bytes in (len(plain), len(plain) + 4, len(plain) + 65538, len(plain) + 65541,
                      len(plain) + 200000, len(plain) - 100, len(plain) + 3):
        data = encode_jpeg(image, 50, num_bytes)
        assert len(data) == num_bytes
        assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape == image.shape
    with pytest.raises(ValueError, match='does not fit'):
        encode_jpeg(image, 50, 500)


def test_every_performer_does_everything_at_one_station():
    stations = {}
    for plan in plan_clips(PRESETS['small'], seed=0):
        stations.setdefault((plan.performer, plan.day, plan.slot), set()).add(
            plan.exercise.study_class)
    assert all(classes == set(range(12)) for classes in stations.values())
