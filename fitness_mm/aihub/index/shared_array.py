"""An array that worker processes share with their parent, however they are started."""

from __future__ import annotations

import mmap
import os
import weakref
from multiprocessing import reduction
from multiprocessing.context import get_spawning_popen

import numpy as np


class SharedArray:
    """An array in memory that has no name and goes away with its last user.

    Forked processes share any array. This one can also be handed to processes that are started
    anew, as arguments of ``multiprocessing.Process`` are, and is not copied for them.

    Args:
        shape: Shape.
        dtype: Type of the elements.

    Attributes:
        array: The array, zero at first; read-only in the processes that it is handed to.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype) -> None:
        num_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
        file = os.memfd_create('fitness_mm')
        os.ftruncate(file, max(num_bytes, 1))  # nothing cannot be mapped
        self._hold(file, shape, dtype, mmap.PROT_READ | mmap.PROT_WRITE)

    def _hold(self, file: int, shape: tuple[int, ...], dtype: np.dtype, protection: int) -> None:
        self._file = file
        weakref.finalize(self, os.close, file)
        memory = mmap.mmap(file, 0, prot=protection)  # lives as long as the array
        self.array = np.frombuffer(memory, dtype, int(np.prod(shape))).reshape(shape)

    @staticmethod
    def can_be_sent() -> bool:
        """Whether what is being pickled now goes to a process that is being started."""
        return get_spawning_popen() is not None

    def __getstate__(self) -> tuple:
        return reduction.DupFd(self._file), self.array.shape, self.array.dtype

    def __setstate__(self, state: tuple) -> None:
        file, shape, dtype = state
        self._hold(file.detach(), shape, dtype, mmap.PROT_READ)
