"""The obvious way to read labels: the json module and a dictionary for every labelled frame."""

from __future__ import annotations

import json
from pathlib import Path

from fitness_mm.keypoints.skeleton import KEYPOINTS


def read_plainly(path: Path) -> list[dict]:
    """Frames of one label as dictionaries: image, view, exercise, conditions, 24 pairs of numbers.

    What the original study's reader did in substance. It checks nothing.
    """
    with open(path, encoding='utf-8') as file:
        label = json.load(file)
    info = label['type_info']
    records = []
    for frame in label['frames']:
        for view, entry in frame.items():
            points = entry['pts']
            records.append({
                'image': entry['img_key'],
                'view': view,
                'type': label['type'],
                'exercise': info['exercise'],
                'conditions': info['conditions'],
                'keypoints': [[points[name]['x'], points[name]['y']] for name in KEYPOINTS],
            })
    return records
