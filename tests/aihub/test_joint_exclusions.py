import json

import pytest

from fitness_mm.aihub.index import read_joint_exclusions


def test_files_are_joined_by_frame(tmp_path):
    files = [tmp_path / 'a.json', tmp_path / 'b.json']
    files[0].write_text(json.dumps({'x_A': {'1': ['Nose'], '5': ['Left Knee', 'Left Foot']}}))
    files[1].write_text(json.dumps({'x_A': {'5': ['Waist']}, 'y_B': {'31': []}}))
    assert read_joint_exclusions(files) == {
        'x_A': {1: {'Nose'}, 5: {'Left Knee', 'Left Foot', 'Waist'}}, 'y_B': {31: frozenset()}}
    assert read_joint_exclusions(str(files[0])) == {
        'x_A': {1: {'Nose'}, 5: {'Left Knee', 'Left Foot'}}}
    assert read_joint_exclusions([]) == {}


@pytest.mark.parametrize('content, message', [
    ('{', 'damaged or no list of labels'),
    ('[]', 'it is a list, expected an object'),
    ('{"x_A": [1, 5]}', 'x_A is a list, expected an object'),
    ('{"x_A": {"one": ["Nose"]}}', "has 'one' where a frame number"),
    ('{"x_A": {"1": ["nose"]}}', "has 'nose'"),
    ('{"x_A": {"1": [["Nose"]]}}', r'x_A\.1\[0\] is a list, expected a text'),
    ('{"x_A": {"1": "Nose"}}', r"x_A\.1 is 'Nose', expected a list"),
])
def test_a_wrong_file_is_explained(content, message, tmp_path):
    file = tmp_path / 'joints.json'
    file.write_text(content)
    with pytest.raises(ValueError, match=message) as error:
        read_joint_exclusions([file])
    assert str(file) in str(error.value)
