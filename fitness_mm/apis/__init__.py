"""From a plain video to feedback: exercise, repetitions, posture, and what to change."""

from .errors import InferenceError

__all__ = ['FitnessInferencer', 'InferenceError']


def __getattr__(name: str):
    """Imports the networks' frameworks only for who wants the inferencer."""
    if name == 'FitnessInferencer':
        from .inferencer import FitnessInferencer
        return FitnessInferencer
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
