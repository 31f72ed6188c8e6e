"""Where a pixel of the image goes, and that it comes back to where it was."""

import cv2
import numpy as np
import pytest
import torch
from conftest import REPO
from mmengine.registry import DATASETS, init_default_scope
from mmpose.apis.inference import dataset_meta_from_config
from mmpose.registry import TRANSFORMS

import fitness_mm.pose  # noqa: F401  registers the transforms
from fitness_mm.engine.load import host_of, read_config
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.pixels import PixelMap
from fitness_mm.keypoints.skeleton import FLIP_INDICES, NUM_KEYPOINTS

HEIGHT, WIDTH = 90, 160
IMAGE = PixelMap()
CLIP = PixelMap.of_box((20, 0, 140, 90), (60, 30))  # a clip file: cropped and made smaller


def make(**cfg):
    init_default_scope('mmpose')
    return TRANSFORMS.build(cfg)


def spot_image(x, y, mapping=IMAGE, size=(WIDTH, HEIGHT)):
    """A Gaussian spot at pixel x, y of the original, drawn into a frame of another scale."""
    u, v = mapping.apply(np.array([x, y]))
    gy, gx = np.mgrid[:size[1], :size[0]]
    spot = 255 * np.exp(-((gx - u)**2 + (gy - v)**2) / (2 * 2.0**2))
    return np.repeat(spot[..., None], 3, axis=2).astype(np.uint8)


def centroid(image):
    weights = image[..., 0].astype(float)
    gy, gx = np.mgrid[:image.shape[0], :image.shape[1]]
    return np.array([(gx * weights).sum(), (gy * weights).sum()]) / weights.sum()


def results_of(x, y, mapping=IMAGE, size=(WIDTH, HEIGHT)):
    keypoints = np.full((1, NUM_KEYPOINTS, 2), (x, y), np.float32)
    visible = np.ones((1, NUM_KEYPOINTS), np.float32)
    return dict(
        read_frames=lambda numbers, box: ([spot_image(x, y, mapping, size)], mapping),
        frame_number=1, img_shape=(HEIGHT, WIDTH), keypoints=keypoints,
        keypoints_visible=visible, person_box=Box(40, 20, 100, 70),
        bbox=np.array([[39.5, 19.5, 99.5, 69.5]], np.float32),
        flip_indices=FLIP_INDICES)


FRAMES = dict(image=(IMAGE, (WIDTH, HEIGHT)), clip=(CLIP, (60, 30)))
CROPS = dict(study=[dict(type='UnionBoxCenterScale', margin=0.1)],
             host=[dict(type='GetBBoxCenterScale')])


@pytest.mark.parametrize('keep_ratio', [False, True])
@pytest.mark.parametrize('crop', CROPS)
@pytest.mark.parametrize('frame', FRAMES)
@pytest.mark.parametrize('flip', [0.0, 1.0])
@pytest.mark.parametrize('rotation', [0.0, 25.0])
def test_keypoints_follow_the_pixels_and_come_back(frame, crop, keep_ratio, flip, rotation):
    x, y = 74.0, 40.0
    mapping, size = FRAMES[frame]
    results = results_of(x, y, mapping, size)
    for cfg in [dict(type='LoadLabelledFrame'), *CROPS[crop],
                dict(type='FlipLabelledFrame', prob=flip)]:
        results = make(**cfg)(results)
    results['bbox_rotation'] = np.array([rotation])
    affine = make(type='LabelledFrameAffine', input_size=(96, 128), keep_ratio=keep_ratio)
    results = affine(results)
    assert results['img'].shape == (128, 96, 3)
    moved = results['transformed_keypoints'][0, 0]
    np.testing.assert_allclose(centroid(results['img']), moved, atol=0.35)
    if not rotation:  # as TopdownPoseEstimator brings predictions back
        scale, center = results['input_scale'], results['input_center']
        back = moved / results['input_size'] * scale + center - 0.5 * scale
        expected = (WIDTH - 1 - x, y) if flip else (x, y)
        np.testing.assert_allclose(back, expected, atol=1e-3)
        np.testing.assert_allclose(results['keypoints'][0, 0], expected)


def test_study_crop_is_the_margin_around_the_union_squeezed():
    results = make(type='LoadLabelledFrame')(results_of(0, 0))
    results = make(type='UnionBoxCenterScale', margin=0.15)(results)
    # joints 40..99 x 20..69 and 9 px around them, of 60: columns 31..108, rows 11..78
    np.testing.assert_allclose(results['bbox_scale'], [[78, 68]])
    np.testing.assert_allclose(results['bbox_center'], [[69.5, 44.5]])
    results['keypoints'][0, :2] = [(30.5, 10.5), (108.5, 78.5)]  # the crop's corners
    results = make(type='LabelledFrameAffine', input_size=(192, 256), keep_ratio=False)(results)
    np.testing.assert_allclose(results['transformed_keypoints'][0, :2], [(0, 0), (192, 256)],
                               atol=1e-3)
    np.testing.assert_allclose(results['input_scale'], (78, 68))


def test_host_crop_keeps_the_ratio():
    results = {**results_of(0, 0), 'img': np.zeros((HEIGHT, WIDTH, 3), np.uint8),
               'frame_map': IMAGE}
    results = make(type='GetBBoxCenterScale', padding=1.0)(results)
    results = make(type='LabelledFrameAffine', input_size=(96, 128))(results)
    np.testing.assert_allclose(results['input_scale'], (60, 80))


def test_flip_swaps_left_and_right():
    results = {**results_of(0, 0), 'img': np.zeros((HEIGHT, WIDTH, 3), np.uint8),
               'frame_map': IMAGE}
    results['keypoints'][0, :, 0] = range(NUM_KEYPOINTS)
    results = make(type='FlipLabelledFrame', prob=1.0)(results)
    np.testing.assert_array_equal(results['keypoints'][0, :, 0], WIDTH - 1 - np.array(FLIP_INDICES))


def test_negative_margin_is_refused():
    with pytest.raises(ValueError, match='margin'):
        make(type='UnionBoxCenterScale', margin=-1)


def test_mmposes_inferencers_see_what_the_data_set_shows(sample_root, monkeypatch):
    """The host hands over an image file or BGR pixels, and a box, and nothing else."""
    monkeypatch.setenv('FITNESS_DATA_ROOT', str(sample_root))
    cfg = read_config(REPO / 'configs/demo/demo_pose_r18.py')
    assert cfg.data_mode == 'topdown'
    with host_of(cfg):
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
    info = dataset.get_data_info(0)
    meta = dataset_meta_from_config(cfg)
    assert len(meta['keypoint_id2name']) == 24
    expected = dataset.pipeline(info)
    path, box = info['img_path'], info['bbox']
    for image in (dict(img_path=path), dict(img=cv2.imread(path))):
        found = dataset.pipeline(dict(**image, bbox=box, bbox_score=np.ones(1, np.float32), **meta))
        assert torch.equal(found['inputs'], expected['inputs'])
        for name in ('input_center', 'input_scale'):
            np.testing.assert_array_equal(found['data_samples'].get(name),
                                          expected['data_samples'].get(name))
