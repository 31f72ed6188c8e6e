"""Names of files, as people may be shown them: they can hold anything but a slash."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path


def printable(text: str) -> str:
    r"""A text in which whatever cannot be seen is written out, as ``\x1b`` or ``\u202e``.

    So it stays in its line, controls no terminal, does not turn its surroundings round and can be
    encoded: bytes of a file's name that are no text, which Python keeps as surrogates, are
    written as bytes.
    """
    if text.isprintable():  # as nearly all is, and pictures inside pages are long
        return text
    return ''.join(c if c.isprintable() or unicodedata.category(c) == 'Zs' else _escaped(c)
                   for c in text)


def printable_text(value: object) -> object:
    """For ``finalize`` of Jinja: text and paths, though not what is marked up, made printable."""
    return printable(str(value)) if type(value) is str or isinstance(value, Path) else value


def file_name(name: str) -> str:
    """A file's name, :func:`printable`; where it is no UTF-8, CP949 as in old Korean archives."""
    for encoding in ('utf-8', 'cp949'):
        try:
            return printable(os.fsencode(name).decode(encoding))
        except UnicodeError:
            pass
    return printable(name)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xdc80 <= code <= 0xdcff:
        return f'\\x{code - 0xdc00:02x}'
    return character.encode('unicode_escape').decode()
