"""Copying and clearing short runs of numbers.

A loop would first check for overlap and choose a vector length: for the runs that patches are made
of, that takes longer than the copying itself.
"""

from typing import Any

from tuidl.kernels.intrinsics import (
    memory_clear,
    memory_clear_run,
    memory_copy,
    memory_copy_run,
)
from tuidl.kernels.jit import compiled_as


def copy_values(target: Any, source: Any) -> None:
    """``target[:] = source`` for contiguous vectors that do not overlap."""
    target[:] = source


def clear_values(target: Any) -> None:
    """``target[:] = 0`` for a contiguous vector."""
    target[:] = 0


def copy_run(target: Any, to: int, source: Any, start: int, count: int) -> None:
    """``target[to : to + count] = source[start : start + count]`` for contiguous vectors."""
    target[to : to + count] = source[start : start + count]


def clear_run(target: Any, to: int, count: int) -> None:
    """``target[to : to + count] = 0`` for a contiguous vector."""
    target[to : to + count] = 0


@compiled_as(copy_values)
def _copy_values(target, source):
    return lambda target, source: memory_copy(target, source)


@compiled_as(clear_values)
def _clear_values(target):
    return lambda target: memory_clear(target)


@compiled_as(copy_run)
def _copy_run(target, to, source, start, count):
    return lambda target, to, source, start, count: memory_copy_run(
        target, to, source, start, count
    )


@compiled_as(clear_run)
def _clear_run(target, to, count):
    return lambda target, to, count: memory_clear_run(target, to, count)
