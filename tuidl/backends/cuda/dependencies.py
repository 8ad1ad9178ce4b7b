"""Between which instructions the blocks of a GPU must wait for each other."""

from typing import Any

import numpy as np

from tuidl.compiler.routine import Rows
from tuidl.kernels import KERNELS, NAMES

Spans = np.ndarray[Any, np.dtype[np.int64]]
"""(accesses, 3): first element, end, and whether it is written."""


def dependencies_of(rows: Rows) -> Spans:
    """(instructions,) 1 where an instruction must not start before all that came before is done.

    That is where it reads what one of them writes, or writes what one of them reads or writes,
    in any lane. The first never waits: the examples have been waited for.
    """
    dependencies = np.zeros(len(rows.rows), np.int64)
    since = np.zeros((0, 3), np.int64)
    for number in range(len(rows.rows)):
        touched = _accesses(rows, number)
        if _collide(since, touched):
            dependencies[number] = 1
            since = since[:0]
        since = np.concatenate([since, touched])
    return dependencies


def _accesses(rows: Rows, number: int) -> Spans:
    """What an instruction reads and writes, in all of its lanes."""
    spans = []
    for row in rows.rows[number, : rows.lanes_of(number)]:
        signature = KERNELS[NAMES[row[0]]].signature
        operands, _ = signature.decode(row.tolist())
        for (offset, shape), operand in zip(operands, signature.operands, strict=True):
            if size := int(np.prod(shape, dtype=np.int64)):
                spans.append((offset, offset + size, operand.written))
    return np.array(spans, np.int64).reshape(-1, 3)


def _collide(before: Spans, after: Spans) -> bool:
    """Whether any two of them touch the same element and at least one of the two writes it."""
    start, end, written = before.T[:, :, None]
    overlap = (start < after[:, 1]) & (after[:, 0] < end)
    return bool((overlap & ((written | after[:, 2]) == 1)).any())
