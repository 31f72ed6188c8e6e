"""From a posture network's logits to probabilities and verdicts, and when to keep silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import orjson
from scipy.special import expit, softmax

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.errors import ArgumentError, FitnessError
from fitness_mm.files import replacing
from fitness_mm.json_files import read_json

CALIBRATION_FILE = 'calibration.json'
VIEWS_CALIBRATION_FILE = 'calibration_views.json'
"""Of what all views of a clip say together."""

KEPT, BROKEN, NOT_JUDGED = 'kept', 'broken', 'not judged'

TEMPERATURES = (0.05, 20.0)
"""Smallest and largest."""

_FORMAT = 'fitness_mm posture calibration'
_VERSION = 1


class CalibrationError(FitnessError):
    """A calibration that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class ConditionReliability:
    """What validation says about one condition.

    Attributes:
        name: Korean name.
        judged: Whether it may be judged at all.
        offset: Added to its logit after the temperature. Keypoints that an estimator predicts move
            the border between kept and broken, differently for every condition.
        kept: Number of held-out clips that keep it.
        broken: Number of held-out clips that break it.
        balanced_acc: Balanced accuracy on their clip-views; None if all keep or all break it.
        cautious_acc: The same, drawn towards chance the more the fewer clips there are; see
            :func:`~fitness_mm.posture.calibration_fit.cautious_accuracy`.
    """

    name: str
    judged: bool
    offset: float = 0.0
    kept: int = 0
    broken: int = 0
    balanced_acc: float | None = None
    cautious_acc: float = 0.5


@dataclass(frozen=True)
class CalibratedVerdict:
    """The judgement of one condition.

    Attributes:
        position: Of the condition among all P of the network.
        condition: Korean name.
        verdict: ``kept``, ``broken`` or ``not judged``. The last is never to be shown as fine.
        probability: Calibrated probability that it is kept.
        reason: Why it is not judged, '' if it is: ``not_validated``, on held-out clips the network
            does not tell kept from broken well enough, or there were too few to know;
            ``joints_not_seen``, joints that it depends on were not seen; ``uncertain``, the
            probability is too close to one half.
    """

    position: int
    condition: str
    verdict: str
    probability: float
    reason: str = ''


@dataclass(frozen=True)
class PostureCalibration:
    """Temperatures (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017), an offset
    for every condition, and which conditions may be judged, all from clips of people that the
    network was not trained on.

    Attributes:
        classes: English names of the C exercises, as the network has them.
        condition_reliability: For every exercise what is known about its conditions, P in all.
        exercise_temperature: Divides exercise logits.
        condition_temperature: Divides condition logits, before a condition's offset is added.
        band: A condition whose probability is less than this far from one half is not judged.
    """

    classes: tuple[str, ...]
    condition_reliability: tuple[tuple[ConditionReliability, ...], ...]
    exercise_temperature: float = 1.0
    condition_temperature: float = 1.0
    band: float = 0.1

    def __post_init__(self) -> None:
        if len(self.classes) != len(self.condition_reliability) or not self.classes:
            raise CalibrationError(f'there are {len(self.classes)} exercises and conditions of '
                                   f'{len(self.condition_reliability)}')
        for name in ('exercise_temperature', 'condition_temperature'):
            value = getattr(self, name)
            if not TEMPERATURES[0] <= value <= TEMPERATURES[1]:
                raise CalibrationError(f'{name} is {value}, expected a number from '
                                       f'{TEMPERATURES[0]} to {TEMPERATURES[1]}')
        if not 0 <= self.band < 0.5:
            raise CalibrationError(f'band is {self.band}, expected a number from 0 to below 0.5')

    @classmethod
    def unknown(cls, classes: Sequence[str], condition_names: Sequence[Sequence[str]],
                judged: bool = False) -> PostureCalibration:
        """What to use for a network that was never validated: temperatures of 1.

        Args:
            classes: English names of its exercises.
            condition_names: Korean names of every exercise's conditions.
            judged: Whether to judge all the same, for trying things out; otherwise no condition
                is judged.
        """
        return cls(tuple(classes), tuple(
            tuple(ConditionReliability(name, judged) for name in names)
            for names in condition_names))

    def check_fits(self, classes: Sequence[str], condition_names: Sequence[Sequence[str]]) -> None:
        """Compares names with those of a network.

        Raises:
            CalibrationError: If they are not the same, in the same order.
        """
        if tuple(classes) != self.classes:
            raise CalibrationError(
                f'the calibration is of {len(self.classes)} exercises ({self.classes[0]}, ...), '
                f'the network of {len(classes)} ({classes[0]}, ...), or their order differs; make '
                'it from records of this network with tools/analysis/posture.py')
        for exercise, own, names in zip(classes, self.condition_reliability, condition_names,
                                        strict=True):
            if [condition.name for condition in own] != list(names):
                raise CalibrationError(
                    f'the conditions of {exercise} are others in the calibration than in the '
                    'network; make it from records of this network with tools/analysis/posture.py')

    def exercise_probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Exercise logits (..., C) to probabilities (..., C)."""
        return softmax(np.asarray(logits, float) / self.exercise_temperature, axis=-1)

    def condition_probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Condition logits (..., P) to probabilities (..., P) that the conditions are kept."""
        offsets = [known.offset for group in self.condition_reliability for known in group]
        return expit(np.asarray(logits, float) / self.condition_temperature + offsets)

    @property
    def judged(self) -> np.ndarray:
        """Which conditions may be judged at all, bool (P,)."""
        return np.array([known.judged for group in self.condition_reliability for known in group])

    def certain(self, probabilities: np.ndarray) -> np.ndarray:
        """Which of the probabilities (..., P) that conditions are kept give a verdict where all
        joints are seen, bool (..., P)."""
        # so that NaN is not judged either
        return self.judged & (np.abs(probabilities - 0.5) >= self.band)

    def verdicts(self, condition_logits: np.ndarray, exercise: int,
                 seen: np.ndarray | None = None) -> tuple[CalibratedVerdict, ...]:
        """Judges the conditions of one exercise.

        Args:
            condition_logits: Those of all conditions, (P,).
            exercise: Class whose conditions are judged.
            seen: Which keypoints were seen, bool (K,); all of them if None.

        Raises:
            ValueError: If there is another number of logits.
        """
        counts = [len(known) for known in self.condition_reliability]
        if np.shape(condition_logits) != (sum(counts), ):
            raise ValueError(f'condition_logits has the shape {np.shape(condition_logits)}, '
                             f'expected ({sum(counts)},)')
        start = sum(counts[:exercise])
        probabilities = self.condition_probabilities(condition_logits)
        certain = self.certain(probabilities)
        joints_seen = _seen(self.classes[exercise], self.condition_reliability[exercise], seen)
        found = []
        for i, condition in enumerate(self.condition_reliability[exercise]):
            probability = float(probabilities[start + i])
            reason = ''
            if not condition.judged:
                reason = 'not_validated'
            elif not joints_seen[i]:
                reason = 'joints_not_seen'
            elif not certain[start + i]:
                reason = 'uncertain'
            verdict = NOT_JUDGED if reason else KEPT if probability > 0.5 else BROKEN
            found.append(CalibratedVerdict(start + i, condition.name, verdict, probability, reason))
        return tuple(found)

    def write(self, path: str | Path) -> Path:
        """Writes the calibration as JSON, whole or not at all."""
        content = {
            'format': _FORMAT,
            'version': _VERSION,
            **{name: getattr(self, name) for name in _NUMBERS},
            'exercises': [
                {'name': name, 'conditions': [asdict(known) for known in reliabilities]}
                for name, reliabilities in zip(self.classes, self.condition_reliability,
                                               strict=True)],
        }
        with replacing(path) as unfinished:
            unfinished.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        return Path(path)

    @classmethod
    def read(cls, path: str | Path) -> PostureCalibration:
        """Reads what :meth:`write` wrote.

        Raises:
            CalibrationError: If it is missing, damaged or something else.
        """
        what, source = 'posture calibration', 'make it again with tools/analysis/posture.py'
        content = read_json(path, _FORM, what, source, CalibrationError)
        try:
            if content['format'] != _FORMAT or content['version'] != _VERSION:
                raise CalibrationError(f"expected '{_FORMAT}' of version {_VERSION}")
            exercises = content['exercises']
            return cls(
                classes=tuple(exercise['name'] for exercise in exercises),
                condition_reliability=tuple(
                    tuple(ConditionReliability(**{name: entry[name] for name in _CONDITION})
                          for entry in exercise['conditions']) for exercise in exercises),
                **{name: content[name] for name in _NUMBERS})
        except CalibrationError as error:
            raise CalibrationError(f'{path} is damaged or no {what} ({error}); '
                                   f'{source}') from error


_NUMBERS = ('exercise_temperature', 'condition_temperature', 'band')
_CONDITION = {'name': str, 'judged': bool, 'offset': float, 'kept': int, 'broken': int,
              'balanced_acc': (float, None), 'cautious_acc': float}
_FORM = {'format': str, 'version': int, **dict.fromkeys(_NUMBERS, float),
         'exercises': [{'name': str, 'conditions': [_CONDITION]}]}


def _seen(exercise: str, reliabilities: Sequence[ConditionReliability],
          seen: np.ndarray | None) -> list[bool]:
    """Whether the keypoints that each condition depends on were seen; the exercise may be one that
    is not in the catalogue, about which nothing is known."""
    if seen is None:
        return [True] * len(reliabilities)
    try:
        joints = {c.name_ko: list(c.joints) for c in conditions_of([exercise_by_name(exercise)])}
    except ArgumentError:
        joints = {}
    return [bool(np.asarray(seen)[joints.get(known.name, [])].all()) for known in reliabilities]
