"""One report about the anomalies of all folds: numbers, words and figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import orjson

from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.anomaly import (
    STUDY_CODE_RULE,
    STUDY_FIGURE_RULE,
    TORSO_RULE,
    Anomalies,
    Residuals,
    distances,
    find_anomalies,
    flag,
)
from fitness_mm.anomaly.sheet import draw_sheet, worst_rows
from fitness_mm.errors import ArgumentError
from fitness_mm.files import check_output, write_text
from fitness_mm.tables import markdown_table, number

from .planted import Truth, match_planted_errors
from .plots import plot_groups, plot_joint_distances, plot_sweep
from .scores import EVERY, MANY, clean_errors, correction_errors, kinds_found, score_rule

_SCORES = ('precision', 'recall', 'f1', 'auroc')


def write_report(records: Sequence[str | Path], out: str | Path, root: str | Path | None = None,
                 truth_file: str | Path | None = None, num_worst: int = 24) -> Path:
    """Writes ``report.md``, ``report.json`` and the figures.

    Args:
        records: Residuals of the folds, as the filter wrote them.
        out: Folder for the report.
        root: Prepared data root, for the images of the gallery; no gallery if None.
        truth_file: ``planted_errors.json`` of a generated sample; no scores if None.
        num_worst: Frames in the gallery.

    Returns:
        Path of ``report.md``.

    Raises:
        RecordError: If a record cannot be read, or folds overlap.
        FitnessError: If the truth cannot be read, or a number is out of its range.
        IndexFileError: If the data root has not been prepared.
    """
    if num_worst < 0:
        raise ArgumentError(f'{num_worst} frames for the gallery, expected none or a positive '
                            'number')
    out = Path(out)
    check_output(out, folder=True)
    residuals = Residuals.read_all(records).in_order()
    truth = None if truth_file is None else match_planted_errors(truth_file, residuals)
    index = None if root is None else FitnessIndex.read(root)
    anomalies = find_anomalies(residuals)
    numbers = summarise(residuals, anomalies, truth)

    plot_groups(residuals, anomalies, out / 'groups.png')
    # in torso lengths: noise is alike at every joint by construction
    plot_joint_distances(residuals, TORSO_RULE, out / 'joint_distances.png')
    plot_sweep(residuals, anomalies.rule, out / 'sweep.png', truth)
    rows = worst_rows(residuals, anomalies, num_worst)
    if index is not None and len(rows):
        draw_sheet(residuals, anomalies, rows, index, out / 'worst.png')
    write_text(out / 'report.json', orjson.dumps(numbers, option=orjson.OPT_INDENT_2).decode())
    return write_text(out / 'report.md', as_markdown(numbers))


def summarise(residuals: Residuals, anomalies: Anomalies, truth: Truth | None) -> dict:
    """Everything ``report.json`` says.

    Args:
        residuals: Labels and held-out predictions.
        anomalies: What the recommended rule found.
        truth: What is really wrong, if that is known.
    """
    rules = {'recommended': anomalies.rule, 'default': TORSO_RULE,
             "the original study's code": STUDY_CODE_RULE,
             "the original study's figure": STUDY_FIGURE_RULE}
    numbers = {
        'frames': len(residuals),
        'clip_views': len(np.unique(residuals.clip_view)),
        'mpjpe_input_px': dict(clean_errors(residuals, truth)),
        'kinds': {str(kind): int((anomalies.kind == kind).sum())
                  for kind in np.unique(anomalies.kind[anomalies.flagged])},
        'corrected': int(anomalies.has_correction.sum()),
        'single_joints': int(anomalies.bad_joints.sum()),
        'rules': {},
    }
    for name, rule in rules.items():
        flagged = flag(distances(residuals, rule.unit), residuals.visible, rule)
        numbers['rules'][name] = {
            'rule': str(rule), 'threshold': rule.threshold, 'joints': rule.joints,
            'unit': rule.unit, 'flagged': int(flagged.sum()),
            **({} if truth is None else {'scores': score_rule(residuals, truth, rule)})}
    if truth is not None:
        numbers['kinds_found'] = kinds_found(anomalies, truth)
        numbers['correction_input_px'] = correction_errors(residuals, anomalies, truth)
    return numbers


def as_markdown(numbers: dict) -> str:
    """``report.md``: the numbers of :func:`summarise` for people."""
    rules = numbers['rules']
    parts = [
        '# Anomalies',
        f"{numbers['frames']} held-out frames of {numbers['clip_views']} clip-views. At the "
        f"recommended threshold {rules['recommended']['flagged']} frames are flagged, "
        f"{numbers['corrected']} of them with a correction; "
        f"{numbers['single_joints']} single joints are wrong in other frames.",
        markdown_table(('kind', 'frames'), numbers['kinds'].items()),
        '## Mean joint error of the predictions',
        markdown_table(('against', 'MPJPE (px of the input)'), (
            (name, number(error)) for name, error in numbers['mpjpe_input_px'].items())),
        '## Rules',
        markdown_table(('threshold', 'rule', 'flagged frames'), (
            (name, rule['rule'], rule['flagged']) for name, rule in rules.items()))]
    if 'kinds_found' in numbers:
        parts += _against_truth(numbers)
    parts += [
        '## Figures',
        'Shares by group: `groups.png`; distances by joint: `joint_distances.png`; thresholds: '
        '`sweep.png`; the worst frame of each of the worst clip-views, if a data root was given: '
        '`worst.png`.']
    return '\n\n'.join(parts) + '\n'


def _against_truth(numbers: dict) -> list[str]:
    rules, fixed = numbers['rules'], numbers['correction_input_px']
    parts = [
        '## Against the planted errors',
        'Frames in which an error was planted have to be flagged, all others not. In the '
        'second table and in each row of the third, planted errors other than '
        'the ones asked for are ignored, neither hit nor false alarm: a label with a few '
        "joints wrong is not right either. AUROC ranks by the rule's severity, whatever its "
        'threshold.']
    for group in (EVERY, MANY):
        parts += [f'Planted frames: {group}.', _score_table(
            'threshold', ((name, rule['scores'][group]) for name, rule in rules.items()))]
    found = sorted({kind for row in numbers['kinds_found'].values() for kind in row})
    parts += [
        'By kind, at the recommended threshold; the false alarms are the same in each row.',
        _score_table('planted kind', (
            (name, score) for name, score in rules['recommended']['scores'].items()
            if name not in (EVERY, MANY))),
        '## What flagged frames were taken for',
        markdown_table(('planted', *found), (
            (planted, *(row.get(kind, 0) for kind in found))
            for planted, row in numbers['kinds_found'].items()))]
    if fixed['frames']:
        parts.append(
            f"{fixed['frames']} frames with a planted error have a correction. Their labels are "
            f"{number(fixed['labels'])} px of the input from the clean ones, the corrections "
            f"{number(fixed['corrections'])} px, the predictions {number(fixed['predictions'])} "
            'px.')
    return parts


def _score_table(first: str, rows: Iterable[tuple[str, dict]]) -> str:
    heads = (first, 'frames', 'found', 'false alarms', 'precision', 'recall', 'F1', 'AUROC')
    return markdown_table(heads, (
        (name, score['frames'], score['found'], score['false_alarms'],
         *(number(score[key]) for key in _SCORES)) for name, score in rows))
