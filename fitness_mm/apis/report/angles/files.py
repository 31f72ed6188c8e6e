"""Angles and distances as files: tables for spreadsheets, and an OpenSim motion file."""

from __future__ import annotations

import numpy as np

from fitness_mm.apis.result import Inference
from fitness_mm.posture.angles import DEGREES
from fitness_mm.posture.calibration import BROKEN
from fitness_mm.posture.kept_ranges import HIGHEST, LOWEST, statistics
from fitness_mm.tables import csv_table

ANGLES, REPETITIONS, MOTION = 'angles.csv', 'repetitions.csv', 'angles.mot'

_COORDINATES = {'knee angle': 'knee_angle', 'hip angle': 'hip_flexion', 'elbow angle': 'elbow_flex'}
"""OpenSim's names, the side behind them, of flexions: 0 where we have 180 degrees."""

_STRAIGHT_DEG = 180.0


def angles_csv(result: Inference) -> str:
    """A row a frame: seconds, number of the repetition if it is in one, and all that is known."""
    angles = result.angles
    columns = list(angles.columns)
    number = np.zeros(len(angles.times), int)
    for repetition in result.repetitions or ():
        number[angles.within((repetition.start, repetition.stop))] = repetition.number
    rows = []
    for i, (time, n) in enumerate(zip(angles.times, number.tolist(), strict=True)):
        rows.append([f'{time:.3f}', n or '', *(_cell(values[i], measure.unit)
                                               for _, measure, values in columns)])
    return csv_table(['seconds', 'repetition', *(
        f'{name} ({measure.unit})' for name, measure, _ in columns)], rows)


def repetitions_csv(result: Inference) -> str:
    """A row a repetition: when, what is broken in it, and the range of all that is known, without
    the outer tenths of its moments."""
    angles = result.angles
    columns = list(angles.columns)
    heads = ['number', 'start', 'turn', 'stop', 'broken']
    heads += [f'{name} {which} ({measure.unit})' for name, measure, _ in columns
              for which in (LOWEST, HIGHEST)]
    rows = []
    for r in result.repetitions or ():
        inside = angles.within((r.start, r.stop))
        row = [r.number, *(f'{time:.3f}' for time in (r.start, r.turn, r.stop)), '; '.join(
            v.condition.name_en for v in result.verdicts
            if v.verdict == BROKEN and r.number in v.repetitions)]
        for _, measure, values in columns:
            found = statistics(values[None, inside, None]) if inside.any() else {}
            row += [_cell(float(found.get(which, [np.nan])[0]), measure.unit)
                    for which in (LOWEST, HIGHEST)]
        rows.append(row)
    return csv_table(heads, rows)


def motion(result: Inference) -> str:
    """The angles as an OpenSim motion file: flexions under OpenSim's names of coordinates, other
    angles under their own. It has no place for what is not known: gaps are bridged straight, and
    what is not known at all is left out."""
    times = result.angles.times
    names, columns = ['time'], [times]
    for name, measure, values in result.angles.columns:
        if measure.unit != DEGREES:
            continue
        known = ~np.isnan(values)
        values = np.interp(times, times[known], values[known])
        if measure.name in _COORDINATES:
            name = f'{_COORDINATES[measure.name]}_{name[0]}'
            values = _STRAIGHT_DEG - values
        names.append(name.replace(' ', '_'))
        columns.append(values)
    head = ['Coordinates', 'version=1', f'nRows={len(times)}', f'nColumns={len(columns)}',
            'inDegrees=yes', '', 'endheader', '\t'.join(names)]
    rows = ['\t'.join(f'{value:.4f}' for value in row) for row in np.stack(columns, 1)]
    return '\n'.join([*head, *rows, ''])


def _cell(value: float, unit: str) -> str:
    return '' if np.isnan(value) else f'{value:.{1 if unit == DEGREES else 3}f}'
