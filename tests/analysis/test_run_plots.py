import json

import matplotlib.image
import pytest

from fitness_mm.analysis import run_plots
from fitness_mm.errors import FitnessError

REPORT = dict(top1=0.75, samples=4, classes=['curl', 'row'], confusion=[[1, 1], [0, 2]],
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


def test_report_in_words():
    words = run_plots.describe_report(REPORT)
    assert '0.750 on 4 clip-views of held-out performers Z3, Z12' in words
    assert 'curl (0.50)' in words


@pytest.mark.parametrize('without', [
    dict(per_performer={}), dict(per_class={'curl': None, 'row': None}, samples=0)])
def test_a_report_that_lacks_performers_or_samples_is_described(without):
    report = {**REPORT, **without}
    assert f"0.750 on {report['samples']} clip-views" in run_plots.describe_report(report)
    nobody = {name: value for name, value in report.items() if name != 'per_performer'}
    assert 'performers' not in run_plots.describe_report(nobody)


@pytest.mark.parametrize('plot', ['plot_training', 'plot_confusion'])
def test_figures_are_drawn(work_dir, plot):
    source = work_dir if plot == 'plot_training' else REPORT
    out = getattr(run_plots, plot)(source, work_dir / 'figures' / 'figure.png')
    image = matplotlib.image.imread(out)
    assert image.shape[1] >= 400
    assert image[..., :3].std() > 0.02
