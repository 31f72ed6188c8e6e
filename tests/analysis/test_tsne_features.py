"""Where features are tapped, and that several vectors a clip are averaged."""

import numpy as np
import pytest
import torch
from torch import nn

from fitness_mm.analysis.features.features import feature_tap, limited_rows, pooled_features
from fitness_mm.errors import FitnessError


class Sample:
    pass


class TwoFrames(nn.Module):
    """Two frames a clip, as TSM's head sees them; the feature is the frame doubled."""

    def __init__(self, head: nn.Module) -> None:
        super().__init__()
        self.cls_head = head

    def test_step(self, batch: dict) -> list:
        frames = batch['inputs'].flatten(0, 1) * 2  # (N * 2, C)
        for module in self.cls_head:
            frames = module(frames)
        return [Sample() for _ in batch['inputs']]


def clips() -> torch.Tensor:
    return torch.tensor([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]], [[0, 0], [1, 1]]])  # (N, T, C)


def test_frames_of_a_clip_are_averaged_in_order():
    model = TwoFrames(nn.Sequential(nn.Dropout(0.9), nn.Linear(2, 5)))
    batches = [dict(inputs=clips()[:2]), dict(inputs=clips()[2:])]
    # without dropout, because the model is put into evaluation mode
    np.testing.assert_allclose(pooled_features(model, batches), [[4, 6], [12, 14], [1, 1]])


def test_the_tap_is_taken_off_again():
    model = TwoFrames(nn.Sequential(nn.Linear(2, 5)))
    pooled_features(model, [dict(inputs=clips())])
    assert not model.cls_head[0]._forward_pre_hooks


def test_the_last_linear_layer_is_tapped_unless_the_head_names_its_feature():
    head = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 5))
    assert feature_tap(TwoFrames(head)) is head[2]
    head.feature = nn.Identity()
    assert feature_tap(TwoFrames(head)) is head.feature


def test_the_lstm_head_gives_its_pooled_state():
    from fitness_mm.action import LSTMHead
    head = LSTMHead(num_classes=4, in_channels=6, hidden_size=3, mlp_width=5, bidirectional=True)

    class Recognizer(nn.Module):
        cls_head = head

        def test_step(self, batch):
            head(batch['inputs'].flatten(0, 1), num_segs=8)
            return [Sample() for _ in batch['inputs']]

    torch.manual_seed(0)
    values = pooled_features(Recognizer(), [dict(inputs=torch.randn(2, 8, 6))])
    assert values.shape == (2, 6)  # both directions


@pytest.mark.parametrize('model, message', [
    (nn.Linear(2, 2), 'Linear has no cls_head'),
    (TwoFrames(nn.Sequential(nn.ReLU())), "an nn.Identity named 'feature'"),
])
def test_a_model_without_a_feature(model, message):
    with pytest.raises(FitnessError, match=message):
        pooled_features(model, [])


def test_a_diverged_model_is_named():
    model = TwoFrames(nn.Sequential(nn.Linear(2, 5)))
    with pytest.raises(FitnessError, match='diverged'):
        pooled_features(model, [dict(inputs=clips() * float('nan'))])


def test_at_most_so_many_of_a_class():
    labels = np.array([0] * 50 + [1] * 3 + [2] * 20)
    rows = limited_rows(labels, 5, seed=0)
    assert np.bincount(labels[rows]).tolist() == [5, 3, 5]
    assert (np.diff(rows) > 0).all()
    assert rows.tolist() == limited_rows(labels, 5, seed=0).tolist()
    assert rows.tolist() != limited_rows(labels, 5, seed=1).tolist()
