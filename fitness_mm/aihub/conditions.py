"""The 167 exercise-condition pairs of the catalogue, which posture judgement is about.

Which conditions there are says the catalogue, in the data set's words. The rest of what is known
about them, advice above all, is in ``conditions.tsv`` beside this file: a row per pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

from .catalog import EXERCISES, Exercise

TABLE = Path(__file__).with_name('conditions.tsv')

COLUMNS = ('exercise', 'condition', 'condition_en', 'joints', 'advice_ko', 'advice_en')

_PAIRED = {plural: (KEYPOINT_INDEX[f'Left {single}'], KEYPOINT_INDEX[f'Right {single}'])
           for plural, single in (
               ('Eyes', 'Eye'), ('Ears', 'Ear'), ('Shoulders', 'Shoulder'), ('Elbows', 'Elbow'),
               ('Wrists', 'Wrist'), ('Palms', 'Palm'), ('Hips', 'Hip'), ('Knees', 'Knee'),
               ('Ankles', 'Ankle'), ('Feet', 'Foot'))}
# What the column `joints` may name.
_JOINTS = {name: (index,) for name, index in KEYPOINT_INDEX.items()} | _PAIRED


@dataclass(frozen=True)
class Condition:
    """One posture condition of one exercise.

    Attributes:
        exercise: The exercise.
        position: Position in ``exercise.conditions``.
        name_en: English name, which says what holds.
        joints: Keypoint indices, ascending, that have to be seen to judge it.
        advice_ko: What a trainer would say, in Korean, to a person who broke it.
        advice_en: The same in English.
    """

    exercise: Exercise
    position: int
    name_en: str
    joints: tuple[int, ...]
    advice_ko: str
    advice_en: str

    @property
    def name_ko(self) -> str:
        """Korean name, as in the catalogue."""
        return self.exercise.conditions[self.position]


def read_conditions(path: str | Path = TABLE) -> tuple[Condition, ...]:
    """Reads a table of all pairs, in catalogue order.

    Args:
        path: Tab-separated UTF-8 text: a line with :data:`COLUMNS`, then a row per pair. Quotation
            marks have no special meaning.

    Raises:
        FitnessError: If a row is missing, not in its place, too many, or incomplete, or
            names a joint that there is not. The message says which line and what belongs there.
        OSError: If the file cannot be read.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding='utf-8-sig').splitlines()
    except UnicodeDecodeError as error:
        raise FitnessError(f'{path} is not UTF-8 text ({error.reason})') from error
    header, *rows = (line.split('\t') for line in lines or [''])
    if tuple(header) != COLUMNS:
        raise FitnessError(f'{path}, line 1: columns {tuple(header)}, expected {COLUMNS}')
    pairs = [(exercise, position) for exercise in EXERCISES
             for position in range(len(exercise.conditions))]
    conditions = tuple(_condition(exercise, position, row, f'{path}, line {line}')
                       for line, ((exercise, position), row)
                       in enumerate(zip(pairs, rows, strict=False), 2))
    if len(rows) < len(pairs):
        exercise, position = pairs[len(rows)]
        raise FitnessError(
            f'{path} ends after {len(rows)} of {len(pairs)} pairs; next comes '
            f'{exercise.name}: {exercise.conditions[position]}')
    if len(rows) > len(pairs):
        raise FitnessError(
            f'{path} has {len(rows)} rows, but the catalogue has {len(pairs)} pairs; line '
            f'{len(pairs) + 2} is too many')
    return conditions


def _condition(exercise: Exercise, position: int, row: list[str], place: str) -> Condition:
    if len(row) != len(COLUMNS):
        raise FitnessError(f'{place}: {len(row)} columns, expected the {len(COLUMNS)} of '
                           'the first line, with single tabs between them')
    expected = (exercise.name, exercise.conditions[position])
    if tuple(row[:2]) != expected:
        raise FitnessError(f'{place} is about {": ".join(row[:2])}, but here belongs '
                           f'{": ".join(expected)}, as in the catalogue')
    for column, text in zip(COLUMNS, row, strict=True):
        if not text.strip():
            raise FitnessError(f'{place}: {column} of {": ".join(expected)} is empty')
    _, _, name_en, joints, advice_ko, advice_en = row
    return Condition(exercise, position, name_en, _joint_indices(joints, place), advice_ko,
                     advice_en)


def _joint_indices(names: str, place: str) -> tuple[int, ...]:
    try:
        return tuple(sorted({i for name in names.split(',') for i in _JOINTS[name.strip()]}))
    except KeyError as error:
        raise FitnessError(f'{place}: no joint is called {error.args[0]!r}; there are '
                           f'{", ".join(_JOINTS)}') from None


CONDITIONS: tuple[Condition, ...] = read_conditions()
"""All of them, in catalogue order."""

_OF_EXERCISE: dict[int, tuple[Condition, ...]] = {
    exercise.index: tuple(c for c in CONDITIONS if c.exercise is exercise)
    for exercise in EXERCISES}


def conditions_of(exercises: Sequence[Exercise]) -> tuple[Condition, ...]:
    """The conditions of some exercises, one exercise after the other, in catalogue order each."""
    return tuple(condition for exercise in exercises for condition in _OF_EXERCISE[exercise.index])
