"""Small records of posture judgement whose measures can be computed by hand."""

import numpy as np

from fitness_mm.aihub.index import select_exercises
from fitness_mm.posture.records import PostureRecords

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
        gt_conditions=np.array(truth, np.int8), clip=np.array(clip), view=np.array(view),
        performer=np.array(performer), classes=CLASSES, condition_names=CONDITIONS)


def random_records(skill, exercises='study', performers=range(1, 7), seed=0) -> PostureRecords:
    """Records of a network that is right the more often the greater its skill, and too sure.

    Every performer does every exercise once in each of two ways, seen from two views.
    """
    chosen = select_exercises(exercises)
    counts = [len(e.conditions) for e in chosen]
    starts = np.cumsum([0, *counts])
    rows = [(c, p, way, view) for c in range(len(chosen)) for p in performers for way in (0, 1)
            for view in 'AC']
    label = np.array([c for c, *_ in rows])
    # the same people and truths whatever the skill, so that two networks can be compared
    rng = np.random.default_rng(seed)
    truth_of = rng.integers(0, 2, (len(chosen), max(performers) + 1, 2, max(counts)))
    truth = np.full((len(rows), starts[-1]), -1, np.int8)
    for i, (c, p, way, _) in enumerate(rows):
        truth[i, starts[c]:starts[c + 1]] = truth_of[c, p, way, :counts[c]]
    noise = rng.normal(0, 1, truth.shape)
    exercise = rng.normal(0, 1, (len(rows), len(chosen)))
    exercise[np.arange(len(rows)), label] += 3 * skill
    return PostureRecords(
        exercise_logits=(3 * exercise).astype(np.float32),
        condition_logits=(3 * (noise + skill * np.where(truth == 1, 1, -1))).astype(np.float32),
        label=label, gt_conditions=truth,
        clip=np.array([f'{c}-{p}-{way}' for c, p, way, _ in rows]),
        view=np.array([view for *_, view in rows]), performer=np.array([p for _, p, *_ in rows]),
        classes=tuple(e.name for e in chosen), condition_names=tuple(e.conditions for e in chosen))
