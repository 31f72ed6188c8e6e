"""How many ways to break a condition a network finds, measured by a tool."""

import csv

import pytest
import torch
from conftest import run_tool
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from trials.ways import Row, ways_markdown

from fitness_mm.sample.exercises import DRAWN

CONFIG = 'configs/posture/posture_keypoints_fitness.py'


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    """A network of the front raise that calls everything kept."""
    monkeypatch.setenv('FITNESS_EXERCISES', 'front raise')
    init_default_scope('mmaction')
    model = MODELS.build(Config.fromfile(CONFIG).model)
    for parameter in model.cls_head.parameters():
        parameter.data.fill_(0.0)
    model.cls_head.head.fc.bias.data.fill_(1.0)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'epoch_1.pth')
    return tmp_path / 'epoch_1.pth'


def test_a_network_that_finds_nothing_finds_no_way(checkpoint, tmp_path):
    out = tmp_path / 'tables' / 'ways.csv'
    printed = run_tool('benchmark/ways.py', CONFIG, checkpoint, '--out', out, '--clips', 2,
                       '--strengths', 1, '--anywhere').stdout
    faults = DRAWN['front raise'].faults
    ways = sum(map(len, faults.values()))
    assert f'| 1 | {ways} | 0.00 | 0 | 0.00 | 0 |' in printed
    assert f'Of {len(faults)} conditions that are kept, called broken: 0.000' in printed
    with out.open(encoding='utf-8-sig') as file:
        rows = list(csv.DictReader(file))
    assert [row['way'] for row in rows] == ['kept'] * len(faults) + [
        way.name for own in faults.values() for way in own]


def test_shares_are_means_over_ways():
    rows = [Row('a', 'x', 'kept', 0.0, 0.04, 0.0), Row('a', 'y', 'kept', 0.0, 0.1, 0.1),
            Row('a', 'x', 'up', 1.0, 0.9, 1.0), Row('a', 'x', 'down', 1.0, 0.5, 0.8),
            Row('a', 'x', 'up', 2.0, 1.0, 1.0)]
    text = ways_markdown(rows)
    assert '| 1 | 2 | 0.70 | 1 | 0.90 | 1 |' in text and '| 2 | 1 | 1.00 | 1 | 1.00 | 1 |' in text
    assert '0.070 of single views (1 conditions' in text
