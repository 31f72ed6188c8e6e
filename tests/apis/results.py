"""Results made by hand, to be drawn and written without a network."""

from dataclasses import replace

import numpy as np

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.apis.report.sentences import not_judged
from fitness_mm.apis.result import ConditionVerdict, Counted, Evidence, Inference, Measured
from fitness_mm.apis.stages.person import Person
from fitness_mm.apis.stages.track import Track
from fitness_mm.apis.video.sources import open_source
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS
from fitness_mm.posture.angle_track import measure_track
from fitness_mm.posture.kept_ranges import KeptRange

KNOWN = KeptRange('burpee', 'any', 'trunk to vertical', 'highest', 'more', 'front', 0.9, 31, 38,
                   44, 3, 100, 90, 12)
FIRST = 40.0, 52.4, 41.0


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
                Evidence(spans[0][0] + 0.5, (13, 14))))
        elif i == len(exercise.conditions) - 1:
            verdicts.append(ConditionVerdict(condition, 'not judged', 0.6,
                                             not_judged('joints_not_seen', condition.joints)))
        else:
            verdicts.append(ConditionVerdict(condition, 'kept', 0.97))
    box = Box(*box)
    rng = np.random.default_rng(0)
    still, moved = rng.uniform(box[:2], box[2:], (2, NUM_KEYPOINTS, 2)).astype(np.float32)
    moments = np.linspace(0.0, seconds, int(5 * seconds) + 1)
    share = np.sin(np.pi * (moments - 1) / each)[:, None, None]**2
    track = Track(moments, (still + 0.3 * share * (moved - still)).astype(np.float32),
                  np.full((len(moments), NUM_KEYPOINTS), 0.9, np.float32))
    angles = measure_track(track.times, track.keypoints, track.scores)
    values = dict(enumerate((*FIRST, *[38.0] * repetitions)[:repetitions], 1))
    measured = Measured(KNOWN, values, 2, 52.4)
    verdicts = [replace(v, measured=measured) if v.verdict != 'not judged' else v
                for v in verdicts]
    times = np.arange(frames) * seconds / frames
    result = Inference(name, size, frames / seconds, times, Person(box, 0.8, 0.3, 'found'), track,
                       angles, exercise, 0.93, [(exercise, 0.93)], verdicts, counted)
    images = np.full((frames, size[1], size[0], 3), 120, np.uint8)
    return result, open_source(images, result.fps)
