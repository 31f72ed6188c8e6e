"""What the maps of features show and how; apart, so that a tool's ``--help`` loads nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fitness_mm.errors import ArgumentError, check_seed

GROUPS = ('view', 'performer')
SEED = 42
"""The original study's."""


@dataclass(frozen=True)
class TsneOptions:
    """What to show and how.

    Attributes:
        classes: Labels of the classes to show; all if empty.
        by: One map per ``view`` or ``performer``, or one of all clips if None.
        max_per_class: Take at most so many clip-views of a class.
        perplexity: Of t-SNE.
        seed: Of t-SNE and of the choice of clips.
        lang: ``en`` or ``ko``, of the figure.
        font: A font file for Korean names.
        cache: Folder for features; each checkpoint's own if None.
        cfg_options: Settings of the configs to override, by dotted name.

    Raises:
        ArgumentError: If a number is out of its range.
    """

    classes: Sequence[int] = ()
    by: str | None = None
    max_per_class: int | None = None
    perplexity: float = 30.0
    seed: int = SEED
    lang: str = 'en'
    font: Path | None = None
    cache: Path | None = None
    cfg_options: dict | None = None

    def __post_init__(self) -> None:
        if self.max_per_class is not None and self.max_per_class < 1:
            raise ArgumentError(f'at most {self.max_per_class} clips per class leave none; '
                                'expected a positive number')
        if not 0 < self.perplexity < math.inf:
            raise ArgumentError(f'perplexity is {self.perplexity}, expected a positive number')
        check_seed(self.seed)
