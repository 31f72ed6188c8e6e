"""Keypoints reach processes that are started anew without being copied for them."""

import multiprocessing
import pickle
from pathlib import Path

import numpy as np
import pytest

from fitness_mm.aihub.index.index import FitnessIndex
from fitness_mm.aihub.index.shared_array import SharedArray


def look(index, connection):
    """What a child sees, and whether its keypoints are the parent's memory."""
    shared = 'memfd:fitness_mm' in Path('/proc/self/maps').read_text()
    array = index._store.keypoints.array
    connection.send((index.clip_view_id(0), index.keypoints(0).tolist(), array.shape, shared,
                     array.flags.writeable))


def test_a_spawned_process_sees_the_same_memory(sample_root):
    index = FitnessIndex.read(sample_root)
    index = index.select(np.arange(len(index))[::-1])
    context = multiprocessing.get_context('spawn')
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=look, args=(index, sender))
    process.start()
    clip_view, keypoints, shape, shared, writeable = receiver.recv()
    process.join()
    assert (clip_view, keypoints) == (index.clip_view_id(0), index.keypoints(0).tolist())
    assert shape == (FitnessIndex.read(sample_root).num_frames.sum(), 24, 2)
    assert shared and not writeable


def test_elsewhere_an_index_is_read_again(sample_root):
    index = FitnessIndex.read(sample_root)
    again = pickle.loads(pickle.dumps(index))
    assert np.array_equal(again.keypoints(3), index.keypoints(3))
    assert again._store.keypoints is not index._store.keypoints


@pytest.mark.parametrize('shape', [(3, 2), (0, 2)])
def test_it_starts_at_zero_and_keeps_what_is_written(shape):
    array = SharedArray(shape, np.int16).array
    assert array.shape == shape and not array.any()
    array[:] = 7
    assert (array == 7).all()
