"""What tools/analysis/study.sh calls, in which order, and that it goes on where it stopped."""

import os
import re
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


FOLDS = [' '.join(f'{loader}_dataloader.dataset.num_folds=2 {loader}_dataloader.dataset.fold={k}'
                  for loader in ('train', 'val', 'test')) for k in range(2)]


def test_every_fold_of_every_model_is_trained_and_tested_twice_before_the_report(study):
    calls, _ = study()
    expected = []
    for name in ('tsm_r18', 'tsm_r18_heatmap'):
        config = f'configs/study/{name}.py'
        for k, options in enumerate(FOLDS):
            folder = f'/study/{name}/fold{k}'
            expected += [
                f'train.py {config} --work-dir {folder} --resume --cfg-options {options}',
                f'test.py {config} {folder}/epoch_10.pth --work-dir {folder} '
                f'--cfg-options {options}',
                f'test.py {config} {folder}/epoch_10.pth --work-dir {folder}/train '
                f'--cfg-options {options} test_dataloader.dataset.subset=train']
    rgb, fused = '/study/tsm_r18', '/study/tsm_r18_heatmap'
    models = (f'{rgb}/fold0/tsm_r18.py {rgb}/fold0/epoch_10.pth',
              f'{fused}/fold0/tsm_r18_heatmap.py {fused}/fold0/epoch_10.pth')
    assert calls == [
        *expected,
        f'results.py {rgb} {fused} --out /study/report',
        *[f'tsne.py {models[0]} {what}.png' for what in (
            f'--compare {models[1]} --out /study/report/tsne',
            f'--compare {models[1]} --classes 2 3 5 --out /study/report/tsne_confusable',
            '--by view --out /study/report/tsne_by_view')],
    ]


def test_it_goes_on_where_it_was_interrupted(study):
    calls, result = study(check=False, FAIL_AT='tsm_r18_heatmap/fold1/train')
    assert result.returncode != 0
    assert re.match('study.sh: stopped at: testing it on training performers; .* goes on',
                    result.stdout.splitlines()[-1])
    assert not any('results.py' in call for call in calls)
    calls, result = study()
    assert 'tsm_r18/fold1 is finished' in result.stdout
    assert 'tsm_r18_heatmap/fold0 is finished' in result.stdout
    assert [call.split()[0] for call in calls[:4]] == ['train.py', 'test.py', 'test.py',
                                                       'results.py']
    assert all('tsm_r18_heatmap/fold1' in call for call in calls[:3])
    assert not any(call.startswith(('train', 'test')) for call in study()[0])


def test_options_reach_trainings_and_tests(study):
    calls, _ = study(OPTIONS='train_cfg.max_epochs=1 randomness.seed=3', TRAIN_ARGS='--amp')
    assert '--amp --cfg-options' in calls[0]
    assert calls[0].endswith('fold=0 train_cfg.max_epochs=1 randomness.seed=3')
    assert calls[2].endswith('randomness.seed=3 test_dataloader.dataset.subset=train')


def test_all_configs_of_the_study_are_its_default_with_the_baseline_first(study):
    calls, _ = study(CONFIGS='')
    trained = [call.split()[1] for call in calls if call.startswith('train.py')]
    assert trained[0] == 'configs/study/tsm_r18.py'
    assert sorted(set(trained)) == sorted(
        str(path.relative_to(REPO)) for path in (REPO / 'configs' / 'study').glob('*.py'))


def test_other_models_get_no_maps_without_being_named(study):
    calls, result = study(CONFIGS='configs/study/lstm.py')
    assert not any('tsne.py' in call for call in calls)
    assert 'set RGB and HEATMAP' in result.stdout
