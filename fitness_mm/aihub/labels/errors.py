"""What is wrong with a label."""

from __future__ import annotations

from fitness_mm.errors import FitnessError
from fitness_mm.printable import printable


class LabelError(FitnessError):
    """A label, or one view of it, that cannot be used.

    Attributes:
        reason: A key of :data:`~fitness_mm.aihub.prepare.reasons.REASONS`.
        file: The label file.
        detail: What is wrong and what was expected.
        view: Camera letter if only that view is unusable.
    """

    def __init__(self, reason: str, file: str, detail: str, view: str | None = None) -> None:
        super().__init__(reason, file, detail, view)
        self.reason = reason
        self.file = file
        self.detail = detail
        self.view = view

    def __str__(self) -> str:
        where = f'{self.file}, view {self.view}' if self.view else self.file
        return printable(f'{where}: {self.detail}')
