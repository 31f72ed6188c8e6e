"""A training sample from a clip file is the sample from the JPEGs, but for the codec's noise."""

import shutil

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope

from fitness_mm.action.data.dataset import FitnessClipDataset
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.prepare import build_clips, build_index

SIZE = (48, 64)


@pytest.fixture(scope='module')
def one_clip(sample_root, tmp_path_factory):
    """A data root with one clip of the sample, in its five views."""
    root = tmp_path_factory.mktemp('one_clip') / 'data'
    index = FitnessIndex.read(sample_root)
    row = int(np.flatnonzero(index.split == 'training')[0])
    same_clip = np.flatnonzero(index.clip == index.clip[row])
    folders = index.column('image_dir')[same_clip]
    for folder in folders:
        shutil.copytree(sample_root / folder, root / folder)
    label = index.column('label_file')[row]
    (root / label).parent.mkdir(parents=True)
    shutil.copy(sample_root / label, root / label)
    (root / 'validation').mkdir()
    return root


def samples(root, **sampling):
    init_default_scope('mmaction')
    dataset = FitnessClipDataset(str(root), subset='all', test_mode=True, pipeline=[
        dict(type='SampleLabelledFrames', random=False, **sampling),
        dict(type='CropToUnionBox'), dict(type='LoadLabelledFrames'),
        dict(type='Resize', scale=SIZE, keep_ratio=False, interpolation='area')])
    return [dataset[i] for i in range(len(dataset))]


@pytest.mark.parametrize('height, noise', [(320, 3), (100, 4)])
@pytest.mark.parametrize('sampling', [dict(num_frames=8), dict(num_frames=4, mode='uniform')])
def test_clip_files_give_the_samples_of_the_jpegs(one_clip, tmp_path, height, noise, sampling):
    root = tmp_path / 'data'
    shutil.copytree(one_clip, root)
    index = build_index(root).index
    assert all(index.clip_path(row) is None for row in range(len(index)))
    from_images = samples(root, **sampling)
    assert build_clips(root, height).made == len(index) == 5
    index = build_index(root).index
    assert all(index.clip_path(row).is_file() for row in range(len(index)))
    shutil.rmtree(root / 'training/img')  # nothing but clip files is left to read
    from_clips = samples(root, **sampling)
    for image, clip in zip(from_images, from_clips, strict=True):
        np.testing.assert_array_equal(clip['frame_numbers'], image['frame_numbers'])
        # both in pixels of the input, where a sample's pixel is many of the image's
        np.testing.assert_allclose(clip['keypoint'], image['keypoint'], atol=0.02)
        for ours, theirs in zip(clip['imgs'], image['imgs'], strict=True):
            assert ours.shape == theirs.shape == (SIZE[1], SIZE[0], 3)
            assert np.abs(ours.astype(int) - theirs).mean() < noise
            # and in the same place: half a pixel of shift makes a larger difference
            shift = np.float32([[1, 0, 0.5], [0, 1, 0.5]])
            shifted = cv2.warpAffine(theirs, shift, SIZE, borderMode=cv2.BORDER_REPLICATE)
            inner = np.s_[2:-2, 2:-2]
            assert (np.abs(ours.astype(int) - theirs)[inner].mean()
                    < np.abs(ours.astype(int) - shifted)[inner].mean())
