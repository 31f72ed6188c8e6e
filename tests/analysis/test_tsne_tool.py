"""t-SNE maps of a real recogniser on the sample: the tool, its cache and its messages."""

from pathlib import Path

import matplotlib
import numpy as np
import orjson
import pytest
import torch
from conftest import run_tool
from random_model import CONFIG, QUICK, checkpoint, save_random_model  # noqa: F401

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.features.cache import ClipFeatures
from fitness_mm.analysis.features.options import TsneOptions
from fitness_mm.analysis.features.tsne import draw_tsne
from fitness_mm.analysis.load_model import Subject
from fitness_mm.errors import FitnessError

NO_WORKERS = {'test_dataloader.num_workers': 0}


@pytest.fixture(scope='module')
def drawn(checkpoint, sample_root, tmp_path_factory):  # noqa: F811
    """What the tool leaves and says for two models side by side."""
    folder = tmp_path_factory.mktemp('tsne')
    other = save_random_model(folder / 'other.pth', seed=1)
    result = run_tool('analysis/tsne.py', CONFIG, checkpoint, '--compare', CONFIG, other,
                      '--out', folder / 'tsne.png', *QUICK, env={'FITNESS_DATA_ROOT': sample_root})
    return folder, checkpoint, result.stdout


@pytest.fixture
def draw(drawn, sample_root, tmp_path, monkeypatch):
    """Draws in this process, with the features that the tool has kept."""
    monkeypatch.setenv('FITNESS_DATA_ROOT', str(sample_root))

    def draw(subject=None, log=lambda line: None, **options):
        subject = subject or Subject(CONFIG, drawn[1])
        options = {'cfg_options': NO_WORKERS, **options}
        return draw_tsne([subject], tmp_path / 'out' / 'map.png', TsneOptions(**options), log)
    return draw


def test_two_models_get_a_figure_and_numbers(drawn):
    folder, _, output = drawn
    assert matplotlib.image.imread(folder / 'tsne.png').shape[1] >= 1000
    numbers = orjson.loads((folder / 'tsne.json').read_bytes())
    assert len(numbers) == 2
    for row in numbers:
        assert -1 <= row['silhouette'] <= 1
        assert f"{row['silhouette']:.3f}" in output
        # one performer is held out, and a probe would have to know another
        assert (row['performers'], row['linear_probe']) == (1, None)
    assert numbers[0]['silhouette'] != numbers[1]['silhouette']
    # models of one config are told apart
    assert [row['model'].split('/')[-1] for row in numbers] == ['random', 'other']
    assert all(f"{row['model']} " in output for row in numbers)


def test_features_are_kept_with_their_origin(drawn, sample_root):
    records = ClipFeatures.read(drawn[1].with_name('random_features.npz'))
    index = FitnessIndex.read(sample_root)
    names = np.char.add(np.char.add(records.clip, '_'), records.view).tolist()
    assert len(set(names)) == len(names) == len(records)
    rows = {index.clip_view_id(i): i for i in range(len(index))}
    for name, performer, label in zip(names, records.performer, records.label, strict=True):
        assert index.performer[rows[name]] == performer
        assert EXERCISES[index.exercise[rows[name]]].name == records.classes[label]
    assert records.features.shape[1] == 512


def test_kept_features_are_used_and_classes_chosen_from_them(draw):
    said = []
    numbers = draw(log=said.append, classes=(2, 3, 5))
    assert [line.startswith('features from') for line in said] == [True]
    assert numbers[0]['classes'] == ['barbell stiff-leg deadlift', 'barbell row',
                                     'barbell deadlift']


def test_maps_by_view_of_everyone(draw, tmp_path):
    everyone = {**NO_WORKERS, 'test_dataloader.dataset.subset': 'all'}
    numbers = draw(by='view', cfg_options=everyone, cache=tmp_path, max_per_class=10)
    assert [row['view'] for row in numbers] == ['A', 'B', 'C', 'D', 'E']
    assert min(row['performers'] for row in numbers) >= 2
    assert all(0 <= row['linear_probe'] <= 1 for row in numbers)


def test_other_weights_in_the_same_file_are_noticed(draw, tmp_path):
    file = save_random_model(tmp_path / 'model.pth', seed=2)
    limit = dict(max_per_class=2)
    draw(Subject(CONFIG, file), **limit)
    kept = tmp_path / 'model_features.npz'
    before = ClipFeatures.read(kept)
    assert np.bincount(before.label).max() == 2

    save_random_model(file, seed=3)
    said = []
    draw(Subject(CONFIG, file), log=said.append, **limit)
    assert 'belongs to another checkpoint' in said[0]
    after = ClipFeatures.read(kept)
    assert (after.clip == before.clip).all() and (after.features != before.features).any()

    kept.write_bytes(kept.read_bytes()[:1000])
    said.clear()
    draw(Subject(CONFIG, file), log=said.append, **limit)
    assert 'is damaged' in said[0] and 'computed again' in said[0]
    np.testing.assert_array_equal(ClipFeatures.read(kept).features, after.features)


@pytest.mark.parametrize('options, message', [
    (dict(classes=(2, 99)), 'there is no class 99; expected numbers from 0 to 11: 0 front raise'),
    (dict(by='view'), 'only . clips for the map of view A, and t-SNE needs at least 5'),
    (dict(max_per_class=0), 'expected a positive number'),
    (dict(font=CONFIG, lang='ko'), 'not a TrueType'),
])
def test_misuse_gets_one_sentence(draw, options, message):
    with pytest.raises(FitnessError, match=message):
        draw(**options)


def test_a_checkpoint_of_another_model_is_refused(draw, tmp_path):
    torch.save(dict(state_dict={'weight': torch.zeros(3)}), tmp_path / 'other.pth')
    with pytest.raises(FitnessError, match=r'does not fit the model of .*demo_tsm_r18_heatmap\.py'):
        draw(Subject(CONFIG, tmp_path / 'other.pth'))


@pytest.mark.parametrize('config, weights, message', [
    ('configs/none.py', 'none.pth', 'there is no config file'),
    ('configs/demo/demo_pose_r18.py', 'none.pth', 'no config of a recogniser'),
    (CONFIG, 'none.pth', "there is no checkpoint 'none.pth'"),
])
def test_wrong_files_are_named(draw, config, weights, message):
    with pytest.raises(FitnessError, match=message):
        draw(Subject(Path(config), Path(weights)))
