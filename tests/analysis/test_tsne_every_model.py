"""Every model of the study, and of posture, has a feature of the size that its network pools."""

import pytest
from conftest import REPO
from mmengine.dataset import pseudo_collate

from fitness_mm.analysis.features.features import pooled_features
from fitness_mm.analysis.load_model import build_dataset, read_recogniser
from fitness_mm.engine.load import build_model

NAMES = [*sorted(f'study/{p.stem}' for p in (REPO / 'configs/study').glob('*.py')),
         'demo/demo_posture_tsm_r18_heatmap', 'demo/demo_posture_keypoints']
WIDTH = {'lstm': 512, 'bilstm': 1024, 'posec3d': 128, 'stgcnpp': 256,
         'demo_posture_keypoints': 1024}


@pytest.mark.parametrize('name', NAMES)
def test_one_vector_a_clip(name, sample_root, monkeypatch):
    monkeypatch.setenv('FITNESS_DATA_ROOT', str(sample_root))
    cfg = read_recogniser(REPO / 'configs' / f'{name}.py')
    dataset = build_dataset(cfg)
    values = pooled_features(build_model(cfg), [pseudo_collate([dataset[0], dataset[1]])])
    assert values.shape == (2, WIDTH.get(name.rpartition('/')[2], 512))
    assert (values[0] != values[1]).any()
