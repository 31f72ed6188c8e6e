"""The exercises that can be drawn. A new one is a new function in a file of this folder."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from .drawn import DrawnExercise

_found = {value.entry.index: value
          for module in iter_modules(__path__)
          for value in vars(import_module(f'{__name__}.{module.name}')).values()
          if isinstance(value, DrawnExercise)}

DRAWN: dict[str, DrawnExercise] = {
    drawn.entry.name: drawn for _, drawn in sorted(_found.items())}
"""By English name, in the order of the catalogue."""
