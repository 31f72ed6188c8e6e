"""Files of another kind and numbers out of range, given to every tool of analysis."""

import os

import numpy as np
import pytest
import torch
from conftest import REPO

from fitness_mm.anomaly import Residuals
from fitness_mm.clip_scores import ClipScores

CONFIG = REPO / 'configs/demo/demo_posture_keypoints.py'
LOADED = {
    'anomalies.py': ['{wrong}'],
    'anomalies.py --truth': ['{residuals}', '--truth', '{wrong}'],
    'anomalies.py --root': ['{residuals}', '--root', '{wrong}'],
    'posture.py': ['{wrong}'],
    'results.py': ['{wrong}'],
    'plot_run.py': ['{wrong}'],
    'browse_dataset.py': ['{wrong}'],
    'tsne.py': ['{wrong}', '{folder}/a.pth'],
    'tsne.py checkpoint': [CONFIG, '{wrong}'],
    'tsne.py --font': [CONFIG, '{folder}/a.pth', '--lang', 'ko', '--font', '{wrong}'],
}


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    """One file of each kind, and names of none."""
    folder = tmp_path_factory.mktemp('files')
    (folder / 'empty').touch()
    os.mkfifo(folder / 'pipe')  # nobody writes into it
    (folder / 'text.txt').write_text('one\ntwo\n')
    (folder / 'list.json').write_text('[1, 2]')
    torch.save(dict(state_dict={'a': torch.zeros(2)}), folder / 'a.pth')
    ClipScores(label=np.arange(2), clip=np.array(['a', 'b']), view=np.array(['A'] * 2),
               performer=np.arange(2), classes=('a', 'b'), scores=np.eye(2)).write(
                   folder / 'accuracy.npz')
    (folder / 'accuracy.json').write_text('{}')
    return [*sorted(folder.iterdir()), folder / 'none', folder / '\x1b[31mred\n', folder.parent]


@pytest.fixture(scope='module')
def places(files):
    """A record of residuals, and the folder of all."""
    folder = files[0].parent
    zeros = np.zeros((4, 24, 2))
    name = np.array(['a'] * 4)
    record = Residuals(
        labels=zeros, predictions=zeros, visible=zeros[..., 0] == 0, scores=zeros[..., 0],
        torso=zeros[:, 0, 0], box=np.zeros((4, 4)), input_scale=zeros[:, 0], input_size=zeros[:, 0],
        frame_number=np.arange(4), performer=np.arange(4), clip_view=name, view=name,
        exercise=name, day=name)
    return dict(folder=folder, residuals=record.write(folder.parent / 'residuals.npz'))


@pytest.mark.parametrize('case', LOADED)
def test_a_file_of_another_kind_is_one_sentence(refuse, files, places, case, tmp_path):
    tool = case.split()[0]
    for file in files:
        if case == 'tsne.py checkpoint' and file.suffix == '.pth':
            continue  # of another network, which needs the network: tests/engine/test_load.py
        arguments = [str(text).format(**places, wrong=file) for text in LOADED[case]]
        out = [] if tool == 'plot_run.py' else ['--out', tmp_path / 'out.png']
        result = refuse(f'analysis/{tool}', *arguments, *out)
        assert result.returncode == 1
        assert result.stdout.startswith(f'{tool}: ') and result.stdout.isprintable(), file
        assert not (tmp_path / 'out.png').exists()


@pytest.mark.parametrize('tool, arguments, wrong', [
    ('anomalies.py', ['{residuals}'], ['--worst -1', '--worst nan']),
    ('posture.py', ['{residuals}'], [
        '--min-accuracy -1', '--min-accuracy nan', '--min-accuracy 2', '--min-clips 0',
        '--min-clips nan', '--band -1', '--band nan', '--band 0.5']),
    ('browse_dataset.py', [CONFIG], [
        '--num 0', '--num -1', '--num nan', '--seed -1', '--seed 4294967296']),
    ('tsne.py', [CONFIG, '{folder}/none.pth'], [
        '--perplexity 0', '--perplexity -1', '--perplexity nan', '--perplexity inf', '--seed -1',
        '--seed 4294967296', '--max-per-class 0', '--max-per-class -1', '--max-per-class nan']),
])
def test_a_number_out_of_its_range_is_one_sentence_about_it(refuse, places, tool, arguments, wrong,
                                                            tmp_path):
    for option in wrong:
        result = refuse(f'analysis/{tool}', *(str(text).format(**places) for text in arguments),
                        '--out', tmp_path / 'out.png', *option.split())
        sentence = result.stdout.splitlines()[-1]
        assert sentence.startswith(f'{tool}: ')
        assert option.split()[1] in sentence
        assert 'residuals' not in sentence and 'none.pth' not in sentence, sentence
