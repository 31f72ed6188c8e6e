"""Small records of posture judgement whose measures can be computed by hand."""

import numpy as np

from fitness_mm.action.posture_records import PostureRecords

CLASSES = ('barbell squat', 'front raise')
CONDITIONS = (('ㄱ', 'ㄴ'), ('ㄷ', ))

# label, truth, condition logits, predicted exercise, clip, view, performer
ROWS = [
    (0, (1, 0, -1), (2.0, -1.0, 5.0), 0, 'one', 'A', 1),  # both right
    (0, (1, 0, -1), (1.0, 3.0, 5.0), 0, 'one', 'B', 1),  # second wrong
    (0, (0, 0, -1), (-1.0, -2.0, 5.0), 1, 'two', 'A', 2),  # both right, exercise wrong
    (0, (0, 1, -1), (4.0, 1.0, 5.0), 0, 'three', 'A', 2),  # first wrong
    (1, (-1, -1, 1), (5.0, 5.0, 1.0), 1, 'four', 'A', 1),  # right
    (1, (-1, -1, -1), (5.0, 5.0, 1.0), 1, 'five', 'A', 1),  # nothing to judge
]


def hand_made(rows=ROWS) -> PostureRecords:
    label, truth, logits, predicted, clip, view, performer = zip(*rows, strict=True)
    return PostureRecords(
        exercise_logits=np.eye(2, dtype=np.float32)[list(predicted)],
        condition_logits=np.array(logits, np.float32), label=np.array(label),
        truth=np.array(truth, np.int8), clip=np.array(clip), view=np.array(view),
        performer=np.array(performer), classes=CLASSES, conditions=CONDITIONS)
