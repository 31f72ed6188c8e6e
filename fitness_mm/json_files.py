"""JSON files that the project reads back, and one sentence for all that can be wrong with one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import orjson

from .errors import FitnessError, shortened
from .files import open_file
from .printable import printable

_NAMES = {str: 'a text', int: 'an integer', float: 'a number', bool: 'true or false', None: 'null',
          list: 'a list', dict: 'an object'}


def read_json(path: str | Path, form: Any, what: str, source: str,
              kind: type[FitnessError] = FitnessError) -> Any:
    """Reads a JSON file that has to be of a form.

    Args:
        path: The file.
        form: See :func:`unlike`.
        what: What the file is, for the message.
        source: What makes such a file, for a user who has none or a damaged one.
        kind: Class of the error.

    Raises:
        FitnessError: Of that class, if the file is missing, cannot be read, is no JSON or of
            another form.
    """
    try:
        with open_file(path) as file:
            content = orjson.loads(file.read())
        problem = unlike(content, form)
    except (FileNotFoundError, NotADirectoryError):
        raise kind(f'there is no {what} at {path}; {source}') from None
    except (OSError, orjson.JSONDecodeError) as error:
        problem = shortened(error)
    if problem:
        raise kind(f'{path} is damaged or no {what} ({printable(problem)[:200]}); '
                   f'{source}')
    return content


def unlike(value: Any, form: Any, where: str = 'it') -> str:
    """How a value read from JSON differs from a form; '' if it does not.

    Args:
        value: The value.
        form: ``str``, ``int``, ``bool``, None, or ``float`` for any number; a list of one form
            for lists of it; a dictionary of forms by key for objects with these entries and maybe
            others, of one form with the key ``str`` for objects of any entries; a tuple of forms
            of which one has to do.
        where: The value's place in the file.
    """
    if isinstance(form, tuple):
        problems = [unlike(value, one, where) for one in form]
        return '' if '' in problems else problems[0]
    kind = type(form) if isinstance(form, (list, dict)) else form
    number = kind is float and type(value) is int
    if not (number or (value is None if kind is None else type(value) is kind)):
        found = repr(value)[:40] if not isinstance(value, (list, dict)) else _NAMES[type(value)]
        return f'{where} is {found}, expected {_NAMES[kind]}'
    if kind is float and not math.isfinite(value):
        return f'{where} is not finite'
    if kind is list:
        entries = [(f'[{i}]', entry, form[0]) for i, entry in enumerate(value)]
    elif kind is dict:
        keys = value if str in form else form
        missing = [key for key in keys if key not in value]
        if missing:
            return f'{where} has no {missing[0]!r}'
        entries = [(f'.{key}', value[key], form.get(key, form.get(str))) for key in keys]
    else:
        entries = []
    inside = '' if where == 'it' else where
    problems = (unlike(entry, each, (inside + place).lstrip('.')) for place, entry, each in entries)
    return next(filter(None, problems), '')
