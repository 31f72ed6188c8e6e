"""Measurements that need a process of their own, whose memory nothing else has used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import fitness_mm
from fitness_mm.errors import FitnessError


def in_new_process(module: str, *args: object) -> dict:
    """What ``python -m <module> <args>`` prints as JSON in its last line.

    Raises:
        FitnessError: If it fails.
    """
    root = str(Path(fitness_mm.__file__).parents[1])
    paths = [root, *filter(None, [os.environ.get('PYTHONPATH')])]
    result = subprocess.run([sys.executable, '-m', module, *map(str, args)], text=True,
                            capture_output=True,
                            env={**os.environ, 'PYTHONPATH': os.pathsep.join(paths)})
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ['no message'])[-1]
        raise FitnessError(f'{module} {" ".join(map(str, args))} failed: {reason}')
    return json.loads(result.stdout.splitlines()[-1])
