"""What a person is told when a video, a model or an argument cannot be used."""

from fitness_mm.errors import FitnessError


class InferenceError(FitnessError):
    """The message is one sentence: what is wrong, where, and what to do."""
