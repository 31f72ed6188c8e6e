"""One label file: values read right, and every defect named."""

import copy
import json

import numpy as np
import pytest
from label_tree import HEIGHT, WIDTH, dumps, make_label, point, set_all

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.labels import MAX_LABEL_BYTES, LabelError, parse_label
from fitness_mm.aihub.prepare.reasons import NOTES, REASONS
from fitness_mm.keypoints.skeleton import KEYPOINTS

FILE = 'training/label/Day05_200925_F/D05-3-004.json'


def parse(label):
    return parse_label(label if isinstance(label, bytes) else dumps(label), FILE)


def changed(path, value, label=None):
    """A copy of a label with the field at a path replaced, or removed if the value is ``...``."""
    label = copy.deepcopy(label or make_label())
    *way, last = path
    at = label
    for step in way:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return label


def test_values():
    clip = parse(make_label())
    assert clip.type_number == 4
    assert clip.exercise is EXERCISES[0]
    assert clip.views == tuple('ABCDE')
    assert clip.keypoints.shape == (5, 16, 24, 2) and clip.keypoints.dtype == np.float32
    assert clip.present.all() and clip.present.shape == (5, 16, 24)
    for v, t, k in [(0, 0, 0), (2, 5, 9), (4, 15, 23)]:
        assert tuple(clip.keypoints[v, t, k]) == point(v, t, k)
    assert clip.image_keys[1][15].endswith('/B/004-1-1-01-Z3_B/004-1-1-01-Z3_B-0000031.jpg')
    np.testing.assert_array_equal(clip.gt_conditions, [1, 0, 1, 0, 1])
    assert clip.gt_conditions.dtype == np.int8
    assert clip.gt_conditions_usable and not clip.rejected_views and not clip.notes


def test_order_of_names_in_the_file_does_not_matter():
    label = make_label()
    for frame in label['frames']:
        for view in frame.values():
            names = list(view['pts'])
            view['pts'] = {name: view['pts'][name] for name in names[3:] + names[:3]}
    np.testing.assert_array_equal(parse(label).keypoints, parse(make_label()).keypoints)


@pytest.mark.parametrize('indent', [None, 1])
@pytest.mark.parametrize('marks', [b'', b'\xef\xbb\xbf'])
def test_white_space_and_byte_order_mark(indent, marks):
    data = json.dumps(make_label(), ensure_ascii=True, indent=indent).encode()
    np.testing.assert_array_equal(parse(marks + data).keypoints, parse(make_label()).keypoints)


def test_fractions_and_negative_coordinates_are_read_exactly():
    label = changed(('frames', 3, 'view2', 'pts', 'Neck'), {'x': -7, 'y': 12.5})
    clip = parse(label)
    assert tuple(clip.keypoints[1, 3, KEYPOINTS.index('Neck')]) == (-7, 12.5)
    assert clip.present.all()


def test_missing_name_costs_that_keypoint_only():
    clip = parse(changed(('frames', 2, 'view4', 'pts', 'Right Foot'), ...))
    assert np.argwhere(~clip.present).tolist() == [[3, 2, 23]]
    assert tuple(clip.keypoints[3, 2, 23]) == (0, 0)
    assert clip.views == tuple('ABCDE')


def test_blanks_around_a_keypoint_name_are_stripped():
    label = make_label()
    points = label['frames'][0]['view1']['pts']
    points['Nose '] = points.pop('Nose')
    assert parse(label).present.all()


@pytest.mark.parametrize('num_frames', [13, 15, 17])
def test_unusual_number_of_frames_is_kept(num_frames):
    clip = parse(make_label(num_frames=num_frames))
    assert clip.keypoints.shape == (5, num_frames, 24, 2)
    assert clip.notes == ('unusual_frame_count',)


def test_a_label_without_type_info_is_kept_for_pose():
    clip = parse(changed(('type_info',), ...))
    assert clip.exercise.name == 'standing side crunch'  # of type 004
    assert clip.gt_conditions.tolist() == [-1] * 5 and not clip.gt_conditions_usable
    assert clip.notes == ('no_type_info',) and set(clip.notes) <= set(NOTES)


def test_a_label_of_one_view_is_kept():
    label = make_label()
    clip = parse({**label, 'frames': [{'view3': frame['view3']} for frame in label['frames']]})
    assert clip.views == ('C',) and clip.keypoints.shape == (1, 16, 24, 2)
    assert clip.keypoints[0, 2, 5].tolist() == list(point(2, 2, 5))
    assert {error.reason for error in clip.rejected_views} == {'missing_view'}


@pytest.mark.parametrize('type_number, spelling', [
    (409, {'이완 시 팔 긴장 유지': '이완시 팔 긴장 유지 ', '척추의 중립': ' 척추 중립'}),
    (33, {'척추 중립': '척추의 중립', '이완시 다리 긴장 유지': '이완 시 다리 긴장 유지'}),
])
def test_known_spellings_of_conditions(type_number, spelling):
    label = make_label(type_number)
    for condition in label['type_info']['conditions']:
        condition['condition'] = spelling.get(condition['condition'], condition['condition'])
    label['type_info']['exercise'] += ' '
    clip = parse_label(dumps(label), 'x.json')
    assert (clip.gt_conditions == [i % 2 == 0 for i in range(len(clip.gt_conditions))]).all()
    assert clip.gt_conditions_usable


def test_decomposed_korean_is_the_same_name():
    import unicodedata
    data = unicodedata.normalize('NFD', dumps(make_label()).decode()).encode()
    assert parse(data).gt_conditions.tolist() == [1, 0, 1, 0, 1]


@pytest.mark.parametrize('conditions, values, usable, note', [
    ([('척추의 중립', True)], [1, -1, -1, -1, -1], True, ()),
    ([('척추의 중립', True), ('이런 조건은 없다', True)], [1, -1, -1, -1, -1], False,
     ('unknown_condition',)),
    ([('척추의 중립', True), ('척추 중립', False)], [-1] * 5, False,
     ('contradictory_condition',)),
    ([('척추의 중립', False), ('척추 중립', False)], [0, -1, -1, -1, -1], True, ()),
])
def test_conditions_that_need_care(conditions, values, usable, note):
    items = [{'condition': name, 'value': value} for name, value in conditions]
    clip = parse(changed(('type_info', 'conditions'), items))
    assert clip.gt_conditions.tolist() == values
    assert clip.gt_conditions_usable is usable
    assert clip.notes == note and set(note) <= set(NOTES)


@pytest.mark.parametrize('type_number', [62, 101, 109])
def test_quarantined_types_are_kept_without_their_conditions(type_number):
    clip = parse_label(dumps(make_label(type_number)), 'x.json')
    assert not clip.gt_conditions_usable and clip.notes == ('quarantined_type',)
    assert len(clip.views) == 5


@pytest.mark.parametrize('said, known', [(True, -1), (False, 0)])
def test_a_condition_that_is_known_to_be_labelled_wrongly_is_left_out(said, known):
    label = make_label(307)
    for item in label['type_info']['conditions']:
        item['value'] = said
    clip = parse_label(dumps(label), 'x.json')
    others = [int(said)] * 2
    assert clip.gt_conditions.tolist() == [int(said), known, int(said), *others]
    assert clip.gt_conditions_usable
    assert clip.notes == (('mislabelled_condition', ) if said else ())


FILE_DEFECTS = {
    'empty_file': [b'', b'  \n'],
    'bad_json': [dumps(make_label())[:5000], b'\x00\xff\x17noise', '{"a": "é"}'.encode('latin1'),
                 b'[' * 100_000, b'{"frames": [' + b'{"a":' * 5000],
    'too_large': [b'[' + b' ' * MAX_LABEL_BYTES + b']'],
    'bad_structure': [b'[]', b'null', b'"x"', b'3', {}, changed(('frames',), {}),
                      changed(('frames',), None), changed(('type',), 4), changed(('type',), ...),
                      changed(('type_info',), []),
                      changed(('type_info', 'conditions'), 'all'),
                      changed(('type_info', 'conditions', 0), True),
                      changed(('type_info', 'conditions', 0, 'value'), 1),
                      changed(('type_info', 'conditions', 0, 'value'), 'true'),
                      changed(('type_info', 'exercise'), 7),
                      {**make_label(), 'frames': [1, 2, 3]}, {**make_label(), 'frames': [[]]}],
    'empty_frames': [changed(('frames',), [])],
    'unknown_type': [changed(('type',), code) for code in
                     ('000', '849', '999', '4', '0004', '', 'abc', '-04', '٠٠٤')],
    'type_conflict': [make_label(5), changed(('type_info', 'key'), '005'),
                      changed(('type_info', 'exercise'), '바벨 컬')],
    'unknown_exercise': [changed(('type_info', 'exercise'), '축구')],
    'missing_view': [{**make_label(), 'frames': [{}] * 16}],
}


@pytest.mark.parametrize('reason, label', [(r, x) for r, xs in FILE_DEFECTS.items() for x in xs])
def test_file_defects(reason, label):
    with pytest.raises(LabelError) as caught:
        parse(label)
    error = caught.value
    assert error.reason == reason and reason in REASONS
    assert error.file == FILE and error.view is None
    assert str(error).startswith(f'{FILE}: ') and len(str(error)) < 400


AT = ('frames', 7, 'view3')
VIEW_DEFECTS = {
    'missing_view': [changed(AT, ...), changed(AT, None)],
    'missing_keypoints': [changed((*AT, 'pts'), {}), changed((*AT, 'pts'), {'Tail': {}})],
    'not_finite': [changed((*AT, 'pts', 'Neck', 'x'), value)
                   for value in (float('nan'), float('inf'), -float('inf'), None, 1e200)],
    'bad_structure': [changed((*AT, 'pts'), []), changed((*AT, 'pts'), ...),
                      changed((*AT, 'img_key'), ...), changed((*AT, 'img_key'), 5),
                      changed((*AT, 'pts', 'Neck'), [1, 2]), changed((*AT, 'pts', 'Neck'), {}),
                      changed((*AT, 'pts', 'Neck', 'x'), '12'),
                      changed((*AT, 'pts', 'Neck', 'y'), True),
                      changed((*AT, 'pts', 'Neck', 'y'), [1]), changed(AT, 'view'),
                      changed(AT, [])],
}


@pytest.mark.parametrize('reason, label', [(r, x) for r, xs in VIEW_DEFECTS.items() for x in xs])
def test_view_defects_cost_that_view_only(reason, label):
    clip = parse(label)
    assert clip.views == tuple('ABDE')
    assert clip.keypoints.shape == (4, 16, 24, 2) and len(clip.image_keys) == 4
    assert tuple(clip.keypoints[2, 0, 0]) == point(3, 0, 0)
    assert [(e.reason, e.view) for e in clip.rejected_views] == [(reason, 'C')]
    assert 'view C' in str(clip.rejected_views[0]) and 'frame 7' in str(clip.rejected_views[0])


def test_views_bad_for_different_reasons_reject_the_file():
    label = set_all(make_label(), 1, pts={})
    for view in (2, 3, 4, 5):
        label = set_all(label, view, img_key=None)
    with pytest.raises(LabelError) as caught:
        parse(label)
    assert caught.value.reason == 'no_usable_view'


def test_huge_integers_do_not_raise():
    label = changed((*AT, 'pts', 'Neck'), {'x': 10 ** 18, 'y': -10 ** 15})
    assert parse(label).keypoints[2, 7, KEYPOINTS.index('Neck'), 0] == np.float32(1e18)


@pytest.mark.parametrize('number', ['1e999', '-1e999', '9' * 400, '9' * 5000, 'NaN', '-Infinity'])
def test_a_number_that_is_not_finite_costs_its_view_only(number):
    data = dumps(changed((*AT, 'pts', 'Neck'), {'x': 77777, 'y': 5}))
    clip = parse(data.replace(b'77777', number.encode()))
    assert clip.views == tuple('ABDE')
    assert [(e.reason, e.view) for e in clip.rejected_views] == [('not_finite', 'C')]


@pytest.mark.parametrize('value', ['9' * 20, '9' * 5000, '"4\\"', 10 ** 25, float('nan'), [1e300]])
def test_fields_that_nothing_reads_may_hold_anything(value):
    label = set_all(make_label(), 2, active=value, more=value)
    label['type_info']['description'] = value
    np.testing.assert_array_equal(parse(label).keypoints, parse(make_label()).keypoints)


@pytest.mark.parametrize('blank', [b'\x0c', b'\x0b', b'\xc2\xa0', b'\xe2\x80\xa8'])
def test_blanks_that_json_has_not_are_refused_whatever_was_read_before(blank):
    parse(make_label())
    with pytest.raises(LabelError) as caught:
        parse(dumps(make_label()).replace(b'], "type"', b']' + blank + b', "type"'))
    assert caught.value.reason == 'bad_json'


@pytest.mark.parametrize('data', [
    dumps(make_label()) + b' x', dumps(make_label()).replace(b'], "type"', b'] "type"'),
    dumps(make_label()).replace(b'], "type"', b'],, "type"'),
    dumps(make_label()).partition(b'], "type"')[0] + b'],}',
    dumps(make_label()).replace(b'"x": 12,', b'"x": 012,'),
    dumps(make_label()).replace(b'"x": 12,', b'"x": -NaN,'),
    dumps(make_label()).decode().encode('utf-16'),
])
def test_what_is_almost_json_is_refused(data):
    with pytest.raises(LabelError) as caught:
        parse(data)
    assert caught.value.reason == 'bad_json'


def plain_reading(data):
    """Keypoints (V, T, K, 2) by Python's own reader, None if it is not JSON in UTF-8."""
    try:
        document = json.loads(data.decode().removeprefix('\ufeff'))
    except (ValueError, RecursionError):
        return None
    return [[[[point[axis] for axis in 'xy'] for point in map(frame[view]['pts'].get, KEYPOINTS)]
             for frame in document['frames']] for view in
            (f'view{number}' for number in range(1, 6))]


@pytest.mark.parametrize('alphabet', [b'0123456789', bytes(range(256)), b'0 ,.:-]}"\\eN'])
def test_a_damaged_file_says_what_it_says_to_pythons_own_reader(alphabet):
    data = dumps(make_label(num_frames=1))
    rng = np.random.default_rng(0)
    accepted = 0
    for _ in range(400):
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
        try:
            clip = parse(damaged)
        except LabelError as error:
            assert error.reason in REASONS
            if error.reason == 'bad_json':
                with pytest.raises((ValueError, RecursionError)):
                    json.loads(damaged.decode().removeprefix('\ufeff'))
        else:
            assert np.isfinite(clip.keypoints).all()
            if clip.present.all() and len(clip.views) == 5:
                np.testing.assert_array_equal(clip.keypoints,
                                              np.array(plain_reading(damaged), np.float32))
                accepted += 1
    assert accepted >= 10


def test_coordinates_of_the_test_labels_lie_in_the_image():
    clip = parse(make_label())
    assert (clip.keypoints >= 0).all() and (clip.keypoints < (WIDTH, HEIGHT)).all()


@pytest.mark.parametrize('defect', [False, True])
def test_an_exact_name_comes_before_one_with_blanks(defect):
    label = make_label()
    for frame in label['frames']:
        frame['view1']['pts']['Nose '] = {'x': 1, 'y': 1}
        frame['view1']['pts'][' Neck'] = frame['view1']['pts'].pop('Neck')
    if defect:  # which has each point looked at by itself
        del label['frames'][0]['view2']
    clip = parse(label)
    assert clip.present[0].all()
    for keypoint in (KEYPOINTS.index('Nose'), KEYPOINTS.index('Neck')):
        assert tuple(clip.keypoints[0, 3, keypoint]) == point(0, 3, keypoint)
