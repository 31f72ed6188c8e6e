"""What is said of JSON files that are missing, damaged or of another form."""

import pytest

from fitness_mm.errors import ArgumentError
from fitness_mm.json_files import read_json, unlike

FORM = {'name': str, 'shares': {str: (float, None)}, 'rows': [[int]]}
GOOD = {'name': 'a', 'shares': {'x': 0.5, 'y': 1, 'z': None}, 'rows': [[1], []], 'more': 1}


@pytest.mark.parametrize('change, problem', [
    ({}, ''),
    ({'name': None}, 'name is None, expected a text'),
    ({'name': '\x1b[31m' * 99, 'rows': 3}, 'rows is 3, expected a list'),
    ({'shares': {'x': True}}, 'shares.x is True, expected a number'),
    ({'shares': {'x': [1]}}, 'shares.x is a list, expected a number'),
    ({'shares': {'x': float('inf')}}, 'shares.x is not finite'),
    ({'rows': [[1], {}]}, 'rows[1] is an object, expected a list'),
    ({'rows': [[1], [2.0]]}, 'rows[1][0] is 2.0, expected an integer'),
])
def test_the_first_thing_that_differs_is_named(change, problem):
    assert unlike({**GOOD, **change}, FORM) == problem


def test_what_is_missing_or_something_else_altogether_is_named():
    assert unlike({'name': 'a'}, FORM) == "it has no 'shares'"
    assert unlike([GOOD, {}], [FORM]) == "[1] has no 'name'"
    assert unlike(3, FORM) == 'it is 3, expected an object'


@pytest.mark.parametrize('content', [
    None, b'', b'{', b'\xff\xfe{}', b'[' * 100_000, b'{"name": 1e999}', b'NaN',
    b'{"name": "a", "rows": [], "shares": {"\\u001b[31m\\n": []}}', b'[]'])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, content):
    file = tmp_path / 'a.json'
    if content is not None:
        file.write_bytes(content)
    for path in (file, tmp_path):  # a folder is no file either
        with pytest.raises(ArgumentError, match=r'list of x.*; make it again') as caught:
            read_json(path, FORM, 'list of x', 'make it again', ArgumentError)
        assert str(path) in str(caught.value) and str(caught.value).isprintable()
