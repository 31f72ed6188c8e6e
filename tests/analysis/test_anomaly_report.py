import json
from dataclasses import replace

import matplotlib.image
import numpy as np
import pytest
from conftest import run_tool

from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.anomaly.planted import match_planted_errors
from fitness_mm.analysis.anomaly.report import as_markdown, summarise, write_report
from fitness_mm.analysis.anomaly.scores import EVERY, MANY, detection_scores, score_rule
from fitness_mm.anomaly import Residuals, Rule, find_anomalies
from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.skeleton import FLIP_INDICES

SWAPPED_ROW, FEW_ROW = 2, 4  # of the first clip-view


@pytest.fixture(scope='module')
def case(sample_root, tmp_path_factory):
    """Residuals of two clip-views of the sample with three planted errors, and their file.

    Of the errors one swaps the sides, one moves three joints, and one is in another fold.
    """
    index = FitnessIndex.read(sample_root)
    row_names = {row: index.clip_view_id(row) for row in (0, 6)}
    rng = np.random.default_rng(0)
    columns = {name: [] for name in ('clean', 'clip_view', 'frame_number', 'view', 'performer')}
    for row, name in row_names.items():
        for number, keypoints in zip(index.frame_numbers(row), index.keypoints(row), strict=True):
            for key, value in zip(columns, (keypoints, name, number, name[-1],
                                            index.performer[row]), strict=True):
                columns[key].append(value)
    clean = np.array(columns.pop('clean'))
    labels = clean.copy()
    labels[SWAPPED_ROW] = clean[SWAPPED_ROW][list(FLIP_INDICES)]
    labels[FEW_ROW, :3] += 30.0
    count = len(clean)
    residuals = Residuals(**dict(
        {key: np.array(value) for key, value in columns.items()},
        labels=labels, predictions=clean + rng.normal(0, 0.5, clean.shape),
        visible=np.ones((count, 24), bool), scores=np.ones((count, 24)),
        torso=np.full(count, 40.0), box=np.repeat([[0.0, 0.0, 80.0, 160.0]], count, axis=0),
        input_scale=np.full((count, 2), 2.0), input_size=np.full((count, 2), [192, 256]),
        exercise=np.array(['barbell row'] * count), day=np.array(['Day01_200921_F'] * count)))
    folder = tmp_path_factory.mktemp('case')
    errors = [
        dict(id=row_names[0], kind='sides swapped', frames=[SWAPPED_ROW], joints_moved=[20],
             clean=[clean[SWAPPED_ROW].tolist()]),
        dict(id=row_names[0], kind='other frame', frames=[FEW_ROW], joints_moved=[3],
             clean=[clean[FEW_ROW].tolist()]),
        dict(id='training/Day09_200929_F/1/001-1-1-01-Z9_A', kind='scrambled', frames=[0],
             joints_moved=[24], clean=[clean[0].tolist()]),
    ]
    truth_file = folder / 'planted_errors.json'
    truth_file.write_text(json.dumps(dict(clip_views=errors)))
    record = residuals.write(folder / 'fold0.npz')
    return residuals, clean, truth_file, record


def test_planted_errors_are_matched_by_clip_view_and_image_number(case):
    residuals, clean, truth_file, _ = case
    truth = match_planted_errors(truth_file, residuals)
    assert np.flatnonzero(truth.planted).tolist() == [SWAPPED_ROW, FEW_ROW]
    assert truth.kind[[SWAPPED_ROW, FEW_ROW]].tolist() == ['sides swapped', 'other frame']
    assert truth.joints_moved[[0, SWAPPED_ROW, FEW_ROW]].tolist() == [0, 20, 3]
    np.testing.assert_array_equal(truth.clean, clean)
    # labelled frame 4 is image 9; here only the frames after it were predicted
    later = residuals.select(np.arange(FEW_ROW, len(residuals)))
    assert later.frame_number[0] == 9
    assert np.flatnonzero(match_planted_errors(truth_file, later).planted).tolist() == [0]


def test_the_sample_s_own_file_can_be_read(case, sample_root):
    residuals = case[0]
    document = json.loads((sample_root / 'planted_errors.json').read_text())
    first = document['clip_views'][0]
    rows = np.arange(len(first['frames']))
    part = Residuals(**{
        **residuals.select(rows).columns(), 'clip_view': np.array([first['id']] * len(rows)),
        'frame_number': 2 * np.array(first['frames']) + 1})
    truth = match_planted_errors(sample_root / 'planted_errors.json', part)
    assert truth.kind.tolist() == [first['kind']] * len(rows)
    assert truth.joints_moved.tolist() == first['joints_moved']


def test_detection_scores_by_hand():
    #                    found      missed  false  right   ignored
    severities = np.array([5.0, 4.0, 1.0, 3.0, 0.5, 0.2, 9.0])
    wrong = np.array([1, 1, 1, 0, 0, 0, 0], bool)
    right = np.array([0, 0, 0, 1, 1, 1, 0], bool)
    assert detection_scores(severities, 2.0, wrong, right) == {
        'frames': 3, 'found': 2, 'false_alarms': 1, 'precision': pytest.approx(2 / 3),
        'recall': pytest.approx(2 / 3), 'f1': pytest.approx(2 / 3),
        'auroc': pytest.approx(8 / 9)}  # of 9 pairs, only 1.0 < 3.0 is the wrong way round


def test_scores_that_are_not_defined_are_none():
    scores = detection_scores(np.array([0.1, 0.2]), 1.0, np.zeros(2, bool), np.ones(2, bool))
    assert (scores['precision'], scores['recall'], scores['auroc']) == (None, None, None)
    assert scores['frames'] == scores['false_alarms'] == 0


def test_errors_of_few_joints_are_ignored_where_many_are_asked_for(case):
    residuals, _, truth_file, _ = case
    truth = match_planted_errors(truth_file, residuals)
    scores = score_rule(residuals, truth, Rule(0.15, joints=3))  # 6 px in both frames
    assert (scores[EVERY]['frames'], scores[EVERY]['found'], scores[EVERY]['precision']) == (
        2, 2, 1.0)
    assert (scores[MANY]['frames'], scores[MANY]['found'], scores[MANY]['precision']) == (
        1, 1, 1.0)
    assert scores['other frame']['recall'] == scores['sides swapped']['auroc'] == 1.0


def test_report_in_numbers_and_words(case):
    residuals, clean, truth_file, _ = case
    anomalies = find_anomalies(residuals, Rule(0.15))
    truth = match_planted_errors(truth_file, residuals)
    numbers = summarise(residuals, anomalies, truth)
    assert numbers['frames'] == len(residuals) and numbers['clip_views'] == 2
    assert numbers['kinds'] == {'left-right swap': 1}
    assert numbers['kinds_found'] == {'sides swapped': {'left-right swap': 1}}
    assert numbers['correction_input_px']['corrections'] == 0.0
    assert numbers['correction_input_px']['labels'] > 5.0
    error = np.linalg.norm(2 * (residuals.predictions - clean), axis=-1)
    assert numbers['mpjpe_input_px']['clean'] == pytest.approx(error.mean(), rel=1e-5)
    assert numbers['mpjpe_input_px']['noisy'] > numbers['mpjpe_input_px']['clean'] + 0.2
    assert set(numbers['rules']) == {'recommended', 'default', "the original study's code",
                                     "the original study's figure"}
    words = as_markdown(numbers)
    assert '| sides swapped | 1 | 1 | 0 | 1.000 | 1.000 | 1.000 | 1.000 |' in words
    without = summarise(residuals, anomalies, None)
    assert set(without['mpjpe_input_px']) == {'noisy'}
    assert 'planted' not in as_markdown(without)


def test_the_tool_writes_report_and_figures(case, sample_root, tmp_path):
    *_, truth_file, record = case
    result = run_tool('analysis/anomalies.py', record, '--out', tmp_path / 'report', '--root',
                      sample_root, '--truth', truth_file)
    assert '# Anomalies' in result.stdout
    written = {p.name for p in (tmp_path / 'report').iterdir()}
    assert written == {'report.md', 'report.json', 'groups.png', 'joint_distances.png',
                       'sweep.png', 'worst.png'}
    for name in (n for n in written if n.endswith('.png')):
        image = matplotlib.image.imread(tmp_path / 'report' / name)
        assert image.shape[0] >= 300 and image.shape[1] >= 500, name
        assert image[..., :3].std() > 0.03, name
    assert json.loads((tmp_path / 'report' / 'report.json').read_bytes())['frames'] > 20


@pytest.mark.parametrize('content, message', [
    (None, r'there is no .* at .*truth\.json; tools/data/make_sample\.py'),
    ('{', r'truth\.json is damaged or no file of errors planted in a sample'),
    ('{"clip_views": [{"id": "a"}]}', r"clip_views\[0\] has no 'kind'"),
    ('{"clip_views": [{"id": "a", "kind": "b", "frames": [1, 2], "joints_moved": [3, 4], '
     '"clean": [[[1, 2]]]}]}', "'a' has 2 frames, which its keypoints or"),
])
def test_one_sentence_about_a_wrong_truth(case, tmp_path, content, message):
    file = tmp_path / 'truth.json'
    if content is not None:
        file.write_text(content)
    with pytest.raises(FitnessError, match=message):
        write_report([case[-1]], tmp_path / 'report', truth_file=file)
    assert not (tmp_path / 'report').exists()


def test_data_without_views_and_performers_has_figures_too(case, tmp_path):
    residuals = case[0]
    count = len(residuals)
    nobody = {name: np.full(count, '') for name in ('view', 'exercise', 'day')}
    record = replace(residuals, performer=np.full(count, -1), **nobody).write(tmp_path / '0.npz')
    write_report([record], tmp_path / 'out')
    assert {path.name for path in (tmp_path / 'out').iterdir()} == {
        'report.md', 'report.json', 'groups.png', 'joint_distances.png', 'sweep.png'}


def test_the_tool_names_a_missing_record(refuse, tmp_path):
    result = refuse('analysis/anomalies.py', tmp_path / 'fold0.npz', '--out', tmp_path / 'out')
    assert result.returncode == 1
    assert result.stdout.startswith('anomalies.py: there is no record of residuals at')
    assert 'Traceback' not in result.stdout
