"""3D labels in the index."""

import json

import numpy as np
import pytest
from label_tree import DAY, Tree, dumps, make_label

from fitness_mm.aihub.index import FitnessIndex, IndexFileError
from fitness_mm.aihub.labels import LabelError, parse_label_3d
from fitness_mm.aihub.prepare import build_index
from fitness_mm.keypoints.skeleton import KEYPOINTS


def cm(frame, keypoint):
    """Where the tests put a keypoint."""
    return {'x': frame - 1.5, 'y': keypoint * 10.25, 'z': -(frame * 100 + keypoint) / 10}


def label_3d(num_frames=16):
    return {'frames': [{'pts': {name: cm(t, k) for k, name in enumerate(KEYPOINTS)}}
                       for t in range(num_frames)]}


def expected(frames):
    return np.array([[list(cm(t, k).values()) for k in range(24)] for t in frames])


def put_3d(tree, type_number, content, mark=''):
    path = tree.label_path(type_number)
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    tree.put(path.with_name(f'{path.stem}-3d{mark}.json'), data)


def test_order_of_names_and_missing_points():
    label = label_3d(2)
    pts = label['frames'][1]['pts'] = dict(reversed(label['frames'][1]['pts'].items()))
    del pts['Nose']
    pts['Left Eye']['y'] = None
    pts['Right Eye']['z'] = 4000.0  # cm: more than int16 holds of mm
    pts['Neck']['x'] = 3276.7

    mm = parse_label_3d(dumps(label), 'x')

    assert mm.dtype == np.int16 and mm.shape == (2, 24, 3)
    assert (mm[0] == np.rint(expected([0])[0] * 10)).all()
    unknown = (mm[1] == -32768).all(axis=-1)
    assert [KEYPOINTS[k] for k in np.flatnonzero(unknown)] == ['Nose', 'Left Eye', 'Right Eye']
    assert mm[1, 5].tolist() == [-5, 512, -105] and mm[1, KEYPOINTS.index('Neck'), 0] == 32767


@pytest.mark.parametrize('content, reason', [
    (b'', 'empty_file'), (b'{"frames": [', 'bad_json'), (b'[]', 'bad_structure'),
    (b'{"frames": []}', 'empty_frames'), (b'{"frames": [{}]}', 'bad_structure'),
    (b'{"frames": [{"pts": []}]}', 'bad_structure'),
    (b'{"frames": [{"pts": {"Nose": {"x": 1, "y": 2}}}]}', 'bad_structure'),
    (b'{"frames": [{"pts": {"Nose": {"x": 1, "y": 2, "z": "3"}}}]}', 'bad_structure'),
    (b'{"frames": [{"pts": {"Nose": {"x": 1, "y": 2, "z": true}}}]}', 'bad_structure'),
])
def test_damaged_files(content, reason):
    with pytest.raises(LabelError) as error:
        parse_label_3d(content, 'x')
    assert error.value.reason == reason


@pytest.fixture(scope='module')
def built(tmp_path_factory):
    tree = Tree(tmp_path_factory.mktemp('root'))
    for type_number in (4, 5, 6, 7, 8):
        tree.add_clip(type_number)
    put_3d(tree, 4, label_3d())
    put_3d(tree, 4, label_3d(3), mark=' (1)')
    put_3d(tree, 5, label_3d(15))
    put_3d(tree, 6, b'{')
    put_3d(tree, 7, label_3d())
    put_3d(tree, 9, label_3d())
    folder = tree.image_dir(7, 'A')  # the first row of its clip goes
    for image in folder.iterdir():
        image.unlink()
    (tree.image_dir(7, 'C') / f'{tree.image_dir(7, "C").name}-0000005.jpg').unlink()
    return tree.root, build_index(tree.root)


def test_each_view_has_its_frames_and_damaged_3d_labels_cost_no_clip(built):
    root, _ = built
    index = FitnessIndex.read(root)
    assert sorted(set(index.type)) == [4, 5, 6, 7, 8] and len(index) == 24
    assert set(index.type[index.has_3d]) == {4, 7}
    for i in range(len(index)):
        keypoints = index.keypoints_3d(i)
        frames = (index.frame_numbers(i) - 1) // 2
        assert keypoints.shape == (len(frames), 24, 3) and keypoints.dtype == np.float32
        if index.has_3d[i]:
            assert np.abs(keypoints - expected(frames)).max() <= 0.0501
        else:
            assert np.isnan(keypoints).all()
    without = index.clip_view_id(int(np.flatnonzero((index.type == 7) & (index.view == 'C'))[0]))
    assert without.endswith('_C') and (index.num_frames[index.type == 7] == [16, 15, 16, 16]).all()


def test_many_rows_at_once_are_those_of_each(built):
    index = FitnessIndex.read(built[0])
    rows = np.array([20, 3, 17, 3, 9])
    selected = index.select(np.arange(len(index))[::-1])
    for some in (index, selected):
        together = some.keypoints_3d_at(some.frames_of(rows))
        assert np.array_equal(together, np.concatenate([some.keypoints_3d(i) for i in rows]),
                              equal_nan=True)
    square = index.frames_of(rows)[:6].reshape(2, 3)
    assert np.array_equal(index.keypoints_3d_at(square).reshape(6, 24, 3),
                          index.keypoints_3d_at(square.ravel()), equal_nan=True)
    assert index.keypoints_3d_at(index.frames_of(np.array([], int))).shape == (0, 24, 3)


def test_the_report_counts_them(built):
    _, result = built
    assert result.summary['labels_3d'] == 6 and result.summary['clips_with_3d'] == 2
    assert result.summary['rejected_3d'] == {
        'bad_json': 1, 'duplicate': 1, 'no_2d_label': 1, 'other_frames': 1}
    assert not result.summary['rejected_files']
    assert 'In 3D              2 of 5 clips' in result.text
    assert f'training/label/{DAY}/D05-3-005-3d.json: 15 frames, expected' in (
        result.summary['examples']['other_frames'][0])


def test_labels_are_not_read_again_for_a_3d_label(tmp_path):
    tree = Tree(tmp_path)
    tree.add_clip(4)
    assert not build_index(tree.root).index.has_3d.any()
    put_3d(tree, 4, label_3d())
    again = build_index(tree.root)
    assert again.labels_parsed == 0 and again.index.has_3d.all()
    tree.put(tree.label_path(4), dumps(make_label(num_frames=15)))
    assert not build_index(tree.root).index.has_3d.any()


def test_an_index_made_again_meanwhile_is_not_mixed_with_the_old_one(built, tmp_path):
    tree = Tree(tmp_path)
    tree.add_clip(4)
    put_3d(tree, 4, label_3d())
    index = build_index(tree.root).index
    tree.add_clip(5)
    build_index(tree.root)
    with pytest.raises(IndexFileError, match='was made again while it was in use'):
        index.keypoints_3d(0)
