"""The joint error against answers that were computed by hand."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fitness_mm.anomaly import Residuals
from fitness_mm.keypoints.skeleton import KEYPOINTS, NUM_KEYPOINTS
from fitness_mm.pose import FitnessMPJPE
from fitness_mm.pose.mpjpe import joint_errors, mpjpe, mpjpe_report


def test_joint_errors_in_three_units():
    predicted = np.array([[[3, 4], [0, 0]], [[0, 10], [6, 8]]], float)
    errors = joint_errors(Residuals(
        labels=np.zeros((2, 2, 2)), predictions=predicted, torso=np.array([20, np.nan]),
        input_scale=np.array([[1, 0.5], [0.5, 2]]), input_size=np.ones((2, 2)),
        visible=np.ones((2, 2), bool), scores=np.ones((2, 2)), box=np.zeros((2, 4)),
        performer=np.ones(2, int), frame_number=np.arange(2),
        **{name: np.full(2, '') for name in ('clip_view', 'view', 'exercise', 'day')}))
    np.testing.assert_allclose(errors['image_px'], [[5, 0], [10, 10]])
    # (3, 4) becomes (3, 2); (0, 10) becomes (0, 20); (6, 8) becomes (3, 16)
    np.testing.assert_allclose(errors['input_px'], [[13**0.5, 0], [20, 265**0.5]])
    np.testing.assert_allclose(errors['torso'], [[0.25, 0], [np.nan, np.nan]])


def test_mpjpe_counts_visible_known_joints_equally():
    errors = np.array([[1, 2, np.nan], [4, 100, 5]])
    visible = np.array([[True, True, True], [True, False, True]])
    assert mpjpe(errors, visible) == pytest.approx((1 + 2 + 4 + 5) / 4)
    assert mpjpe(errors, np.zeros((2, 3), bool)) is None


def test_report_by_joint_and_group():
    errors = dict(image_px=np.array([[1.0, 2], [3, 4], [5, 600]]))
    visible = np.array([[True, True], [True, True], [True, False]])
    report = mpjpe_report(errors, visible, ['a', 'b'], dict(view=np.array(['A', 'C', 'C'])))
    assert report == dict(
        samples=3, joints=5, image_px=3.0,
        per_joint=dict(a=dict(image_px=3.0), b=dict(image_px=3.0)),
        per_view=dict(A=dict(image_px=1.5), C=dict(image_px=4.0)))


def sample(clip_view, number, error, *, visible=None, torso=50.0, exercise='barbell row'):
    """Every joint is off by ``error`` px to the right; crop of 100x200 px into 50x50."""
    labels = np.full((1, NUM_KEYPOINTS, 2), 40, np.float32)
    shown = np.ones((1, NUM_KEYPOINTS), np.float32) if visible is None else visible
    return dict(
        clip_view=clip_view, frame_number=number, view=clip_view[-1], performer=7,
        exercise=exercise, day='Day01_200921_F', torso=torso, input_size=(50, 50),
        input_scale=np.array([100.0, 200.0]),
        gt_instances=dict(keypoints=labels, keypoints_visible=shown, bboxes=np.zeros((1, 4))),
        pred_instances=dict(keypoints=labels + np.array([error, 0], np.float32),
                            keypoint_scores=np.full((1, NUM_KEYPOINTS), 0.5, np.float32)))


def samples():
    only_nose = np.zeros((1, NUM_KEYPOINTS), np.float32)
    only_nose[0, 0] = 1
    return [sample('x_A', 1, 2.0), sample('x_A', 3, 4.0), sample('y_B', 1, 12.0, torso=25.0),
            sample('y_B', 5, 100.0, visible=only_nose, torso=np.nan, exercise='burpee')]


# 24 joints each of 2, 4 and 12 px, and one of 100 px
IMAGE_PX = (24 * (2 + 4 + 12) + 100) / 73
TORSO = 24 * (2 / 50 + 4 / 50 + 12 / 25) / 72
EXPECTED = {'mpjpe/image_px': IMAGE_PX, 'mpjpe/input_px': IMAGE_PX / 2, 'mpjpe/torso': TORSO}


def evaluate(batches, **kwargs):
    metric = FitnessMPJPE(**kwargs)
    for batch in batches:
        metric.process(None, batch)
    return metric.evaluate(sum(map(len, batches)))


def test_metric_equals_the_hand_computed_answer(tmp_path):
    result = evaluate([samples()], out_file=str(tmp_path / 'run' / 'mpjpe.json'))
    assert result == pytest.approx(EXPECTED)
    report = json.loads((tmp_path / 'run' / 'mpjpe.json').read_text())
    assert (report['samples'], report['joints']) == (4, 73)
    assert report['input_px'] == pytest.approx(IMAGE_PX / 2)
    assert report['per_joint']['Nose']['image_px'] == pytest.approx((2 + 4 + 12 + 100) / 4)
    assert report['per_joint']['Waist']['image_px'] == pytest.approx((2 + 4 + 12) / 3)
    assert report['per_view']['A']['torso'] == pytest.approx(0.06)
    assert report['per_exercise']['burpee'] == dict(input_px=50.0, image_px=100.0, torso=None)
    assert list(report['per_joint']) == list(KEYPOINTS)


def test_order_batches_and_repeated_samples_change_nothing(tmp_path):
    whole = evaluate([samples()])
    a, b, c, d = samples()
    assert evaluate([[d], [b, a], [c]]) == whole
    assert evaluate([[a, b, c], [d, a, b]]) == whole


def test_arguments_are_left_alone():
    mine = samples()
    evaluate([mine])
    for before, after in zip(samples(), mine, strict=True):
        np.testing.assert_array_equal(before['pred_instances']['keypoints'],
                                      after['pred_instances']['keypoints'])


def test_the_dump_is_a_record_of_residuals(tmp_path):
    file = tmp_path / 'predictions.npz'
    evaluate([samples()[::-1]], dump_file=str(file))
    dump = Residuals.read(file)
    assert dump.clip_view.tolist() == ['x_A', 'x_A', 'y_B', 'y_B']
    assert dump.frame_number.tolist() == [1, 3, 1, 5]
    np.testing.assert_array_equal((dump.predictions - dump.labels)[:, 0, 0], [2, 4, 12, 100])
    assert dump.visible.sum() == 73
    np.testing.assert_allclose(dump.input_scale, [[0.5, 0.25]] * 4)
    assert dump.exercise.tolist()[-1] == 'burpee' and dump.scores.shape == (4, 24)
    np.testing.assert_allclose(dump.torso, [50, 50, 25, np.nan])
    with pytest.raises(ValueError, match='npz'):
        FitnessMPJPE(dump_file='predictions.pkl')


def test_samples_of_another_pipeline_are_explained():
    other = sample('x_A', 1, 2.0)
    del other['torso']
    with pytest.raises(ValueError, match=r'misses torso .* meta_keys'):
        evaluate([[other]])


RANKS = '''
import json, os, sys
sys.path.insert(0, sys.argv[3])
import torch.distributed
from test_mpjpe import samples
from fitness_mm.pose import FitnessMPJPE

child = os.fork()
rank = 0 if child else 1
torch.distributed.init_process_group('gloo', init_method=f'file://{sys.argv[1]}', rank=rank,
                                     world_size=2)
three = samples()[:3]
metric = FitnessMPJPE(out_file=sys.argv[2])
# as DistributedSampler deals three samples to two: the first comes twice
for position in ((0, 2), (1, 0))[rank]:
    metric.process(None, [three[position]])
print(json.dumps(metric.evaluate(3)), flush=True)
torch.distributed.destroy_process_group()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
'''


def test_two_processes_give_the_number_of_one(tmp_path):
    two = subprocess.run(
        [sys.executable, '-c', RANKS, tmp_path / 'store', tmp_path / 'two.json',
         Path(__file__).parent], text=True, stdout=subprocess.PIPE, timeout=240, check=True)
    # Two processes write at once: their lines may run into each other.
    printed = re.findall(r'\{[^{}]*\}', two.stdout)
    expected = evaluate([samples()[:3]], out_file=str(tmp_path / 'one.json'))
    assert [json.loads(line) for line in printed] == [expected, expected]
    assert (tmp_path / 'two.json').read_bytes() == (tmp_path / 'one.json').read_bytes()
