import json

import numpy as np
import pytest
from conftest import run_tool

from fitness_mm.anomaly import Residuals
from fitness_mm.keypoints.sigmas import keypoint_sigmas, read_sigmas, write_sigmas
from fitness_mm.keypoints.skeleton import KEYPOINTS


def noisy_labels(num, spread_px, seed=0):
    """A person whose joints span 100x53 px; labels off by a normal error per axis."""
    rng = np.random.default_rng(seed)
    true = np.zeros((num, 3, 2))
    true[:, 1], true[:, 2] = (99, 52), (50, 25)
    labels = true.copy()
    labels[:, 2] += rng.normal(0, spread_px, (num, 2))
    return true, labels, np.ones((num, 3), bool)


def test_sigma_is_cocos_root_mean_square_over_the_root_of_the_area():
    predicted, labels, visible = noisy_labels(20_000, 2.0)
    sigma = keypoint_sigmas(predicted, labels, visible)[2]
    # E[dx^2 + dy^2] = 2 * 2.0^2, area 0.53 * 100 * 53
    assert sigma == pytest.approx(np.sqrt(8 / (0.53 * 100 * 53)), rel=0.03)


def test_wrong_labels_hardly_move_it():
    predicted, labels, visible = noisy_labels(5_000, 2.0)
    clean = keypoint_sigmas(predicted, labels, visible)[2]
    labels[:100, 2] = (0, 52)  # one in fifty is far off, in the box
    assert keypoint_sigmas(predicted, labels, visible)[2] == pytest.approx(clean, rel=0.05)


def test_it_scales_with_the_person_and_leaves_out_what_is_not_labelled():
    predicted, labels, visible = noisy_labels(1_000, 2.0)
    sigmas = keypoint_sigmas(predicted, labels, visible)
    np.testing.assert_allclose(keypoint_sigmas(4 * predicted, 4 * labels, visible)[2], sigmas[2],
                               rtol=0.02)
    labels[:500, 2] = 1e6
    visible[:500, 2] = False
    assert keypoint_sigmas(predicted, labels, visible)[2] == pytest.approx(sigmas[2], rel=0.1)
    visible[:, 2] = False
    assert np.isnan(keypoint_sigmas(predicted, labels, visible)[2])
    with pytest.raises(ValueError, match='shapes'):
        keypoint_sigmas(predicted, labels, visible[:, :2])


def test_a_file_is_read_back_and_a_wrong_one_explained(tmp_path):
    sigmas = np.linspace(0.01, 0.24, 24)
    write_sigmas(tmp_path / 'sigmas.json', sigmas, 'folds', 12)
    np.testing.assert_allclose(read_sigmas(tmp_path / 'sigmas.json'), sigmas, atol=1e-5)
    (tmp_path / 'other.json').write_text(json.dumps(dict(sigmas=dict(Nose=0.1))))
    with pytest.raises(ValueError, match=r'other\.json is damaged .*keypoint_sigmas\.py'):
        read_sigmas(tmp_path / 'other.json')
    sigmas[3] = np.nan
    with pytest.raises(ValueError, match=KEYPOINTS[3]):
        write_sigmas(tmp_path / 'sigmas.json', sigmas, 'folds', 12)


def test_the_tool_joins_dumps(tmp_path):
    rng = np.random.default_rng(1)
    labels = rng.uniform(0, 100, (40, 24, 2)).astype(np.float32)
    predicted = labels + rng.normal(0, 1, labels.shape).astype(np.float32)
    visible = np.ones((40, 24), bool)
    whole = Residuals(
        labels=labels, predictions=predicted, visible=visible, scores=visible.astype(float),
        torso=np.ones(40), box=np.ones((40, 4)), input_scale=np.ones((40, 2)),
        input_size=np.ones((40, 2)), frame_number=np.arange(40), performer=np.ones(40, int),
        **{name: np.full(40, 'x') for name in ('clip_view', 'view', 'exercise', 'day')})
    for i, part in enumerate((slice(0, 15), slice(15, 40))):
        whole.select(part).write(tmp_path / f'{i}.npz')
    out = tmp_path / 'sigmas.json'
    run_tool('data/keypoint_sigmas.py', tmp_path / '0.npz', tmp_path / '1.npz', '--out', out)
    np.testing.assert_allclose(read_sigmas(out), keypoint_sigmas(predicted, labels, visible),
                               atol=1e-5)
    assert json.loads(out.read_text())['samples'] == 40
    result = run_tool('data/keypoint_sigmas.py', tmp_path / 'none.npz', '--out', out, check=False)
    assert result.returncode == 1 and 'none.npz' in result.stdout
    assert 'Traceback' not in result.stdout
