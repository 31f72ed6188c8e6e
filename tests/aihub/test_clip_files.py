"""Clip files: where their pixels are, which frames come out, and how one is told from others."""

import os

import av
import cv2
import numpy as np
import pytest
from av.video.frame import PictureType
from label_tree import Tree, dumps, make_label

from fitness_mm.aihub.clips.codec import decode_clip, encode_clip
from fitness_mm.aihub.clips.job import ClipJob, clip_size, sealed, sealed_bytes
from fitness_mm.aihub.frames import FrameError, read_frames
from fitness_mm.aihub.prepare import build_clips, build_index
from fitness_mm.files import with_checksum
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.pixels import PixelMap
from fitness_mm.keypoints.skeleton import KEYPOINTS

SIZE = (48, 32)


def moving(num_frames=32, size=SIZE):
    """BGR frames with a texture that moves, so that frames depend on each other."""
    rng = np.random.default_rng(0)
    texture = cv2.GaussianBlur(rng.integers(0, 256, (size[1], 400, 3), np.uint8), (0, 0), 2)
    return [np.ascontiguousarray(texture[:, 3 * j:3 * j + size[0]]) for j in range(num_frames)]


@pytest.fixture(scope='module')
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp('clip') / 'clip.mp4'
    path.write_bytes(with_checksum(encode_clip(moving(), SIZE)))
    return path


def picture_types(path):
    with av.open(str(path)) as container:
        return [PictureType(frame.pict_type).name for frame in container.decode(video=0)]


def test_labelled_images_are_the_frames_that_others_depend_on(clip):
    types = picture_types(clip)
    assert len(types) == 32 and types[0] == types[16] == 'I'
    assert set(types[0::2]) == {'I', 'P'} and set(types[1:31:2]) == {'B'}


def test_the_same_frames_give_the_same_bytes(clip):
    assert with_checksum(encode_clip(iter(moving()), SIZE)) == clip.read_bytes()


def test_frames_are_the_images(clip):
    frames = decode_clip(clip, range(1, 33), SIZE)
    for decoded, image in zip(frames, moving(), strict=True):
        assert decoded.shape == (32, 48, 3) and decoded.dtype == np.uint8
        # of the images in the clip, its own is by far the nearest
        assert np.abs(decoded[..., ::-1].astype(int) - image).mean() < 6


@pytest.mark.parametrize('numbers', [
    [1], [32], [17], [31, 1, 1], [1, 3, 5, 7, 9, 11, 13, 15], [17, 19, 21, 23, 25, 27, 29, 31],
    [2, 4], [16, 17, 18], [15], [33 - n for n in range(1, 33)], [],
])
def test_any_choice_of_frames_decodes_to_the_same_pixels(clip, numbers):
    everything = decode_clip(clip, range(1, 33), SIZE)
    for number, frame in zip(numbers, decode_clip(clip, numbers, SIZE), strict=True):
        np.testing.assert_array_equal(frame, everything[number - 1])


def test_every_changed_bit_is_noticed(tmp_path, clip):
    data = clip.read_bytes()
    path = tmp_path / 'clip.mp4'
    rng = np.random.default_rng(0)
    for position in [*rng.integers(len(data), size=60), 0, len(data) - 1]:
        damaged = bytearray(data)
        damaged[position] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        with pytest.raises(FrameError, match='is damaged: its checksum is wrong; make it again'):
            decode_clip(path, [1], SIZE)


def test_only_a_file_is_read(tmp_path):
    path = tmp_path / 'clip.mp4'
    os.mkfifo(path)
    with pytest.raises(FrameError, match='not a regular file'):
        decode_clip(path, [1], SIZE)


@pytest.mark.parametrize('name', ['10:20', 'http:x', os.fsdecode('스쿼트'.encode('cp949'))])
def test_a_file_of_any_name(tmp_path, clip, name):
    path = tmp_path / name
    path.write_bytes(clip.read_bytes())
    assert len(decode_clip(path, [1, 3], SIZE)) == 2


@pytest.mark.parametrize('num_images', [1, 2, 25, 33, 34])
def test_any_number_of_images(tmp_path, num_images):
    path = tmp_path / 'clip.mp4'
    path.write_bytes(with_checksum(encode_clip(moving(num_images), SIZE)))
    assert len(picture_types(path)) == num_images
    last, = decode_clip(path, [num_images], SIZE)
    assert np.abs(last[..., ::-1].astype(int) - moving(num_images)[-1]).mean() < 6
    with pytest.raises(FrameError, match=f'has no image {num_images + 1}; make it again'):
        decode_clip(path, [1, num_images + 1], SIZE)


@pytest.mark.parametrize('box, height, expected', [
    ((0, 0, 1920, 1080), 320, (568, 320)),  # 568.9 to the nearest even number
    ((100, 20, 1101, 1021), 320, (320, 320)),
    ((0, 0, 301, 301), 320, (300, 300)),  # smaller than wanted: not enlarged, only made even
    ((0, 0, 201, 301), 301, (200, 300)),
    ((0, 0, 300, 300), 111, (110, 110)),
    ((0, 0, 3, 1000), 100, (2, 100)),  # at least 2 wide
])
def test_clip_size_by_hand(box, height, expected):
    assert clip_size(Box(*box), height) == expected


def job(**changes):
    values = {'clip_view': 'training/Day01_200921_F/1/004-1-1-01-Z3_A', 'label_file': 'x.json',
              'view': 'A', 'image_dir': 'a', 'image_prefix': 'a', 'num_images': 32,
              'image_size': (64, 36), 'labelled': (1, 3), 'file': 'clips/a.mp4',
              'box': (0, 0, 64, 36), 'size': SIZE}
    return ClipJob(**values | changes)


def test_a_sealed_file_is_known_and_plays(tmp_path, clip):
    path = tmp_path / 'clip.mp4'
    path.write_bytes(sealed(clip.read_bytes(), job()))
    assert sealed_bytes(path, job()) == path.stat().st_size
    assert len(picture_types(path)) == 32
    # the box at its end is one that MP4 readers skip: its length leads to the end of the file
    data, length = path.read_bytes(), len(clip.read_bytes())
    assert length + int.from_bytes(data[length:length + 4], 'big') == len(data)
    assert data[length + 4:length + 8] == b'uuid'


@pytest.mark.parametrize('changes', [
    {'box': (0, 0, 64, 35)}, {'size': (46, 32)}, {'num_images': 31}, {'clip_view': 'other_A'},
    {'image_size': (64, 37)},
])
def test_a_file_made_otherwise_is_not_trusted(tmp_path, clip, changes):
    path = tmp_path / 'clip.mp4'
    path.write_bytes(sealed(clip.read_bytes(), job(**changes)))
    assert sealed_bytes(path, job()) is None


@pytest.mark.parametrize('damage', [
    lambda path: path.write_bytes(path.read_bytes()[:-1]),
    lambda path: path.write_bytes(path.read_bytes()[:2000]),
    lambda path: path.write_bytes(path.read_bytes() + b'\0'),
    lambda path: path.write_bytes(b'\1' + path.read_bytes()[1:]),
    lambda path: path.write_bytes(encode_clip(moving(), SIZE)),  # a clip, but nobody's
    lambda path: path.write_bytes(b''),
    lambda path: path.unlink(),
    lambda path: (path.unlink(), path.mkdir()),
    lambda path: (path.rename(path.with_suffix('.x')), path.symlink_to(path.with_suffix('.x'))),
])
def test_a_damaged_or_foreign_file_is_not_trusted(tmp_path, clip, damage):
    path = tmp_path / 'clip.mp4'
    path.write_bytes(sealed(clip.read_bytes(), job()))
    damage(path)
    assert sealed_bytes(path, job()) is None


IMAGE = (461, 347)


def marked_tree(root):
    """One clip-view whose image 2t + 1 has a single bright disc, at its keypoint number t.

    The joints stand in a corner of the image, so that the box is clamped on two sides only.
    """
    rng = np.random.default_rng(3)
    points = rng.integers((60, 50), (300, 250), (16, len(KEYPOINTS), 2))
    points[0, 0] = 301, 249  # with the margin, 387 x 335 pixels
    label = make_label(4)
    for t, frame in enumerate(label['frames']):
        frame['view1']['pts'] = {name: {'x': int(x), 'y': int(y)} for name, (x, y)
                                 in zip(KEYPOINTS, points[t], strict=True)}
    tree = Tree(root)
    tree.put(tree.label_path(4), dumps(label))
    folder = tree.image_dir(4, 'A')
    for number in range(1, 33):
        t = (number - 1) // 2
        image = np.full((IMAGE[1], IMAGE[0], 3), 20, np.uint8)
        cv2.circle(image, [int(v) for v in points[t, t]], 9, (230, 230, 230), -1, cv2.LINE_AA)
        data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
        tree.put(folder / f'{folder.name}-{number:07d}.jpg', data)
    return tree


def disc_centre(frame):
    weight = (frame.mean(axis=-1) - 60).clip(min=0)
    y, x = np.indices(weight.shape)
    return np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()


@pytest.mark.parametrize('height', [320, 203, 120, 64])
def test_keypoints_lie_on_the_clip_where_they_lie_on_the_image(tmp_path, height):
    tree = marked_tree(tmp_path)
    build_index(tree.root)
    build_clips(tree.root, height)
    index = build_index(tree.root).index
    assert index.view.tolist() == ['A']
    box, size = index.value('clip_box', 0), index.value('clip_size', 0)
    assert (box[2] - box[0]) % 2 and (box[3] - box[1]) % 2, 'the crop should be of odd size'
    assert size[1] == min(height, box[3] - box[1]) // 2 * 2
    for numbers in ([1, 3, 5, 7], [31], [2, 32, 17]):
        frames, transform = read_frames(index, 0, numbers)
        assert transform == PixelMap.of_box(box, size)
        for number, frame in zip(numbers, frames, strict=True):
            t = (number - 1) // 2
            assert frame.shape == (size[1], size[0], 3)
            expected = transform.apply(index.keypoints(0)[t, t])
            distance = np.abs(disc_centre(frame) - expected)
            assert distance.max() < 0.25, (number, distance)
            # and not with a mapping that is off by the half pixel of another convention
            wrong = transform.apply(index.keypoints(0)[t, t] + 0.5 / np.array(transform.scale))
            assert np.abs(disc_centre(frame) - wrong).max() > 0.25


def test_a_box_is_cut_out_of_the_clip_at_the_right_place(tmp_path):
    tree = marked_tree(tmp_path)
    build_index(tree.root)
    build_clips(tree.root, 120)
    index = build_index(tree.root).index
    x, y = index.keypoints(0)[4, 4].astype(int)
    (frame,), transform = read_frames(index, 0, [9], (x - 31, y - 30, x + 34, y + 33))
    assert frame.shape[0] < 40
    np.testing.assert_allclose(disc_centre(frame), transform.apply(np.array([x, y])), atol=0.25)
