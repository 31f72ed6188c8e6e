"""Runs the benchmark's parts and writes the table."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from fitness_mm.errors import FitnessError
from fitness_mm.files import replacing

from . import index, labels, memory, rendering, samples, steps
from .settings import Settings
from .table import Row, as_markdown

PARTS: dict[str, tuple[Callable[[Settings], list[Row]], ...]] = {
    'a': (labels.measure, index.measure),
    'b': (samples.measure,),
    'c': (rendering.measure,),
    'd': (steps.measure,),
    'e': (memory.measure,),
}
"""What measures each part: (a) labels and index, (b) a sample, (c) rendering, (d) a training step,
(e) memory."""


def run_benchmark(parts: Sequence[str], out: Path | None, device: str, quick: bool,
                  settings: dict, report: Callable[[str], None]) -> str:
    """Measures parts and returns the table.

    Args:
        parts: Letters of :data:`PARTS`.
        out: Where to write the table too; a part that was measured is in it even if a later one
            fails.
        device: ``cpu`` or ``cuda``.
        quick: Whether to go through the motions in little time.
        settings: Fields of :class:`Settings` to change.
        report: Called with a sentence before each part.

    Raises:
        FitnessError: If there is no such part or device.
    """
    unknown = sorted(set(parts) - PARTS.keys())
    if unknown:
        raise FitnessError(f'there is no part {unknown[0]!r}; expected some of {", ".join(PARTS)}')
    if device == 'cuda' and not torch.cuda.is_available():
        raise FitnessError('--device cuda needs a GPU, and torch sees none; use --device cpu')
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix='fitness_benchmark_') as folder:
        make = Settings.quick if quick else Settings
        sizes = make(Path(folder), device).changed(settings)
        for part in parts:
            for measure in PARTS[part]:
                report(f'part {part}: {measure.__module__.rpartition(".")[2]}')
                rows += measure(sizes)
                table = f'{describe_machine(device)}\n\n{as_markdown(rows)}'
                if out is not None:
                    with replacing(out) as unfinished:
                        unfinished.write_text(table, 'utf-8')
    return table


def describe_machine(device: str) -> str:
    """One line about what the numbers were measured on."""
    cores = len(os.sched_getaffinity(0))
    lines = Path('/proc/cpuinfo').read_text().splitlines()
    names = [line.partition(':')[2].strip() for line in lines if line.startswith('model name')]
    gpu = torch.cuda.get_device_name() if device == 'cuda' else 'no GPU used'
    return (f'{cores} cores of {names[0] if names else platform.machine()}, {gpu}, '
            f'{torch.get_num_threads()} threads, torch {torch.__version__}')
