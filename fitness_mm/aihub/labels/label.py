"""One 2D label file -> a checked record, or a :class:`LabelError` that says what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any, NoReturn

import numpy as np

from fitness_mm.aihub.catalog import (
    MISLABELLED_CONDITIONS,
    NUM_TYPES,
    QUARANTINED_TYPES,
    Exercise,
    condition_position,
    exercise_by_name,
    exercise_of_type,
    normalise,
)
from fitness_mm.aihub.disk.layout import VIEWS, parse_label_name
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, KEYPOINTS, NUM_KEYPOINTS

from .decode import NUMBERS, decode
from .errors import LabelError

_USUAL_FRAME_COUNT = 16
_VIEW_FIELDS = tuple(f'view{number}' for number in range(1, len(VIEWS) + 1))
_POINTS = itemgetter(*KEYPOINTS)
_XY = itemgetter('x', 'y')


@dataclass(frozen=True, eq=False)
class ClipLabel:
    """What one 2D label file says about a clip. V views, T labelled frames, K = 24 keypoints.

    Attributes:
        type_number: Type, as in the catalogue.
        exercise: The exercise the type belongs to.
        gt_conditions: int8 (C,) in the order of ``exercise.conditions``: 1 holds, 0 broken, -1
            not given.
        gt_conditions_usable: False if these are known to be wrong or are not understood.
        views: Camera letters of the usable views.
        keypoints: float32 (V, T, K, 2), x and y in pixels of the original image, pixel centres
            at integers; 0 where absent.
        present: bool (V, T, K), False where the label has no such name.
        image_keys: ``img_key`` of every view and frame, [V][T], as read: untrusted.
        rejected_views: Why the other views are unusable.
        notes: Keys of :data:`~fitness_mm.aihub.prepare.reasons.NOTES` that apply to the whole clip.
    """

    type_number: int
    exercise: Exercise
    gt_conditions: np.ndarray
    gt_conditions_usable: bool
    views: tuple[str, ...]
    keypoints: np.ndarray
    present: np.ndarray
    image_keys: tuple[tuple[str, ...], ...]
    rejected_views: tuple[LabelError, ...] = ()
    notes: tuple[str, ...] = ()


def parse_label(data: bytes, file: str) -> ClipLabel:
    """Parse and check one 2D label.

    A view that is missing, not finite or malformed is left out and the others are kept; every
    other defect rejects the file.

    Args:
        data: Content of the file.
        file: Its path, for messages; its name is compared with the content if it is a label's.

    Raises:
        LabelError: If no view of the label can be used.
    """
    return _Reader(file).read(data)


class _Reader:
    """The parts of :func:`parse_label`; it exists so that every message names the file."""

    def __init__(self, file: str) -> None:
        self._file = file

    def _fail(self, reason: str, detail: str, view: str | None = None) -> NoReturn:
        raise LabelError(reason, self._file, detail, view)

    def _get(self, mapping: Any, name: str, kind: type, where: str,
             view: str | None = None) -> Any:
        if not isinstance(mapping, dict) or name not in mapping:
            self._fail('bad_structure', f'{where} has no field {name!r}', view)
        value = mapping[name]
        if not isinstance(value, kind):
            self._fail('bad_structure', f'{name!r} of {where} is {_json_type(value)}, '
                       f'expected {_JSON_TYPES[kind]}', view)
        return value

    def read(self, data: bytes) -> ClipLabel:
        document = decode(data, self._file)
        frames = self._get(document, 'frames', list, 'the label')
        if not frames:
            self._fail('empty_frames', "'frames' is an empty list, expected 16 labelled frames")
        type_number = self._read_type(document)
        exercise = exercise_of_type(type_number)
        self._check_name(type_number)
        if document.get('type_info') is None:
            gt_conditions = np.full(len(exercise.conditions), -1, np.int8)
            notes = ['no_type_info']
        else:
            info = self._get(document, 'type_info', dict, 'the label')
            self._check_info(info, type_number, exercise)
            gt_conditions, notes = self._read_conditions(info, exercise)
        if type_number in QUARANTINED_TYPES:
            notes.append('quarantined_type')
        usable = not notes
        if self._drop_mislabelled(gt_conditions, type_number, exercise):
            notes.append('mislabelled_condition')
        if len(frames) != _USUAL_FRAME_COUNT:
            notes.append('unusual_frame_count')
        about = type_number, exercise, gt_conditions, usable
        return ClipLabel(*about, *(_read_whole(frames) or self._read_views(frames)), tuple(notes))

    def _check_name(self, number: int) -> None:
        name = parse_label_name(self._file.rpartition('/')[2])
        if name and name.type_number != number:
            self._fail('type_conflict', f"'type' is '{number:03d}' but the file name says "
                       f"'{name.type_number:03d}'")

    def _read_views(self, frames: list) -> tuple:
        """The fields from ``views`` to ``rejected_views`` of a label with defects."""
        views, keypoints, present, keys, rejected = [], [], [], [], []
        for name, letter in zip(_VIEW_FIELDS, VIEWS, strict=True):
            try:
                xy, there, image_keys = self._read_view(frames, name, letter)
            except LabelError as error:
                rejected.append(error)
                continue
            views.append(letter)
            keypoints.append(xy)
            present.append(there)
            keys.append(image_keys)
        if not views:
            self._fail_all(rejected)
        return (tuple(views), np.stack(keypoints), np.stack(present), tuple(keys),
                tuple(rejected))

    def _fail_all(self, rejected: list[LabelError]) -> NoReturn:
        reasons = {error.reason for error in rejected}
        reason = reasons.pop() if len(reasons) == 1 else 'no_usable_view'
        self._fail(reason, f'none of the five views can be used: {rejected[0].detail}')

    def _read_type(self, document: dict) -> int:
        code = self._get(document, 'type', str, 'the label')
        number = int(code) if re.fullmatch('[0-9]{3}', code) else 0
        if not 1 <= number <= NUM_TYPES:
            self._fail('unknown_type', f"'type' is {code[:20]!r}, expected '001' to "
                       f"'{NUM_TYPES}'")
        return number

    def _check_info(self, info: dict, number: int, exercise: Exercise) -> None:
        code = f'{number:03d}'
        key = self._get(info, 'key', str, "'type_info'") if 'key' in info else code
        if key != code:
            self._fail('type_conflict', f"'type' is {code!r} but its 'type_info' is of "
                       f'{key[:20]!r}')
        exercise_name = self._get(info, 'exercise', str, "'type_info'")
        try:
            named = exercise_by_name(exercise_name)
        except ArgumentError:
            self._fail('unknown_exercise', f'exercise {exercise_name[:40]!r} is not in the '
                       f'catalogue, expected {exercise.name_ko!r} for type {code}')
        if named is not exercise:
            self._fail('type_conflict', f'type {code} is {exercise.name_ko!r} but the label says '
                       f'{normalise(exercise_name)!r}')

    def _read_conditions(self, info: dict, exercise: Exercise) -> tuple[np.ndarray, list[str]]:
        values = np.full(len(exercise.conditions), -1, np.int8)
        contradicted, notes = set(), {}
        for item in self._get(info, 'conditions', list, "'type_info'"):
            name = self._get(item, 'condition', str, 'a condition')
            value = self._get(item, 'value', bool, f'condition {name[:40]!r}')
            try:
                position = condition_position(exercise, name)
            except KeyError:
                notes['unknown_condition'] = True
                continue
            if values[position] not in (-1, value):
                contradicted.add(position)
                notes['contradictory_condition'] = True
            values[position] = value
        values[list(contradicted)] = -1
        return values, list(notes)

    @staticmethod
    def _drop_mislabelled(values: np.ndarray, number: int, exercise: Exercise) -> bool:
        """Whether there was a condition that is known to be labelled wrongly; then it is unknown
        now."""
        name = MISLABELLED_CONDITIONS.get(number)
        position = None if name is None else condition_position(exercise, name)
        if position is None or values[position] != 1:
            return False
        values[position] = -1
        return True

    def _read_view(self, frames: list, name: str,
                   view: str) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
        """Keypoints (T, K, 2), presence (T, K) and image keys of one view, step by step."""
        keypoints = np.zeros((len(frames), NUM_KEYPOINTS, 2), np.float32)
        present = np.zeros(keypoints.shape[:2], bool)
        keys = []
        for t, frame in enumerate(frames):
            where = f'frame {t}'
            if isinstance(frame, dict) and frame.get(name) is None:
                self._fail('missing_view', f'{name!r} is missing in {where}', view)
            entry = self._get(frame, name, dict, where, view)
            keys.append(self._get(entry, 'img_key', str, where, view))
            points = self._get(entry, 'pts', dict, where, view)
            for point_name in points:
                k = KEYPOINT_INDEX.get(normalise(point_name))
                if k is not None and (point_name == KEYPOINTS[k] or KEYPOINTS[k] not in points):
                    keypoints[t, k] = self._read_point(points[point_name], point_name, where,
                                                       view)
                    present[t, k] = True
            if not present[t].any():
                self._fail('missing_keypoints', f'{where} has none of the 24 keypoints', view)
        return keypoints, present, tuple(keys)

    def _read_point(self, point: Any, name: str, where: str, view: str) -> np.ndarray:
        if not isinstance(point, dict) or not {'x', 'y'} <= point.keys():
            self._fail('bad_structure', f'{name!r} of {where} is not an object with x and y',
                       view)
        xy = _XY(point)
        if not set(map(type, xy)) <= {*NUMBERS, type(None)}:
            self._fail('bad_structure', f'x or y of {name!r} in {where} is not a number', view)
        values = _as_float32(xy)
        if not np.isfinite(values).all():
            self._fail('not_finite', f'x or y of {name!r} in {where} is null, NaN or too large',
                       view)
        return values


def _read_whole(frames: list) -> tuple | None:
    """The fields from ``views`` to ``rejected_views`` of a label without any defect in its views,
    None for all others: a tenth of the time of looking at each point by itself."""
    try:
        entries = [frame[name] for name in _VIEW_FIELDS for frame in frames]
        keys = [entry['img_key'] for entry in entries]
        points = chain.from_iterable([_POINTS(entry['pts']) for entry in entries])
        numbers = list(chain.from_iterable(map(_XY, points)))
    except (KeyError, TypeError):
        return None
    if not set(map(type, numbers)) <= NUMBERS or set(map(type, keys)) != {str}:
        return None
    shape = (len(VIEWS), len(frames), NUM_KEYPOINTS)
    keypoints = _as_float32(numbers).reshape(*shape, 2)
    if not np.isfinite(keypoints).all():
        return None
    image_keys = tuple(zip(*[iter(keys)] * len(frames), strict=True))
    return VIEWS, keypoints, np.ones(shape, bool), image_keys, ()


_JSON_TYPES = {dict: 'an object', list: 'a list', str: 'a string', bool: 'true or false'}


def _json_type(value: Any) -> str:
    if value is None:
        return 'null'
    return _JSON_TYPES.get(type(value), 'a number')


def _as_float32(numbers: Any) -> np.ndarray:
    with np.errstate(over='ignore'):  # what float32 cannot hold becomes inf, which is refused
        return np.array(numbers, np.float64).astype(np.float32)
