"""The short cut for files of one shape: it is taken, and it never changes an answer."""

import json

import numpy as np
import pytest
from label_tree import dumps, make_label, set_all

from fitness_mm.aihub.labels import label as labels
from fitness_mm.aihub.labels.label import LabelError, parse_label
from fitness_mm.aihub.labels.stencil import Stencils
from fitness_mm.keypoints.skeleton import KEYPOINTS


def outcome(data, stencils, monkeypatch):
    """What parsing gives, in comparable form."""
    monkeypatch.setattr(labels, '_stencils', stencils)
    try:
        clip = parse_label(data, 'x.json')
    except LabelError as error:
        return error.reason, str(error)
    return (clip.type_number, clip.conditions.tolist(), clip.conditions_usable, clip.views,
            clip.keypoints.tolist(), clip.keypoints.dtype, clip.present.tolist(), clip.image_keys,
            [str(error) for error in clip.rejected_views], clip.notes)


def shuffled(seed, **about):
    """A label with random coordinates of one to four digits."""
    rng = np.random.default_rng(seed)
    label = make_label(**about)
    for frame in label['frames']:
        for view in frame.values():
            for name in KEYPOINTS:
                x, y = (int(rng.integers(0, 10 ** rng.integers(1, 5))) for _ in 'xy')
                view['pts'][name] = {'x': x, 'y': y}
    return label


@pytest.fixture
def learned(monkeypatch):
    """Stencils that know one file."""
    stencils = Stencils()
    outcome(dumps(shuffled(0)), stencils, monkeypatch)
    return stencils


@pytest.mark.parametrize('about', [
    {}, dict(type_number=816, performer=112, day='Day40_201130_F', slot='8'),
    dict(type_number=409), dict(type_number=62), dict(slot='17'),
])
def test_a_file_of_the_same_shape_is_matched(learned, monkeypatch, about):
    data = dumps(shuffled(1, **about))
    assert learned.match(data) is not None
    assert outcome(data, learned, monkeypatch) == outcome(data, Stencils(), monkeypatch)


def test_white_space_and_the_order_of_names_are_part_of_the_shape(learned, monkeypatch):
    pretty = json.dumps(shuffled(2), indent=2).encode()
    assert learned.match(pretty) is None
    expected = outcome(pretty, Stencils(), monkeypatch)
    assert outcome(pretty, learned, monkeypatch) == expected
    assert learned.match(pretty) is not None  # learnt on the way
    assert outcome(pretty, learned, monkeypatch) == expected
    assert learned.match(dumps(shuffled(3))) is not None


def with_point(value, **about):
    label = shuffled(4, **about)
    label['frames'][3]['view2']['pts']['Neck'] = value
    return dumps(label)


@pytest.mark.parametrize('data', [
    with_point({'x': -5, 'y': 7}), with_point({'x': 1.5, 'y': 7}), with_point({'x': 12345, 'y': 7}),
    with_point({'x': 1e30, 'y': 7}), with_point({'y': 7, 'x': 5}), with_point({'x': '5', 'y': 7}),
    with_point({'x': float('nan'), 'y': 7}), with_point({'x': 5}),
    with_point({'x': 51, 'y': 70}).replace(b'"x": 51, "y": 70', b'"x": 051, "y": 70'),
    dumps(make_label(num_frames=13)), dumps(make_label())[:-2], dumps(make_label()) + b' x',
    dumps(make_label()).replace(b'"view3"', b'"view6"'),
    dumps(make_label()).replace(b'"view3"', b'"view33"'),
    dumps(make_label()).replace(b'], "type"', b'] "type"'),
    dumps(make_label()).replace(b'], "type"', b'], "frames": [], "type"'),
    dumps(make_label()).replace(b'], "type"', b'],, "type"'),
    dumps(make_label()).partition(b'], "type"')[0] + b']}',
    dumps(make_label()).partition(b'], "type"')[0] + b'],}',
    dumps(set_all(make_label(), 2, active='No')), b'', b'1', b'12 34', b'{"frames": [1]}',
    dumps(set_all(make_label(), 2, active='"4\\"')),
    dumps(set_all(make_label(), 2, img_key='Day1')), dumps(make_label()).replace(b'Z3', b'Z\xff'),
])
def test_a_file_that_differs_is_read_as_without_stencils(learned, monkeypatch, data):
    assert outcome(data, learned, monkeypatch) == outcome(data, Stencils(), monkeypatch)


@pytest.mark.parametrize('alphabet', [b'0123456789', bytes(range(256)), b'0 ,.:-]}"\\e'])
def test_random_damage_gives_what_the_json_parser_gives(learned, monkeypatch, alphabet):
    data = dumps(shuffled(0, num_frames=2))
    outcome(data, learned, monkeypatch)
    assert learned.match(data) is not None
    rng = np.random.default_rng(0)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(rng.integers(1, 3)):
            position = rng.integers(0, len(damaged))
            byte = alphabet[rng.integers(0, len(alphabet))]
            if rng.random() < 0.5:
                damaged[position] = byte
            elif rng.random() < 0.5:
                del damaged[position]
            else:
                damaged.insert(position, byte)
        damaged = bytes(damaged)
        assert (outcome(damaged, learned, monkeypatch)
                == outcome(damaged, Stencils(), monkeypatch))


def test_an_endless_variety_of_shapes_is_not_learnt(monkeypatch):
    stencils = Stencils()
    label = make_label(num_frames=1)
    for width in range(80):
        outcome(b' ' * width + dumps(label), stencils, monkeypatch)
    assert len(stencils._stencils) <= 16 and stencils._attempts == 64
