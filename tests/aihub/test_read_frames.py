"""Frames and the mapping of keypoints onto them, checked with a marked pixel."""

from pathlib import Path

import av
import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from label_tree import DAY, Tree, jpeg

from fitness_mm.aihub.disk.image_files import ImageFiles
from fitness_mm.aihub.disk.sources import Place, Sources
from fitness_mm.aihub.frames import FrameError, read_frames
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.index.parquet import write_parquet
from fitness_mm.aihub.prepare import build_index
from fitness_mm.files import with_checksum
from fitness_mm.keypoints.pixels import PixelMap

MARK = (40, 20)  # x, y of a bright square's centre
RED = (200, 30, 30)


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    image = np.zeros((36, 64, 3), np.uint8)
    image[MARK[1] - 4:MARK[1] + 5, MARK[0] - 4:MARK[0] + 5] = RED[::-1]
    tree = Tree(tmp_path_factory.mktemp('root'), cv2.imencode('.jpg', image)[1].tobytes())
    tree.add_clip(4)
    build_index(tree.root)
    return tree


@pytest.fixture
def index(tree):
    return FitnessIndex.read(tree.root)


def centre(frame):
    """Centre of the red square, weighted by brightness, in pixels."""
    weight = frame[..., 0].astype(float) * (frame[..., 0] > 60)
    y, x = np.indices(weight.shape)
    return np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()


def test_whole_frames(index):
    frames, transform = read_frames(index, 2, [31, 2, 2])
    assert [frame.shape for frame in frames] == [(36, 64, 3)] * 3
    assert frames[0].dtype == np.uint8
    np.testing.assert_allclose(frames[0][MARK[1], MARK[0]], RED, atol=12)
    assert transform == PixelMap()
    np.testing.assert_allclose(centre(frames[0]), MARK, atol=0.1)


@pytest.mark.parametrize('box, shape, offset', [
    ((30, 10, 50, 30), (20, 20), (-30, -10)),
    ((30.9, 10.2, 49.1, 29.5), (20, 20), (-30, -10)),
    ((-200, -200, 50, 30), (30, 50), (0, 0)),
    ((10, 4, 300, 236), (32, 54), (-10, -4)),
])
def test_box(index, box, shape, offset):
    (frame,), transform = read_frames(index, 0, [1], box)
    assert frame.shape == (*shape, 3)
    assert transform.offset == offset and transform.scale == (1, 1)
    np.testing.assert_allclose(centre(frame), transform.apply(np.array(MARK)), atol=0.1)


@pytest.mark.parametrize('box', [(64, 0, 80, 36), (-5, -5, 0, 0), (10, 10, 10, 20)])
def test_box_beside_the_image(index, box):
    with pytest.raises(ValueError, match='does not meet the frames of'):
        read_frames(index, 0, [1], box)


def write_clip(path, box, size, num_frames=32):
    """A clip file of box of the marked image; frame j has brightness 3 * j elsewhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('mpeg4', rate=8)
        stream.width, stream.height, stream.pix_fmt = *size, 'yuv420p'
        stream.bit_rate = 4_000_000
        for j in range(num_frames):
            image = np.full((36, 64, 3), 3 * j, np.uint8)
            image[MARK[1] - 4:MARK[1] + 5, MARK[0] - 4:MARK[0] + 5] = (255, 0, 0)
            cut = cv2.resize(image[box[1]:box[3], box[0]:box[2]], size)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(cut, format='rgb24')))
        container.mux(stream.encode())
    path.write_bytes(with_checksum(path.read_bytes()))


def with_clip(tree, tmp_path, clip, box=(16, 4, 64, 36), size=(96, 64)):
    """The tree's index with a clip file in row 0."""
    table = pq.read_table(tree.root / 'index.parquet')
    for name, value in (('clip_file', clip), ('clip_box', box), ('clip_size', size)):
        i = table.schema.get_field_index(name)
        column = pa.array([value] + [None] * (len(table) - 1), table.schema.field(i).type)
        table = table.set_column(i, table.schema.field(i), column)
    write_parquet(tmp_path / 'index.parquet', table)
    (tmp_path / 'training').symlink_to(tree.root / 'training')
    return FitnessIndex.read(tmp_path)


def test_clip_file(tree, tmp_path):
    index = with_clip(tree, tmp_path, 'Video/clip.mp4')
    write_clip(tmp_path / 'Video/clip.mp4', (16, 4, 64, 36), (96, 64))
    frames, transform = read_frames(index, 0, [31, 1, 11])
    assert [frame.shape for frame in frames] == [(64, 96, 3)] * 3
    for frame, number in zip(frames, [31, 1, 11], strict=True):
        assert abs(int(frame[5, 5].mean()) - 3 * (number - 1)) < 6
    np.testing.assert_allclose(centre(frames[1]), transform.apply(np.array(MARK)), atol=0.3)
    assert read_frames(index, 1, [1])[0][0].shape == (36, 64, 3)  # a row without a clip file


@pytest.mark.parametrize('box, shape', [
    ((16, 4, 64, 36), (64, 96)),  # all that the clip shows, two clip pixels to one
    ((0, 0, 99, 99), (64, 96)),  # clamped to it
    ((20, 6, 61, 35), (58, 82)),
])
def test_box_is_cut_out_of_a_clip_file_too(tree, tmp_path, box, shape):
    index = with_clip(tree, tmp_path, 'Video/clip.mp4')
    write_clip(tmp_path / 'Video/clip.mp4', (16, 4, 64, 36), (96, 64))
    (frame,), transform = read_frames(index, 0, [1], box)
    assert frame.shape == (*shape, 3)
    np.testing.assert_allclose(centre(frame), transform.apply(np.array(MARK)), atol=0.3)


def test_clip_file_that_is_gone_gives_way_to_the_images(tree, tmp_path):
    index = with_clip(tree, tmp_path, 'Video/clip.mp4')
    frames, transform = read_frames(index, 0, [1])
    assert frames[0].shape == (36, 64, 3) and transform == PixelMap()


@pytest.mark.parametrize('content, numbers, message', [
    (b'', [1], 'checksum is wrong'), (b'noise' * 100, [1], 'checksum is wrong'),
    (with_checksum(b'noise' * 100), [1], 'cannot be decoded'),
    (8, [1, 9], 'has no image 9'), (32, [0], 'has no image 0'),
])
def test_broken_clip_file(tree, tmp_path, content, numbers, message):
    index = with_clip(tree, tmp_path, 'clip.mp4')
    path = tmp_path / 'clip.mp4'
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        write_clip(path, (16, 4, 64, 36), (96, 64), content)
    with pytest.raises(FrameError, match=message) as caught:
        read_frames(index, 0, numbers)
    assert caught.value.path == path and str(caught.value).startswith(str(path))


def test_clip_file_of_another_size(tree, tmp_path):
    index = with_clip(tree, tmp_path, 'clip.mp4', size=(48, 32))
    write_clip(tmp_path / 'clip.mp4', (16, 4, 64, 36), (96, 64))
    with pytest.raises(FrameError, match='is 96x64 pixels, the index says 48x32'):
        read_frames(index, 0, [1])


def images_in(folder):
    return ImageFiles(Sources(folder, (folder, ), (Place('', 0, '', DAY), )))


@pytest.mark.parametrize('data, message', [
    (None, 'cannot be read'), (b'', 'not a complete JPEG'), (b'\xff' * 5000, 'not a complete'),
    (jpeg()[:-30], 'not a complete JPEG'), (b'noise\xff\xd9', 'cannot be decoded'),
    (jpeg(size=(32, 18)), 'is 32x18 pixels, expected 64x36'),
])
def test_broken_images(tmp_path, data, message):
    path = Path(tmp_path / 'x.jpg')
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(FrameError, match=message):
        images_in(tmp_path).read_rgb(f'training/img/{DAY}/x.jpg', (64, 36))


def test_exif_rotation_is_not_applied(tmp_path):
    exif = bytes.fromhex('ffe1002245786966000049492a000800000001001201030001000000060000000000'
                         '0000')
    data = jpeg()
    (tmp_path / 'x.jpg').write_bytes(data[:2] + exif + data[2:])
    assert images_in(tmp_path).read_rgb(f'training/img/{DAY}/x.jpg').shape == (36, 64, 3)
