"""Runs networks in TensorFlow Lite's format."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from fitness_mm.apis.errors import InferenceError


class TfliteModel:
    """A network of one image, run by LiteRT on the CPU.

    Args:
        content: The file's content.
        outputs: Numbers of the outputs that are wanted; what leads only to others is not computed.
        threads: How many it may use.

    Raises:
        InferenceError: If LiteRT is not installed.
    """

    def __init__(self, content: bytes, outputs: Sequence[int], threads: int = 1) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise InferenceError(f'BlazePose is run by LiteRT, which is missing ({error}); '
                                 '`make env` installs it (ai-edge-litert)') from error
        with _silenced():
            self._interpreter = Interpreter(model_content=with_outputs(content, outputs),
                                            num_threads=threads)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]['index']
        self._outputs = [output['index'] for output in self._interpreter.get_output_details()]

    def __call__(self, image: np.ndarray) -> list[np.ndarray]:
        """Outputs without the batch axis, for an image, float32 (H, W, 3)."""
        self._interpreter.set_tensor(self._input, image[None])
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index)[0] for index in self._outputs]


def with_outputs(content: bytes, outputs: Sequence[int]) -> bytes:
    """A network that computes some of its outputs, without the operators that only others need.

    LiteRT computes every output. A third of the landmark network's time goes into a segmentation.

    Args:
        content: A file of TensorFlow Lite with one graph, whose operators are in order.
        outputs: Numbers of the outputs to keep.
    """
    file = _FlatBuffer(content)
    graph, = file.tables(file.field(file.root, _SUBGRAPHS))
    wanted = [file.numbers(file.field(graph, _OUTPUTS))[number] for number in outputs]
    needed, kept = set(wanted), []
    for operator in reversed(file.tables(file.field(graph, _OPERATORS))):
        if needed.intersection(file.numbers(file.field(operator, _OPERATOR_OUTPUTS))):
            needed.update(file.numbers(file.field(operator, _OPERATOR_INPUTS)))
            kept.append(operator)
    file.shorten(file.field(graph, _OUTPUTS), wanted)
    file.shorten_tables(file.field(graph, _OPERATORS), kept[::-1])
    return bytes(file.data)


# Fields of the tables Model, SubGraph and Operator, numbered as in TensorFlow Lite's schema.fbs.
_SUBGRAPHS = 2
_OUTPUTS, _OPERATORS = 2, 3
_OPERATOR_INPUTS, _OPERATOR_OUTPUTS = 1, 2


class _FlatBuffer:
    """As much of the format (https://flatbuffers.dev/internals) as it takes to shorten vectors."""

    def __init__(self, content: bytes) -> None:
        self.data = bytearray(content)
        self.root = self._uint(0)

    def _uint(self, at: int) -> int:
        return struct.unpack_from('<I', self.data, at)[0]

    def field(self, table: int, number: int) -> int:
        """Where a table's vector begins, with its length."""
        vtable = table - struct.unpack_from('<i', self.data, table)[0]
        at = table + struct.unpack_from('<H', self.data, vtable + 4 + 2 * number)[0]
        return at + self._uint(at)

    def numbers(self, vector: int) -> tuple[int, ...]:
        return struct.unpack_from(f'<{self._uint(vector)}i', self.data, vector + 4)

    def tables(self, vector: int) -> list[int]:
        """Where the tables of a vector begin."""
        slots = range(vector + 4, vector + 4 + 4 * self._uint(vector), 4)
        return [slot + self._uint(slot) for slot in slots]

    def shorten(self, vector: int, numbers: Sequence[int]) -> None:
        struct.pack_into(f'<I{len(numbers)}i', self.data, vector, len(numbers), *numbers)

    def shorten_tables(self, vector: int, tables: Sequence[int]) -> None:
        slots = range(vector + 4, vector + 4 + 4 * len(tables), 4)
        self.shorten(vector, [table - slot for table, slot in zip(tables, slots, strict=True)])


@contextmanager
def _silenced() -> Iterator[None]:
    """LiteRT tells the terminal how it will compute, past Python, and has no switch for it."""
    terminal, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)
