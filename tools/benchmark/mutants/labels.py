"""Labels: whatever a file holds, the reader says of it what a plain reading of the JSON says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from parts.label_tree import plan_tree, write_labels

from fitness_mm.aihub.catalog import condition_position, exercise_by_name, exercise_of_type
from fitness_mm.aihub.labels import MAX_LABEL_BYTES, LabelError, parse_label
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .common import Kind, damage_bytes

_FRAMES = 3
_FLOAT32 = 2.0 ** 128 - 2.0 ** 103  # what is not below it is infinite as float32
_RAW_VALUES = (
    '0', '-0', '00', '01', '+1', '-', '1.', '.5', '1.5', '1e3', '1E+3', '1e', '1e999', '-1e999',
    '1e-999', '3.4028236e38', '0x10', '1_0', '٣', '²', '2147483648', '18446744073709551616',
    '9' * 20, '9' * 400, '9' * 5000, '-' + '9' * 5000, '0.' + '3' * 5000, 'NaN', '-NaN', 'nan',
    'Infinity', '-Infinity', 'inf', 'null', 'true', 'False', '""', "'1'", '"1"', '[]', '{}', '[1]',
    '{"x": 1}', '', '"\\ud800"', '"\\udcff\\ud83d"', '"\\u0000"', '"a\tb"')
_NESTED = (10, 900, 1100, 100_000)
_BLANKS = (' ', '\t', '\r', '\n', '\x0b', '\x0c', '\x00', '\x85', '\xa0', '\u3000', '\u2028',
           '\ufeff', ',', ':', ';', '//', '/**/')
_ENDS = (',', '}', ']', 'x', '{}', '\0', '\x1a', ' ', '\n', '\x0c', '\xa0', '\ufeff', ',"a":1}',
         '"')
_ENCODINGS = ('utf-8-sig', 'utf-16', 'utf-16-le', 'utf-32', 'cp949', 'utf-7')
_ODD_BYTES = (b'\xff', b'\xc0\x80', b'\xed\xa0\x80', b'\xf5\x80\x80\x80', b'\xef\xbb\xbf', b'\0')


def _originals(folder: Path) -> list[Path]:
    """Few frames, which is as good and takes a fifth of the time."""
    paths = [path for indent in (None, 4)
             for path in write_labels(folder / str(indent), plan_tree(96)[:2], indent)]
    for path, indent in zip(paths, (None, None, 4, 4), strict=True):
        label = json.loads(path.read_bytes())
        label['frames'] = label['frames'][:_FRAMES]
        path.write_text(json.dumps(label, ensure_ascii=False, indent=indent), 'utf-8')
    return paths


def _mutate(rng: np.random.Generator, whole: bytes) -> bytes:
    text = whole.decode()
    match rng.integers(7):
        case 0:
            return damage_bytes(rng, whole)
        case 1:
            return _restructured(rng, text).encode()
        case 2:
            return _at(rng, text, r'-?\d+', _value(rng)).encode()
        case 3:
            return _at(rng, text, r'[\s,:\[\]{}]', str(rng.choice(_BLANKS))).encode()
        case 4:
            end = len(text) - int(rng.integers(4))
            return (text[:end] + str(rng.choice(_ENDS))).encode()
        case 5:  # a name twice, and the latter counts
            name = str(rng.choice(['frames', 'type', 'type_info', 'view2', 'pts', 'x', 'Nose',
                                   'Nose ', 'conditions', 'exercise', 'key', 'img_key', 'value']))
            return _at(rng, text, r'(?<=[{,])(?=\s*")', f'"{name}": {_value(rng)},').encode()
        case _:
            if rng.random() < 0.5:
                return text.encode(str(rng.choice(_ENCODINGS)), 'replace')
            place = int(rng.integers(len(whole)))
            return whole[:place] + _ODD_BYTES[rng.integers(len(_ODD_BYTES))] + whole[place:]


def _value(rng: np.random.Generator) -> str:
    if rng.random() < 0.1:
        depth = int(rng.choice(_NESTED))
        return '[' * depth + ']' * depth
    return str(rng.choice(_RAW_VALUES))


def _at(rng: np.random.Generator, text: str, pattern: str, value: str) -> str:
    """The text with one of the places replaced that a pattern finds."""
    places = list(re.finditer(pattern, text))
    place = places[rng.integers(len(places))]
    return text[:place.start()] + value + text[place.end():]


def _restructured(rng: np.random.Generator, text: str) -> str:
    """Another value, name or order somewhere in the document, or something left out."""
    label = json.loads(text)
    node: Any = label
    while True:
        names = list(node) if isinstance(node, dict) else list(range(len(node)))
        name = names[rng.integers(len(names))]
        inner = node[name]
        if not isinstance(inner, (dict, list)) or not inner or rng.random() < 0.25:
            break
        node = inner
    match rng.integers(4):
        case 0:
            del node[name]
        case 1 if isinstance(node, dict):
            node[str(rng.choice([f'{name} ', f' {name}', f'{name}\u3000', name.lower()]))] = inner
            if rng.random() < 0.5:
                del node[name]
        case 2 if isinstance(node, dict):
            label = json.loads(json.dumps(label, sort_keys=True))
        case _:
            node[name] = '\0'
    text = json.dumps(label, ensure_ascii=bool(rng.integers(2)), indent=(None, 4)[rng.integers(2)])
    return text.replace(r'"\u0000"', _value(rng)).replace('"\0"', _value(rng))


def _read(path: Path) -> str:
    data = path.read_bytes()
    plain = _plain(data)
    try:
        label = parse_label(data, path.name)
    except LabelError as error:
        if plain is not None:
            raise AssertionError(f'a plain reading accepts what is rejected: {error}') from error
        raise
    if plain is None:
        raise AssertionError('a plain reading rejects what is accepted')
    type_number, conditions, usable, views = plain
    read = (label.type_number, label.gt_conditions.tolist(), label.gt_conditions_usable)
    if read != (type_number, conditions, usable) or list(label.views) != list(views):
        raise AssertionError(f'{read}, {label.views}; a plain reading: {type_number}, '
                             f'{conditions}, {usable}, {list(views)}')
    for v, (points, keys) in enumerate(views.values()):
        keypoints = np.where(label.present[v, ..., None], label.keypoints[v], np.nan)
        if not np.array_equal(keypoints, points, equal_nan=True) or label.image_keys[v] != keys:
            raise AssertionError(f'view {label.views[v]} has other numbers than a plain reading')
    return 'read, some views' if label.rejected_views else 'read'


def _plain(data: bytes) -> tuple | None:
    """Type, conditions, whether these are usable, and per view the keypoints (T, K, 2), NaN where
    absent, and image keys; None for a file to reject. Step by step, as the format is described."""
    if len(data) > MAX_LABEL_BYTES:
        return None
    try:
        label = json.loads(data.removeprefix(b'\xef\xbb\xbf').decode(), parse_int=_number)
        frames, info, code = label['frames'], label.get('type_info'), label['type']
        if not isinstance(frames, list) or not frames or not isinstance(info, (dict, type(None))):
            return None
        if not isinstance(code, str) or not re.fullmatch('[0-9]{3}', code):
            return None
        exercise = exercise_of_type(int(code))
        if info is None:
            conditions, usable = [-1] * len(exercise.conditions), False
        else:
            if info.get('key', code) != code or exercise_by_name(info['exercise']) is not exercise:
                return None
            conditions, usable = _plain_conditions(info['conditions'], exercise)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, ArgumentError):
        return None
    if conditions is None:
        return None
    views = {}
    for v, letter in enumerate('ABCDE'):
        found = [_plain_frame(frame, f'view{v + 1}') for frame in frames]
        if all(entry is not None for entry in found):
            views[letter] = (np.array([points for points, _ in found]),
                             tuple(key for _, key in found))
    return (int(code), conditions, usable, views) if views else None


def _number(digits: str) -> float:
    """As coordinates are; Python reads no integer of 4,300 digits."""
    return float(digits)


def _plain_conditions(items: Any, exercise: Any) -> tuple[list[int] | None, bool]:
    if not isinstance(items, list):
        return None, False
    seen: dict[int, set[bool]] = {}
    usable = True
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get('condition'), str) \
                or not isinstance(item.get('value'), bool):
            return None, False
        try:
            seen.setdefault(condition_position(exercise, item['condition']), set()).add(
                item['value'])
        except KeyError:
            usable = False
    values = [int(*seen[c]) if len(seen.get(c, ())) == 1 else -1
              for c in range(len(exercise.conditions))]
    return values, usable and all(len(said) == 1 for said in seen.values())


def _plain_frame(frame: Any, name: str) -> tuple[np.ndarray, str] | None:
    """Keypoints (K, 2) and image key of a view in a frame, None if it cannot be used."""
    entry = frame.get(name) if isinstance(frame, dict) else None
    if not isinstance(entry, dict) or not isinstance(entry.get('img_key'), str) \
            or not isinstance(entry.get('pts'), dict):
        return None
    points = np.full((len(KEYPOINTS), 2), np.nan, np.float32)
    stripped = {spelt.strip(): point for spelt, point in entry['pts'].items()} | entry['pts']
    for k, joint in enumerate(KEYPOINTS):
        if joint in stripped:
            point = stripped[joint]
            numbers = [point.get(axis) for axis in 'xy'] if isinstance(point, dict) else [None]
            if not all(type(number) is float and abs(number) < _FLOAT32 for number in numbers):
                return None
            points[k] = numbers
    return (points, entry['img_key']) if np.isfinite(points).any() else None


LABELS = Kind(_originals, _read, _mutate)
