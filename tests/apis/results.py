"""Results made by hand, to be drawn and written without a network."""

import numpy as np

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.apis.report.sentences import not_judged
from fitness_mm.apis.result import ConditionVerdict, Counted, Evidence, Inference
from fitness_mm.apis.stages.person import Person
from fitness_mm.apis.stages.track import Track
from fitness_mm.apis.video.sources import open_source
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS


def make_result(repetitions=6, faults=2, box=(100, 20, 220, 170), size=(320, 180), name='squat',
                frames=12, seconds=12.0, exercise='burpee'):
    """An inference of a video of grey frames, and these frames.

    Every fault shows in every other repetition; the last condition is not judged unless broken.
    """
    exercise = exercise_by_name(exercise)
    each = (seconds - 2) / max(repetitions, 1)
    counted = [Counted(i + 1, *(1 + each * (i + part) for part in (0, 0.5, 1)))
               for i in range(repetitions)]
    verdicts = []
    for i, condition in enumerate(conditions_of([exercise])):
        if i < faults:
            shown = counted[i % 2::2] or counted[:1]
            spans = tuple((r.start, r.stop) for r in shown) or ((1.0, 3.0), )
            verdicts.append(ConditionVerdict(
                condition, 'broken', 0.05 + 0.08 * i, None, spans,
                tuple(r.number for r in shown),
                Evidence(spans[0][0] + 0.5, (('Left Knee', 1.0), ('Right Knee', 0.5)), ())))
        elif i == len(exercise.conditions) - 1:
            verdicts.append(ConditionVerdict(condition, 'not judged', 0.6,
                                             not_judged('joints_not_seen', condition.joints)))
        else:
            verdicts.append(ConditionVerdict(condition, 'kept', 0.97))
    box = Box(*box)
    rng = np.random.default_rng(0)
    points = rng.uniform(box[:2], box[2:], (NUM_KEYPOINTS, 2)).astype(np.float32)
    track = Track(np.array([0.0, seconds]), np.stack([points, points]),
                  np.full((2, NUM_KEYPOINTS), 0.9, np.float32))
    times = np.arange(frames) * seconds / frames
    result = Inference(name, size, frames / seconds, times, Person(box, 0.8, 0.3, 'found'), track,
                       exercise, 0.93, [(exercise, 0.93)], verdicts, counted)
    images = np.full((frames, size[1], size[0], 3), 120, np.uint8)
    return result, open_source(images, result.fps)
