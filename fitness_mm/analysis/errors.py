"""What an analysis raises when a user has to mend something."""


class AnalysisError(Exception):
    """An analysis cannot be done; the message is one sentence for the user."""
