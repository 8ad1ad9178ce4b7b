"""Copying, clearing and turning short runs of numbers.

A loop would first check for overlap and choose a vector length: for rows of images, that takes
longer than the copying itself.
"""

from typing import Any

from tuidl.kernels.intrinsics import clear_numbers, copy_numbers, data_of
from tuidl.kernels.jit import compiled_as, helper


def copy_values(target: Any, source: Any) -> None:
    """``target[:] = source`` for contiguous vectors that do not overlap."""
    target[:] = source


def clear_values(target: Any) -> None:
    """``target[:] = 0`` for a contiguous vector."""
    target[:] = 0


@compiled_as(copy_values)
def _copy_values(target, source):
    return lambda target, source: copy_numbers(data_of(target), data_of(source), target.size)


@compiled_as(clear_values)
def _clear_values(target):
    return lambda target: clear_numbers(data_of(target), target.size)


@helper
def turn_numbers(source, target, rows, columns):
    """Write the matrix behind the pointer ``source`` turned round behind ``target``.

    These never overlap, and LLVM need not know: one side is not contiguous anyhow.
    """
    for i in range(rows):
        for j in range(columns):
            target[j * rows + i] = source[i * columns + j]
