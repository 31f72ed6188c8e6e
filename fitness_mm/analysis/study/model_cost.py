"""What a recogniser costs: parameters, operations, and clips per second on this machine."""

from __future__ import annotations

import copy
import time

import numpy as np
import torch
from mmaction.datasets.transforms import SampleFrames, UniformSample, UniformSampleFrames
from mmengine.analysis import FlopAnalyzer
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from torch import Tensor, nn

from fitness_mm.action import KeypointDataPreprocessor, SampleLabelledFrames
from fitness_mm.analysis.load_model import build_dataset
from fitness_mm.engine.load import build_model

from .results import ModelCost

_SAMPLERS = (SampleLabelledFrames, SampleFrames, UniformSample, UniformSampleFrames)


def model_cost(cfg: Config, batch_size: int = 8, repeats: int = 5) -> ModelCost:
    """Counts and measures the network of a config on clips of its test data.

    Args:
        cfg: Config of a recogniser.
        batch_size: Clips at a time when measuring.
        repeats: Measurements, of which the median counts, after one that does not.
    """
    dataset = build_dataset(cfg)
    for step in dataset.pipeline.transforms:
        if isinstance(step, _SAMPLERS):
            step.num_clips = 1
    device = get_device()
    model = build_model(cfg).to(device).eval()
    if isinstance(model.data_preprocessor, KeypointDataPreprocessor):
        model.data_preprocessor.test_clips = 1
    clip = dataset[0]
    return ModelCost(
        parameters=sum(p.numel() for p in model.parameters() if p.requires_grad),
        macs=count_macs(model, pseudo_collate([clip])),
        clips_per_sec=batch_size / _median_sec(model, [clip] * batch_size, repeats),
        device=_describe(device))


class _Scores(nn.Module):
    """A recogniser as a function from its prepared input to scores, which is what is traced."""

    def __init__(self, model: nn.Module, samples: list) -> None:
        super().__init__()
        self.model, self.samples = model, samples

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.stack([s.pred_score for s in self.model.predict(inputs, self.samples)])


def count_macs(model: nn.Module, batch: dict) -> int:
    """Multiply-accumulate operations of a recogniser for a batch, without its preprocessing.

    Convolutions, matrix products and LSTMs count, normalisation and pooling as the host counts
    them.
    """
    data = model.data_preprocessor(batch, training=False)
    analyzer = FlopAnalyzer(_Scores(model, data['data_samples']), (data['inputs'], ))
    analyzer.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    analyzer.tracer_warnings('none')
    analyzer.set_op_handle('aten::lstm', _lstm_macs)
    with torch.no_grad():
        return int(analyzer.total())


def _lstm_macs(inputs: list, outputs: list) -> int:
    """Products of an LSTM's weight matrices, each once a time step, with its steps' states."""
    shapes = [value.type().sizes() for value in inputs if value.type().kind() == 'TensorType']
    steps = shapes[0][0] if len(shapes[0]) == 2 else shapes[0][0] * shapes[0][1]
    weights = [value.type().sizes() for value in _unpacked(inputs)]
    return steps * sum(int(np.prod(shape)) for shape in weights if len(shape) == 2)


def _unpacked(inputs: list) -> list:
    """Tensors in the lists among a traced operation's inputs that hold weights."""
    return [tensor for value in inputs if value.type().kind() == 'ListType'
            for tensor in value.node().inputs() if tensor.type().kind() == 'TensorType']


def _median_sec(model: nn.Module, clips: list, repeats: int) -> float:
    seconds = []
    for _ in range(repeats + 1):
        batch = copy.deepcopy(pseudo_collate(clips))
        _synchronise()
        start = time.perf_counter()
        with torch.no_grad():
            model.test_step(batch)
        _synchronise()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds[1:]))


def _synchronise() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _describe(device: str) -> str:
    if device.startswith('cuda'):
        return torch.cuda.get_device_name()
    return f'{device}, threads: {torch.get_num_threads()}' if device == 'cpu' else device
