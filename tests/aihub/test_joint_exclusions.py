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
    ('{', 'not JSON'),
    ('[]', 'expected an object'),
    ('{"x_A": [1, 5]}', "'x_A' has to be an object"),
    ('{"x_A": {"one": ["Nose"]}}', "has 'one' where a frame number"),
    ('{"x_A": {"1": ["nose"]}}', "has 'nose'"),
    ('{"x_A": {"1": [["Nose"]]}}', 'has to list joints by name'),
    ('{"x_A": {"1": "Nose"}}', 'has to list joints by name'),
])
def test_a_wrong_file_is_explained(content, message, tmp_path):
    file = tmp_path / 'joints.json'
    file.write_text(content)
    with pytest.raises(ValueError, match=message) as error:
        read_joint_exclusions([file])
    assert str(file) in str(error.value)
