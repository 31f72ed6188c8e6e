"""From a plain video to feedback: exercise, repetitions, posture, and what to change."""

from fitness_mm import compat

compat.apply()

from .errors import InferenceError  # noqa: E402
from .inferencer import FitnessInferencer  # noqa: E402

__all__ = ['FitnessInferencer', 'InferenceError']
