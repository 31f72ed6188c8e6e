"""What the browser finds in packed samples, and its images of real configs."""

from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
import torch
from conftest import REPO, run_tool
from mmpose.datasets.transforms import PackPoseInputs

from fitness_mm.analysis.browse.browse import _pack_transformed, browse
from fitness_mm.analysis.browse.network_input import NetworkInput, action_input
from fitness_mm.engine.pipeline_facts import PipelineFacts
from fitness_mm.errors import FitnessError

NO_MAPS = SimpleNamespace(data_preprocessor=None)


def sample(inputs, **fields):
    class DataSample(SimpleNamespace):
        def __contains__(self, name):
            return hasattr(self, name)
    return dict(inputs=inputs, data_samples=DataSample(**fields))


def facts(kind, keypoints=False):
    return PipelineFacts(0.0, (4, 6), True, kind, keypoints)


def numbered(*shape, dtype=torch.float32):
    return (torch.arange(int(np.prod(shape))) % 251).reshape(shape).to(dtype)


def test_frames_of_a_2d_recogniser():
    inputs, keypoints = numbered(8, 3, 6, 4, dtype=torch.uint8), torch.rand(8, 24, 3)
    shown = action_input(sample(inputs, keypoints=keypoints), facts('frames', True), NO_MAPS)
    np.testing.assert_array_equal(shown.frames[5, 2, 3], inputs[5, :, 2, 3])
    np.testing.assert_array_equal(shown.keypoints, keypoints)
    assert shown.maps is None


def test_clips_of_a_3d_recogniser_come_one_after_the_other():
    inputs = numbered(2, 3, 8, 6, 4, dtype=torch.uint8)
    shown = action_input(sample(inputs), facts('clips'), NO_MAPS)
    assert shown.frames.shape == (16, 6, 4, 3)
    np.testing.assert_array_equal(shown.frames[11, 2, 3], inputs[1, :, 3, 2, 3])


def test_heatmap_volumes_are_seen_from_the_front():
    inputs = numbered(1, 24, 8, 6, 4)
    shown = action_input(sample(inputs), facts('volumes'), NO_MAPS)
    np.testing.assert_array_equal(shown.maps[3], inputs[0, :, 3].amax(0))
    assert shown.frames is None and shown.keypoints is None


def test_skeletons_keep_their_scores():
    inputs = torch.rand(2, 1, 8, 24, 3)
    shown = action_input(sample(inputs), facts('skeletons'), NO_MAPS)
    np.testing.assert_array_equal(shown.keypoints[9], inputs[1, 0, 1])
    without = action_input(sample(inputs[..., :2]), facts('skeletons'), NO_MAPS)
    np.testing.assert_array_equal(without.keypoints[9, :, 2], 1)


def test_some_frames_of_all_kinds():
    shown = NetworkInput(frames=np.arange(4), maps=np.arange(4) * 10).take([3, 1])
    assert (shown.frames.tolist(), shown.maps.tolist(), shown.keypoints) == ([3, 1], [30, 10],
                                                                             None)


def test_any_packing_of_poses_is_of_what_the_network_sees():
    own = type('OwnPacking', (PackPoseInputs, ), {})
    pipeline = [dict(type='LoadImage'), dict(type=own), dict(type='mmpose.PackPoseInputs')]
    _pack_transformed(pipeline)
    assert [step.get('pack_transformed') for step in pipeline] == [None, True, True]


def test_the_tool_shows_an_action_config(sample_root, tmp_path):
    result = run_tool('analysis/browse_dataset.py', 'configs/demo/demo_tsm_r18_heatmap.py', '--out',
                      tmp_path, '--subset', 'val', '--num', 2,
                      env={'FITNESS_DATA_ROOT': sample_root})
    images = sorted(tmp_path.iterdir())
    assert len(images) == 2
    assert all(str(image) in result.stdout for image in images)
    image = matplotlib.image.imread(images[0])[..., :3]
    assert image.shape[1] >= 1000 and image.std() > 0.05


@pytest.fixture
def data(sample_root, monkeypatch):
    monkeypatch.setenv('FITNESS_DATA_ROOT', str(sample_root))


@pytest.mark.parametrize('config', ['demo/demo_pose_r18.py', 'study/stgcnpp.py', 'study/posec3d.py',
                                    'study/tsm_r18_heatmap_stem.py'])
def test_other_kinds_of_configs(config, data, tmp_path):
    image, = browse(REPO / 'configs' / config, tmp_path, num=1)
    assert matplotlib.image.imread(image)[..., :3].std() > 0.03


def test_a_seed_draws_the_same_augmentation(data, tmp_path):
    config = REPO / 'configs' / 'study' / 'tsm_r18.py'
    first, again, other = (browse(config, tmp_path / name, num=1, seed=seed)[0]
                           for name, seed in (('a', 0), ('b', 0), ('c', 1)))
    assert first.read_bytes() == again.read_bytes()
    assert first.name == again.name
    assert first.read_bytes() != other.read_bytes()


@pytest.mark.parametrize('config, num, message', [
    ('none.py', 1, 'there is no config file'),
    ('configs/demo/demo_pose_r18.py', 0, 'expected a positive number'),
    ('without_data.py', 1, 'needs a train_dataloader'),
])
def test_misuse_gets_one_sentence(config, num, message, tmp_path):
    (tmp_path / 'without_data.py').write_text("default_scope = 'mmaction'")
    folder = REPO if '/' in config else tmp_path
    with pytest.raises(FitnessError, match=message):
        browse(folder / config, tmp_path / 'out', num=num)
