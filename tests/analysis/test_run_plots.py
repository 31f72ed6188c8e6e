import json

import matplotlib.image
import pytest

from fitness_mm.analysis import run_plots
from fitness_mm.clip_scores import read_accuracy_report
from fitness_mm.errors import FitnessError

REPORT = dict(top1=0.75, family_top1=1.0, samples=4, unit='clip-views',
              classes=['curl', 'row'], confusion=[[1, 1], [0, 2]],
              per_class={'curl': 0.5, 'row': 1.0}, per_performer={'12': 0.5, '3': 1.0})


@pytest.fixture
def work_dir(tmp_path):
    """Two starts of one run: the second repeats iteration 20 and adds an epoch."""
    starts = {
        '20260101_000000': [dict(loss=2.0, step=10, iter=10), dict(loss=1.5, step=20, iter=20)],
        '20260102_000000': [dict(loss=1.4, step=20, iter=20), dict(loss=1.0, step=30, iter=30),
                            {'acc/top1': 0.6, 'step': 1}],
    }
    for start, records in starts.items():
        file = tmp_path / start / 'vis_data' / 'scalars.json'
        file.parent.mkdir(parents=True)
        file.write_text('\n'.join(map(json.dumps, records)))
    return tmp_path


def test_scalars_of_a_resumed_run_are_joined_and_the_latest_counts(work_dir):
    records = run_plots.read_scalars(work_dir)
    assert [r['loss'] for r in records if 'loss' in r] == [2.0, 1.4, 1.0]
    assert [r['acc/top1'] for r in records if 'acc/top1' in r] == [0.6]


def test_a_folder_without_a_log_is_named(tmp_path):
    with pytest.raises(FitnessError, match=r'has no \*/vis_data/scalars\.json'):
        run_plots.read_scalars(tmp_path)


@pytest.mark.parametrize('end', ['{"loss": 0.9, "st', '{"loss": 0.9}', '7', '\0\0', 'null'])
def test_a_line_that_was_cut_off_is_left_out(work_dir, end):
    file = max(work_dir.glob('*/vis_data/scalars.json'))
    file.write_text(f'{file.read_text()}\n{end}')
    assert [r['loss'] for r in run_plots.read_scalars(work_dir) if 'loss' in r] == [2.0, 1.4, 1.0]
    for file in work_dir.glob('*/vis_data/scalars.json'):
        file.write_text(end)
    with pytest.raises(FitnessError, match='has no whole line'):
        run_plots.read_scalars(work_dir)


@pytest.mark.parametrize('content, message', [
    (None, 'there is no .*accuracy.json'), ('{"top1": 0.', 'is damaged or no report'),
    ('[]', 'is damaged or no report'), ('{"input_px": 4.5}', 'is damaged or no report'),
    (json.dumps({**REPORT, 'confusion': [[1]]}), 'is damaged or no report')])
def test_a_report_that_cannot_be_used_gets_one_sentence(tmp_path, content, message):
    if content is not None:
        (tmp_path / 'accuracy.json').write_text(content)
    with pytest.raises(FitnessError, match=message):
        read_accuracy_report(tmp_path / 'accuracy.json')


@pytest.mark.parametrize('about, words', [
    (dict(checkpoint='run/epoch_3.pth', data_root='data', subset='val'),
     'checkpoint      run/epoch_3.pth\ndata            data, subset val\n'),
    (dict(training='run', epoch=3), 'training        run, after epoch 3\n'), ({}, 'top-1')])
def test_a_report_says_whose_it_is(about, words):
    assert run_plots.describe_report({**about, **REPORT}).startswith(words)


def test_report_in_words():
    words = run_plots.describe_report(REPORT)
    assert '0.750, by family 1.000, on 4 clip-views of held-out performers Z3, Z12' in words
    assert 'curl (0.50)' in words


@pytest.mark.parametrize('without', [
    dict(per_performer={}), dict(per_class={'curl': None, 'row': None}, samples=0)])
def test_a_report_that_lacks_performers_or_samples_is_described(without):
    report = {**REPORT, **without}
    assert f"1.000, on {report['samples']} clip-views" in run_plots.describe_report(report)
    nobody = {name: value for name, value in report.items() if name != 'per_performer'}
    assert 'performers' not in run_plots.describe_report(nobody)


@pytest.mark.parametrize('plot', ['plot_training', 'plot_confusion'])
def test_figures_are_drawn(work_dir, plot):
    source = work_dir if plot == 'plot_training' else REPORT
    out = getattr(run_plots, plot)(source, work_dir / 'figures' / 'figure.png')
    image = matplotlib.image.imread(out)
    assert image.shape[1] >= 400
    assert image[..., :3].std() > 0.02
