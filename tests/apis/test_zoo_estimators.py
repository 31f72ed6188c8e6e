"""Estimators of MMPose's zoo: their configs, made-up checkpoints of the real shapes, the way back
from a crop to the video. Nothing is fetched."""

from types import SimpleNamespace
from urllib.error import URLError

import numpy as np
import pytest
import torch
from inference_models import POSTURES, save_random, work_dirs  # noqa: F401
from mmengine.logging import HistoryBuffer
from video_cases import moving_square

from fitness_mm.apis import FitnessInferencer, InferenceError
from fitness_mm.apis.networks.files import zoo_files
from fitness_mm.apis.networks.pose_estimator import PoseEstimator
from fitness_mm.apis.stages.pose_choice import pose_source
from fitness_mm.apis.video.crops import cut_out
from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.layouts import LAYOUTS

BOX = Box(300, 100, 400, 340)
ZOO = {'coco17': 'rtmpose-t_8xb256-420e_body8-256x192',
       'halpe26': 'rtmpose-t_8xb1024-700e_body8-halpe26-256x192',
       'wholebody133': 'td-hm_vipnas-mbv3_8xb64-210e_coco-wholebody-256x192'}


def crops(count=2):
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (count, 480, 640, 3), np.uint8)
    return [cut_out(frame, BOX, 0.3, 200) for frame in frames], [BOX] * count


@pytest.fixture(scope='module', params=ZOO)
def estimator(request, tmp_path_factory):
    config, address = zoo_files(ZOO[request.param])
    assert address.startswith('https://') and address.endswith('.pth')
    path = save_random(config, tmp_path_factory.mktemp('zoo') / 'zoo.pth')
    saved = torch.load(path)
    # what mmengine saves beside weights
    saved['message_hub'] = dict(log_scalars={'loss': HistoryBuffer([1.0], [1])})
    torch.save(saved, path)
    return request.param, PoseEstimator(config, path, 'cpu', batch_size=2)


def test_made_up_weights_give_the_24(estimator):
    name, estimate = estimator
    assert estimate.layout is LAYOUTS[name] and estimate.input_size == (192, 256)
    assert estimate.margin == 0.125
    assert len(estimate.network.model.state_dict()) > 100
    keypoints, scores = estimate(*crops())
    assert keypoints.shape == (2, 24, 2) and scores.shape == (2, 24)
    assert keypoints.dtype == scores.dtype == np.float32
    assert np.isfinite(keypoints).all() and (scores >= 0).all() and (scores <= 1).all()
    seen = keypoints[:, :17][scores[:, :17] > 0]  # somewhere in what it looked at
    assert (seen > (230, 60)).all() and (seen < (470, 380)).all()


def test_points_of_a_crop_are_those_of_the_video(estimator, monkeypatch):
    name, estimate = estimator
    count = len(LAYOUTS[name].points)
    given = []

    def predict(samples, batch_size):
        for sample in samples:
            given.append(sample['data_samples'])
            yield SimpleNamespace(pred_instances=Person(
                keypoints=np.full((1, count, 2), (10, 20)), keypoint_scores=np.full((1, count), 2)))

    monkeypatch.setattr(estimate.network, 'predict', predict)
    images, boxes = crops()
    keypoints, scores = estimate(images, boxes)
    # the crop begins 0.3 of 240 px beside the box and is shrunk to 200 of 384 px
    expected = (np.array([10, 20]) + 0.5) * 384 / 200 - 0.5 + (228, 28)
    np.testing.assert_allclose(keypoints[0, 0], expected, rtol=1e-3)
    assert scores[0, 0] == 1
    # it looks at the box, in pixels of the crop, with MMPose's quarter more around it
    scale = given[0].metainfo['input_scale'] / 1.25 * 384 / 200
    np.testing.assert_allclose(scale, (240 * 192 / 256, 240), rtol=0.01)
    np.testing.assert_allclose(given[0].metainfo['input_center'],
                               images[0].mapping.apply(BOX.centre), rtol=1e-3)


class Person(SimpleNamespace):
    """Instances as MMPose has them."""

    def __getitem__(self, name):
        return getattr(self, name)


def test_an_alias_fetches_or_says_what_to_fetch(tmp_path, monkeypatch):
    asked = []

    def load_url(address, **options):
        asked.append(address)
        raise URLError('no network')

    monkeypatch.setattr('mmengine.runner.checkpoint.load_url', load_url)
    with pytest.raises(InferenceError, match=r'halpe26.*\.pth could not be fetched.*'
                       r'fetch it yourself and name the file \(--pose-weights FILE\)'):
        pose_source('body26', None, (None, None), 'cpu', False)
    assert asked == [zoo_files('rtmpose-m_8xb512-700e_body8-halpe26-256x192')[1]]
    with pytest.raises(FitnessError, match='there is no checkpoint'):
        pose_source('body26', tmp_path / 'none.pth', (None, None), 'cpu', False)


@pytest.mark.parametrize('name, message', [
    ('body62', "'body62' is no source of keypoints: name blazepose, demo.*body26"),
    ('hand', '21 points a person are no skeleton'),
    ('rtmpose-t_8xb256-420e_aic-coco', 'is no source')])
def test_other_models_are_refused(name, message, monkeypatch, tmp_path):
    if name == 'hand':
        name, weights = zoo_files(name)[0], tmp_path / 'hand.pth'
        save_random(name, weights)
    else:
        weights = None
    with pytest.raises(InferenceError, match=message):
        pose_source(name, weights, (None, None), 'cpu', False)


@pytest.mark.parametrize('estimator', ['coco17'], indirect=True)
def test_a_run_with_one_withholds_what_it_guesses(work_dirs, estimator):  # noqa: F811
    _, estimate = estimator
    folder = work_dirs / 'demo_posture'
    inferencer = FitnessInferencer(
        estimate.network.config_file, estimate.network.checkpoint, POSTURES['limbs'],
        folder / 'epoch_1.pth', folder / 'calibration.json', device='cpu', show_progress=False)
    assert not inferencer.of_the_demo
    result, = inferencer(moving_square(30), fps=10, box=(10, 5, 90, 60),
                         exercise='barbell squat')['predictions']
    reasons = {condition['name']: condition['reason'] for condition in result['conditions']}
    assert reasons['neutral spine'].endswith('Guessed: back.')
    assert reasons['feet flat on the floor'].endswith('Guessed: feet.')
