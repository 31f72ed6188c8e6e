"""What only reads or draws results, and needs no network, starts without torch and the hosts."""

import subprocess
import sys

import pytest

HEAVY = ('torch', 'mmengine', 'mmcv', 'mmpose', 'mmaction')
DOORS = ('fitness_mm.records', 'fitness_mm.clip_scores', 'fitness_mm.posture.calibration_fit',
         'fitness_mm.posture.measures', 'fitness_mm.anomaly', 'fitness_mm.analysis.anomaly.report',
         'fitness_mm.analysis.anomaly.retrain_table', 'fitness_mm.analysis.posture.report',
         'fitness_mm.analysis.study.report', 'fitness_mm.analysis.run_plots',
         'fitness_mm.analysis.audit.files')


@pytest.mark.parametrize('door', DOORS)
def test_a_light_door_loads_no_framework(door):
    code = f'import sys, {door}; print(*(m for m in {HEAVY} if m in sys.modules))'
    found = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
