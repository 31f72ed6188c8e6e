"""Part (c): the Gaussian maps of eight frames, against both hosts and against plain memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from mmaction.datasets.transforms import GeneratePoseTarget
from mmpose.codecs import MSRAHeatmap
from torch import Tensor

from fitness_mm.action.models.heatmaps import gaussian_heatmaps
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .common import NUM_FRAMES, Row, Settings, best_ratio, interleaved

_SIGMA_PX = 5.0
_CALLS = 10


def measure(settings: Settings) -> list[Row]:
    """Renders for ``early`` and for ``stem``, and fills and copies memory of the same size."""
    rows = []
    for mode, stride, goal in (('early', 1, '< 6 ms'), ('stem', 4, '< 1 ms')):
        keypoints = _keypoints(settings)
        ways = _ours(keypoints, settings, stride) | _hosts(keypoints, settings, stride)
        seconds = interleaved({name: _repeat(way) for name, way in ways.items()}, settings.rounds)
        height, width = _map_size(settings, stride)
        megabytes = NUM_FRAMES * NUM_KEYPOINTS * height * width * 4 / 1e6
        what = f'{NUM_FRAMES} x {NUM_KEYPOINTS} maps, {width}x{height} ({mode})'
        for name, values in seconds.items():
            compared = '' if name == 'fp32' else (
                f'{best_ratio(seconds["fp32"], values):.2f} x our fp32')
            if name in ('fill', 'copy'):
                compared += f'; {megabytes * _CALLS / values.min() / 1000:.1f} GB/s'
            rows.append(Row('c', f'{what}: {_NAMES[name]}', 1000 * values.min() / _CALLS, 'ms',
                            compared, goal if name == 'fp32' else ''))
    return rows


_NAMES = {
    'fp32': 'ours, float32', 'bf16': 'ours, bfloat16', 'fill': 'fill the same memory',
    'copy': 'copy the same memory', 'mmaction': 'MMAction2 GeneratePoseTarget, CPU',
    'mmpose': 'MMPose MSRAHeatmap, CPU',
}


def _repeat(way: Callable[[], object]) -> Callable[[], None]:
    def repeated() -> None:
        for _ in range(_CALLS):
            way()
    return repeated


def _keypoints(settings: Settings) -> Tensor:
    width, height = settings.input_size
    rng = torch.Generator().manual_seed(0)
    keypoints = torch.rand(1, NUM_FRAMES, NUM_KEYPOINTS, 3, generator=rng)
    return keypoints * torch.tensor([width, height, 1.0]) + torch.tensor([0, 0, 0.1])


def _map_size(settings: Settings, stride: int) -> tuple[int, int]:
    """Height and width."""
    width, height = settings.input_size
    return height // stride, width // stride


def _ours(keypoints: Tensor, settings: Settings, stride: int) -> dict[str, Callable[[], object]]:
    """Into memory that is there already, as in the data preprocessor."""
    size = _map_size(settings, stride)
    scaled = (keypoints * torch.tensor([1 / stride, 1 / stride, 1])).to(settings.device)
    maps = {name: torch.zeros(*keypoints.shape[:-1], *size, dtype=dtype, device=settings.device)
            for name, dtype in (('fp32', torch.float32), ('bf16', torch.bfloat16))}
    other = maps['fp32'].clone()

    def render(out: Tensor) -> Callable[[], object]:
        return lambda: gaussian_heatmaps(scaled, size, _SIGMA_PX / stride, out=out)

    return {name: render(out) for name, out in maps.items()} | {
        'fill': lambda: maps['fp32'].fill_(0.5), 'copy': lambda: maps['fp32'].copy_(other)}


def _hosts(keypoints: Tensor, settings: Settings, stride: int) -> dict[str, Callable[[], object]]:
    """The hosts' maps, which their pipelines make in numpy. MMAction2's are only ever at the
    frames' resolution times a factor, MMPose's at any."""
    height, width = settings.input_size[::-1]
    xy, score = keypoints[0, ..., :2].numpy(), keypoints[0, ..., 2].numpy()
    target = GeneratePoseTarget(sigma=_SIGMA_PX, use_score=False, with_kp=True, with_limb=False,
                                scaling=1 / stride)
    codec = MSRAHeatmap(settings.input_size, _map_size(settings, stride)[::-1],
                        sigma=_SIGMA_PX / stride)
    ones = np.ones((1, NUM_KEYPOINTS), np.float32)

    def mmaction() -> object:
        return target.transform(dict(img_shape=(height, width), keypoint=xy[None].copy(),
                                     keypoint_score=score[None].copy()))

    def mmpose() -> object:
        return [codec.encode(frame[None], ones) for frame in xy]

    return {'mmaction': mmaction, 'mmpose': mmpose}
