"""Parameters and operations against numbers computed by hand."""

import pytest
import torch
from conftest import REPO
from torch import nn

from fitness_mm.action import SampleLabelledFrames
from fitness_mm.analysis.load_model import read_recogniser
from fitness_mm.analysis.study.model_cost import count_macs, model_cost


class Scores:
    def __init__(self, pred_score):
        self.pred_score = pred_score


class Tiny(nn.Module):
    """A 3x3 convolution, an LSTM over rows and a linear layer."""

    def __init__(self, bidirectional: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.lstm = nn.LSTM(4 * 6, 7, batch_first=True, bidirectional=bidirectional)
        self.linear = nn.Linear(14 if bidirectional else 7, 2)

    def data_preprocessor(self, batch, training):
        return batch

    def predict(self, inputs, samples):
        x = self.conv(inputs)  # (N, 4, 5, 6)
        x, _ = self.lstm(x.transpose(1, 2).flatten(2))  # (N, 5, 7)
        return [Scores(scores) for scores in self.linear(x[:, -1])]


@pytest.mark.parametrize('bidirectional', [False, True])
def test_macs_of_a_convolution_an_lstm_and_a_linear_layer(bidirectional):
    batch = dict(inputs=torch.zeros(1, 3, 5, 6), data_samples=[None])
    directions = 2 if bidirectional else 1
    conv = 5 * 6 * 4 * 3 * 3 * 3
    lstm = directions * 5 * 4 * 7 * (24 + 7)
    linear = directions * 7 * 2
    assert count_macs(Tiny(bidirectional), batch) == conv + lstm + linear


class TwoClips(SampleLabelledFrames):
    """A user's own, which says nothing of its clips in the config."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs, num_clips=2)


@pytest.mark.parametrize('sampler', ['SampleLabelledFrames', TwoClips])
def test_cost_of_the_demo_is_that_of_one_clip(sampler, sample_root, monkeypatch):
    monkeypatch.setenv('FITNESS_DATA_ROOT', str(sample_root))
    cfg = read_recogniser(REPO / 'configs' / 'demo/demo_tsm_r18_heatmap.py')
    sampling = cfg.test_dataloader.dataset.pipeline[0]
    assert sampling.num_clips == 2
    sampling.type = sampler
    if sampler is TwoClips:
        del sampling.num_clips
    cost = model_cost(cfg, batch_size=2, repeats=1)
    # ResNet-18 has 11,689,512 parameters with 1000 classes; here 12, and 27 instead of 3 channels
    assert cost.parameters == 11_689_512 - 513_000 + 513 * 12 + 24 * 64 * 49
    # Per frame of 64 x 48: the stem, then four stages at a quarter to a 32nd, rounded up.
    macs = 32 * 24 * 64 * 27 * 49 + 4 * (16 * 12 * 64 * 64 * 9)
    for pixels, channels in ((8 * 6, 128), (4 * 3, 256), (2 * 2, 512)):
        # four convolutions, the first from half as many channels, and a 1x1 shortcut
        macs += pixels * channels**2 * (9 * 3.5 + 0.5)
    # normalisation is the rest
    assert cost.macs == pytest.approx(8 * macs, rel=0.005)
    assert cost.clips_per_sec > 0
