"""Writes a generated video, and beside it what is true about it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import orjson

from fitness_mm.containers import writing
from fitness_mm.errors import FitnessError
from fitness_mm.files import check_output, replacing
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .video import Script, Take, rehearse

VIDEO_VERSION = 2
"""Raised whenever the same script would make another video."""

# Constant rate factor of H.264. With AVX-512, x264 has been seen to encode the same images in
# several ways; with less, on any processor, the result is always the same and takes no longer.
_ENCODER = {'crf': '20', 'preset': 'veryfast', 'flags': '+bitexact', 'x264-params': 'asm=SSE4.2'}


def make_video(path: Path, script: Script,
               report: Callable[[int, int], None] = lambda done, total: None) -> Take:
    """Films a script.

    Args:
        path: The MP4 file; the truth comes beside it, with the ending ``.json``.
        script: What is to be filmed.
        report: Called with the number of frames that are written and of all frames.

    Raises:
        FitnessError: If the script asks for what there is not, or a file cannot be written.
    """
    if path.suffix.lower() != '.mp4':
        raise FitnessError(f'{path}: the name of the video has to end in .mp4')
    check_output(path)
    take = rehearse(script)
    try:
        with replacing(path) as partial:
            _write_frames(partial, take, report)
        with replacing(path.with_suffix('.json')) as partial:
            partial.write_bytes(orjson.dumps(truth(take), option=orjson.OPT_SERIALIZE_NUMPY))
    except OSError as error:
        raise FitnessError(f'{path} cannot be written: {error.strerror or error}') from error
    return take


def truth(take: Take) -> dict[str, Any]:
    """Everything about a video that a system could be asked, as a JSON document.

    Frames are numbered from 0 and fractional; a repetition goes from leaving the start position
    (``start``) over the middle of the stay at the far end (``turn``) to being back (``stop``).
    ``keypoints`` are (T, 24, 2) px, also where a joint is hidden or outside the image.
    """
    script, schedule = take.script, take.schedule
    exercise = take.plan.exercise
    faulty = script.faulty_reps or range(1, script.reps + 1)
    return {
        'version': VIDEO_VERSION,
        'exercise': exercise.name,
        'exercise_ko': exercise.name_ko,
        'count': script.reps,
        'faults': list(script.faults),
        'conditions': {name: name not in script.faults for name in exercise.conditions},
        'repetitions': [
            {key: round(float(getattr(schedule, key)[i]) * script.fps, 2)
             for key in ('start', 'turn', 'stop')}
            | {'faults': list(script.faults) if i + 1 in faulty else []}
            for i in range(script.reps)],
        'performer': script.performer,
        'view': script.view,
        'seed': script.seed,
        'take': script.take,
        'fps': script.fps,
        'size': list(script.size),
        'num_frames': len(take.keypoints),
        'keypoint_names': list(KEYPOINTS),
        'keypoints': np.round(take.keypoints, 1),
    }


def _write_frames(path: Path, take: Take, report: Callable[[int, int], None]) -> None:
    rate = Fraction(take.script.fps).limit_denominator(1001)
    with writing(path, {'fflags': '+bitexact'}) as container:
        stream = container.add_stream('libx264', rate=rate, options=dict(_ENCODER))
        stream.width, stream.height, stream.pix_fmt = *take.script.size, 'yuv420p'
        # With several threads the bytes would depend on the machine.
        stream.codec_context.thread_count = 1
        for number, image in enumerate(take.images()):
            picture = av.VideoFrame.from_ndarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420),
                                                 format='yuv420p')
            picture.pts, picture.time_base = number, 1 / rate
            container.mux(stream.encode(picture))
            report(number + 1, len(take.keypoints))
        container.mux(stream.encode())
