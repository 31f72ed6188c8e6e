"""What tools/analysis/study.sh calls, in which order, and that it goes on where it stopped."""

import os
import subprocess
import sys

import pytest
from conftest import REPO

# Stands for python: notes its arguments, leaves what the tools would, fails where it is told to.
STUB = f'''#!{sys.executable}
import os, pathlib, sys
tool, *args = sys.argv[1:]
call = ' '.join([pathlib.Path(tool).name, *args])
with open(os.environ['CALLS'], 'a') as file:
    print(call, file=file)
if os.environ.get('FAIL_AT', 'never') in call:
    sys.exit(1)
if '--work-dir' in args:
    folder = pathlib.Path(args[args.index('--work-dir') + 1])
    folder.mkdir(parents=True, exist_ok=True)
    if 'train.py' in tool:
        (folder / 'last_checkpoint').write_text('/elsewhere/epoch_10.pth')
        (folder / pathlib.Path(args[0]).name).touch()
    else:
        (folder / 'accuracy.json').touch()
'''


@pytest.fixture
def study(tmp_path):
    python = tmp_path / 'bin' / 'python'
    python.parent.mkdir()
    python.write_text(STUB)
    python.chmod(0o755)
    calls = tmp_path / 'calls'

    def run(check=True, **env):
        calls.write_text('')
        result = subprocess.run(
            ['tools/analysis/study.sh'], cwd=REPO, text=True, check=check,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={
                **os.environ, 'PATH': f"{python.parent}:{os.environ['PATH']}",
                'STUDY_DIR': str(tmp_path / 'study'), 'CALLS': str(calls),
                'CONFIGS': 'configs/study/tsm_r18.py configs/study/tsm_r18_heatmap.py', **env})
        return calls.read_text().replace(str(tmp_path), '').splitlines(), result
    return run


def test_every_model_is_trained_and_tested_twice_before_the_report(study):
    calls, _ = study()
    rgb, fused = '/study/tsm_r18', '/study/tsm_r18_heatmap'
    assert calls == [
        f'train.py configs/study/tsm_r18.py --work-dir {rgb} --resume',
        f'test.py configs/study/tsm_r18.py {rgb}/epoch_10.pth --work-dir {rgb}',
        f'test.py configs/study/tsm_r18.py {rgb}/epoch_10.pth --work-dir {rgb}/train '
        '--cfg-options test_dataloader.dataset.subset=train',
        f'train.py configs/study/tsm_r18_heatmap.py --work-dir {fused} --resume',
        f'test.py configs/study/tsm_r18_heatmap.py {fused}/epoch_10.pth --work-dir {fused}',
        f'test.py configs/study/tsm_r18_heatmap.py {fused}/epoch_10.pth --work-dir {fused}/train '
        '--cfg-options test_dataloader.dataset.subset=train',
        f'results.py {rgb} {fused} --baseline tsm_r18 --out /study/report',
        *[f'tsne.py {rgb}/tsm_r18.py {rgb}/epoch_10.pth {what}.png' for what in (
            f'--compare {fused}/tsm_r18_heatmap.py {fused}/epoch_10.pth --out /study/report/tsne',
            f'--compare {fused}/tsm_r18_heatmap.py {fused}/epoch_10.pth --classes 2 3 5 '
            '--out /study/report/tsne_confusable',
            '--by view --out /study/report/tsne_by_view')],
    ]


def test_it_goes_on_where_it_was_interrupted(study):
    calls, result = study(check=False, FAIL_AT='tsm_r18_heatmap/train')
    assert result.returncode != 0
    assert not any('results.py' in call for call in calls)
    calls, result = study()
    assert 'tsm_r18 is finished' in result.stdout
    assert [call.split()[0] for call in calls[:3]] == ['train.py', 'test.py', 'test.py']
    assert all('tsm_r18_heatmap.py' in call for call in calls[:3])
    assert not any(call.startswith(('train', 'test')) for call in study()[0])


def test_options_reach_trainings_and_tests(study):
    calls, _ = study(OPTIONS='train_cfg.max_epochs=1 randomness.seed=3', TRAIN_ARGS='--amp')
    assert calls[0].endswith('--amp --cfg-options train_cfg.max_epochs=1 randomness.seed=3')
    assert calls[2].endswith('subset=train train_cfg.max_epochs=1 randomness.seed=3')


def test_all_configs_of_the_study_are_its_default_with_the_baseline_first(study):
    calls, _ = study(CONFIGS='')
    trained = [call.split()[1] for call in calls if call.startswith('train.py')]
    assert trained[0] == 'configs/study/tsm_r18.py'
    assert sorted(trained) == sorted(
        str(path.relative_to(REPO)) for path in (REPO / 'configs' / 'study').glob('*.py'))


def test_other_models_get_no_maps_without_being_named(study):
    calls, result = study(CONFIGS='configs/study/lstm.py')
    assert not any('tsne.py' in call for call in calls)
    assert 'set RGB and HEATMAP' in result.stdout
