"""What a person is told when a video, a model or an argument cannot be used."""


class InferenceError(Exception):
    """The message is one sentence: what is wrong, where, and what to do."""
