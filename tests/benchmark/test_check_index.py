"""The second reading of the labels: it agrees with an index, and it notices what does not."""

import json
import re
import shutil

import pytest
from check_index import Check
from conftest import run_tool

from fitness_mm.aihub.index import FitnessIndex


def test_an_index_says_what_its_files_say(sample_root):
    printed = run_tool('benchmark/check_index.py', '--root', sample_root).stdout

    amounts = {what: int(number.replace(',', '')) for number, what in re.findall(
        r'^ *([\d,]+)  (.*)$', printed, re.MULTILINE)}
    index = FitnessIndex.read(sample_root)
    assert amounts['differences'] == 0
    assert amounts['coordinates'] == 48 * index.num_frames.sum()
    assert amounts['3D coordinates'] == 72 * index.num_frames[index.has_3d].sum() > 0


def change_point(label):
    label['frames'][3]['view2']['pts']['Neck']['x'] += 1


def swap_points(label):
    pts = label['frames'][3]['view2']['pts']
    pts['Neck'], pts['Nose'] = pts['Nose'], pts['Neck']


def change_condition(label):
    condition = label['type_info']['conditions'][0]
    condition['value'] = not condition['value']


def change_number(label):
    entry = label['frames'][3]['view2']
    entry['img_key'] = entry['img_key'].replace('-0000007.jpg', '-0000008.jpg')


@pytest.mark.parametrize('change, what', [
    (change_point, 'coordinates'), (swap_points, 'coordinates'), (change_condition, 'conditions'),
    (change_number, 'frame numbers')])
def test_whatever_differs_is_noticed(sample_root, tmp_path, change, what):
    shutil.copy(sample_root / 'index.parquet', tmp_path)
    shutil.copytree(sample_root / 'training/label', tmp_path / 'training/label')
    index = FitnessIndex.read(tmp_path)
    row = next(i for i in range(len(index)) if index.view[i] == 'B' and index.num_frames[i] == 16
               and index.gt_conditions_usable[i])
    path = tmp_path / index.column('label_file')[row]
    label = json.loads(path.read_text('utf-8'))
    change(label)
    path.write_text(json.dumps(label), 'utf-8')
    check = Check(index.select(index.split == 'training'))

    check.run()

    assert check.differences[0].split(': ')[1] == what
    assert all(str(index.column('label_file')[row]) in d for d in check.differences)
