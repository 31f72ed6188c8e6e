import numpy as np

from fitness_mm.pose import ArgmaxHeatmap

SIZES = dict(input_size=(96, 128), heatmap_size=(24, 32), sigma=1.5)


def test_decodes_the_plain_maximum_times_the_stride():
    heatmaps = np.zeros((2, 32, 24), np.float32)
    heatmaps[0, 10, 5], heatmaps[0, 10, 6] = 1.0, 0.9  # a sub-pixel decoder would lean right
    heatmaps[1, 31, 23] = 0.3
    keypoints, scores = ArgmaxHeatmap(**SIZES).decode(heatmaps)
    np.testing.assert_array_equal(keypoints, [[[20, 40], [92, 124]]])
    np.testing.assert_allclose(scores, [[1.0, 0.3]])


def test_encodes_as_the_host_does_so_a_model_serves_both():
    codec = ArgmaxHeatmap(unbiased=True, **SIZES)
    labels = np.array([[[20.0, 40.0], [92.0, 124.0]]])
    encoded = codec.encode(labels, np.ones((1, 2)))
    np.testing.assert_array_equal(codec.decode(encoded['heatmaps'])[0], labels)
