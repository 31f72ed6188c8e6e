"""A setting that nothing reads any more is refused, in files of one's own and on command lines."""

import pytest
from conftest import REPO

from fitness_mm.engine.load import read_config
from fitness_mm.errors import FitnessError

BASE = '''
exercises = '{{$FITNESS_EXERCISES:study}}'
size = (4, 8)
steps = [dict(type='Resize', scale=size)]
num_classes = 12
epochs = 3
label = 'unused'
train_dataloader = dict(dataset=dict(exercises=exercises, pipeline=steps))
model = dict(type='A', depth=18)
'''
MIDDLE = '''
_base_ = 'base.py'
model = dict(num_classes=_base_.num_classes)
train_cfg = dict(max_epochs={{_base_.epochs}})
'''


@pytest.fixture
def child(tmp_path):
    def child(text):
        for name, content in (('base', BASE), ('middle', MIDDLE), ('child', text)):
            (tmp_path / f'{name}.py').write_text(content)
        return tmp_path / 'child.py'
    return child


IGNORED = [
    ('exercises', 'all', r'train_dataloader\.dataset\.exercises instead, or FITNESS_EXERCISES in'),
    ('size', (8, 16), r'set train_dataloader\.dataset\.pipeline\.0\.scale instead'),
    ('steps', [], r'set train_dataloader\.dataset\.pipeline instead'),
    ('num_classes', 5, r'set model\.num_classes instead'),
    ('epochs', 5, 'set the parts of the run that it is in instead'),
]


@pytest.mark.parametrize('name, value, advice', IGNORED)
def test_of_what_a_base_was_built_with_a_later_value_is_refused(name, value, advice, child):
    file = child(f"_base_ = 'middle.py'\n{name} = {value!r}\n")
    with pytest.raises(FitnessError, match=rf'child\.py sets {name}, which changes .*{advice}'):
        read_config(file)
    # what a file in the middle sets has to be read there, or by those that have it for a base
    grandchild = file.with_name('grandchild.py')
    grandchild.write_text("_base_ = 'child.py'\nmodel = dict(depth=34)")
    with pytest.raises(FitnessError, match=rf'child\.py sets {name}, which changes nothing'):
        read_config(grandchild)
    grandchild.write_text(f"_base_ = 'child.py'\nmodel = dict(own=_base_.{name})")
    assert read_config(grandchild).model.own == value


@pytest.mark.parametrize('name, value, advice', IGNORED)
def test_the_same_on_a_command_line(name, value, advice, child):
    file = child("_base_ = 'middle.py'")
    with pytest.raises(FitnessError, match=rf'--cfg-options sets {name}, which .*{advice}'):
        read_config(file, {name: value})
    file.write_text(read_config(file).pretty_text)  # one file, as a work directory holds
    if name in ('exercises', 'size', 'steps', 'num_classes'):
        with pytest.raises(FitnessError, match=rf'--cfg-options sets {name}, which changes'):
            read_config(file, {name: value})


def test_a_name_that_nothing_has_is_refused_with_its_likes(child):
    file = child("_base_ = 'middle.py'")
    with pytest.raises(FitnessError, match=r'sets trian_dataloader, .* did you mean train_d'):
        read_config(file, {'trian_dataloader.batch_size': 8})


@pytest.mark.parametrize('text', [
    "exercises = 'all'\ntrain_dataloader = dict(dataset=dict(exercises=exercises))",
    "exercises = 'study'", "note = 'mine'", "label = 'mine'", 'model = dict(depth=34)',
    'work_dir = "here"', "import os\nexercises = os.environ.get('X', 'study')"])
def test_what_has_an_effect_or_harms_nothing_is_left_in_peace(text, child):
    file = child(f"_base_ = 'middle.py'\n{text}\n")
    assert read_config(file, {'model.depth': 50, 'label': 'x', 'exercises': 'study'} if 'all'
                       not in text else {}).model.num_classes == 12


def test_a_config_of_the_project_says_which_of_its_settings_to_write():
    with pytest.raises(FitnessError, match=r'max_epochs, .* set train_cfg\.max_epochs instead'):
        read_config(REPO / 'configs/demo/demo_tsm_r18_heatmap.py', {'max_epochs': 3})
