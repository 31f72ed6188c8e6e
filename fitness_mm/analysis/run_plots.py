"""Figures of one training run: how it learnt, and what its model confuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from fitness_mm.errors import FitnessError
from fitness_mm.files import save_figure


def read_scalars(work_dir: str | Path) -> list[dict]:
    """The log lines that mmengine's local backend wrote, of all starts of a run in order.

    A resumed run repeats no line, and an epoch that was trained again after a crash counts as it
    was logged last. A line that a killed run or a full disk has cut off is left out.

    Raises:
        FitnessError: If the folder holds no log, or one without a whole line.
    """
    files = sorted(Path(work_dir).glob('*/vis_data/scalars.json'))
    if not files:
        raise FitnessError(f'{work_dir} has no */vis_data/scalars.json; name a work directory of '
                           'tools/train.py whose config has a LocalVisBackend')
    latest = {}
    for file in files:
        for line in file.read_bytes().splitlines():
            try:
                record = json.loads(line)  # a diverged run has NaN
            except (ValueError, RecursionError):
                continue  # a killed run leaves its last line cut off
            if isinstance(record, dict) and 'step' in record and all(
                    isinstance(v, (int, float)) and not abs(v) > 1e30 for v in record.values()):
                latest['loss' in record, record['step'], record.get('iter')] = record
    if not latest:
        raise FitnessError(f'{files[0]} has no whole line; the run was stopped before its first')
    return list(latest.values())


def plot_training(work_dir: str | Path, out: str | Path) -> Path:
    """Draws loss per iteration and validation accuracy per epoch.

    Args:
        work_dir: Work directory of ``tools/train.py``.
        out: The image to write.

    Returns:
        ``out`` as a path.
    """
    records = read_scalars(work_dir)
    train = sorted((r for r in records if 'loss' in r), key=lambda r: r['step'])
    epochs = sorted((r for r in records if 'acc/top1' in r), key=lambda r: r['step'])
    figure = Figure(figsize=(10, 4), layout='constrained')
    loss, accuracy = figure.subplots(1, 2)
    loss.plot([r['step'] for r in train], [r['loss'] for r in train], color='#0072b2')
    loss.set(xlabel='iteration', ylabel='training loss', ylim=(0, None))
    accuracy.plot([r['step'] for r in epochs], [r['acc/top1'] for r in epochs], marker='o',
                  color='#d55e00')
    accuracy.set(xlabel='epoch', ylabel='top-1 accuracy, held out', ylim=(0, 1.02))
    for axes in (loss, accuracy):
        axes.grid(alpha=0.3)
        axes.spines[['top', 'right']].set_visible(False)
    return save_figure(figure, out)


def describe_report(report: Mapping) -> str:
    """The accuracy in a report, in words, and whose it is.

    Args:
        report: What :class:`~fitness_mm.action.FitnessAccMetric` writes.
    """
    words = ''
    if 'checkpoint' in report:
        words += f"checkpoint      {report['checkpoint']}\n"
    if 'training' in report:
        words += f"training        {report['training']}, after epoch {report.get('epoch', '?')}\n"
    if 'data_root' in report:
        words += f"data            {report['data_root']}, subset {report.get('subset', '?')}\n"
    words += (f"top-1 accuracy  {report['top1']:.3f}, by family {report['family_top1']:.3f}, on "
              f"{report['samples']} clip-views")
    if report.get('per_performer'):  # other data sets do not know who is in a clip
        words += ' of held-out performers ' + ', '.join(
            f'Z{number}' for number in sorted(report['per_performer'], key=lambda n: (len(n), n)))
    shares = [(share, name) for name, share in report['per_class'].items() if share is not None]
    return words + (f'\nweakest class   {min(shares)[1]} ({min(shares)[0]:.2f})' if shares else '')


def plot_confusion(report: Mapping, out: str | Path) -> Path:
    """Draws the confusion matrix of a report.

    Args:
        report: What :class:`~fitness_mm.action.FitnessAccMetric` writes.
        out: The image to write.

    Returns:
        ``out`` as a path.
    """
    counts = np.array(report['confusion'])
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    size = 2.5 + 0.42 * len(counts)
    figure = Figure(figsize=(size + 1, size), layout='constrained')
    axes = figure.subplots()
    image = axes.imshow(shares, cmap='Blues', vmin=0, vmax=1)
    for i, j in zip(*np.nonzero(counts), strict=True):
        axes.text(j, i, counts[i, j], ha='center', va='center', fontsize=8,
                  color='white' if shares[i, j] > 0.5 else 'black')
    ticks = range(len(counts))
    axes.set_xticks(ticks, report['classes'], rotation=45, ha='right', rotation_mode='anchor')
    axes.set_yticks(ticks, report['classes'])
    axes.set(xlabel='predicted', ylabel='true',
             title=f"top-1 {report['top1']:.3f}, by family {report['family_top1']:.3f}, "
                   f"{report['samples']} clip-views")
    figure.colorbar(image, label='share of the true class', shrink=0.8)
    return save_figure(figure, out)
