"""What recurrent cells have in common on the GPU.

No example's recurrence depends on another's: a block takes a group of them through all steps, a
thread for each unit of each example, and waits for nothing but its own threads. Every sum is one
thread's, in order, so the bits depend neither on the grid nor on the group.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda, float32, uint64

from tuidl.backends.cuda.target import SIMULATED, THREADS, device
from tuidl.kernels.elementary import ZERO

NEXT = np.uint64(1)
"""Indices of inner loops have no sign: Numba would look for negative ones at every access, with
more instructions than the sum has."""

COLUMNS = 4 if SIMULATED else 8
"""Columns of a matrix that ``pass_back`` has in shared memory at a time, THREADS rows of them."""
ROWS = THREADS // COLUMNS
"""Rows of these that the threads bring in together; COLUMNS such strips make THREADS rows."""
PITCH = THREADS + 4
"""From one column to the next in shared memory; 4 more than the rows keep a warp's banks apart.
COLUMNS * PITCH is at most SCRATCH."""


@device
def group_size(examples, units, blocks):
    """Examples that a block takes through time together: what it has threads for, and no more
    than keep all blocks at work."""
    return max(1, min(THREADS // units, (examples + blocks - 1) // blocks))


@device
def seat(first, examples, units, group):
    """This thread's example, of the ``group`` that starts with ``first``, and its first unit.

    Its units are ``range(unit, units, THREADS)``: one where a block has as many threads, and
    none where no example is left.
    """
    place = cuda.threadIdx.x // units
    if place < group and first + place < examples:
        return first + place, cuda.threadIdx.x % units
    return first, units


def shares(gates: int) -> Callable[..., Any]:
    """A device function ``(state, matrix, j, sums)`` for cells with so many gates.

    It sets ``sums`` (gates,) to what ``state`` (units,) gives to unit j of each gate;
    ``matrix`` (units, gates * units) has the gates side by side.
    """

    @device
    def run(state, matrix, j, sums):
        units, column = uint64(state.shape[0]), uint64(j)
        for g in range(gates):
            sums[g] = ZERO
        d = uint64(0)
        while d < units:
            value = state[d]
            for g in range(gates):
                sums[g] += value * matrix[d, uint64(g) * units + column]
            d += NEXT

    return run


@device
def _fetch(matrix, top, left, terms):
    """This thread's numbers of the COLUMNS columns from ``left``, THREADS rows from ``top``."""
    row, column = top + cuda.threadIdx.x // COLUMNS, left + cuda.threadIdx.x % COLUMNS
    for i in range(COLUMNS):
        inside = row < matrix.shape[0] and column < matrix.shape[1]
        terms[i] = matrix[row, column] if inside else ZERO
        row += ROWS


@device
def _keep(terms, scratch):
    """Column after column, as neighbouring threads read neighbouring rows."""
    place = cuda.threadIdx.x % COLUMNS * PITCH + cuda.threadIdx.x // COLUMNS
    for i in range(COLUMNS):
        scratch[place + i * ROWS] = terms[i]


@device
def _add(total, gradients, left, unit, scratch):
    """``total``, and what the columns in shared memory add to it."""
    k, place = uint64(left), uint64(unit)
    end = min(k + uint64(COLUMNS), uint64(gradients.shape[0]))
    while k < end:
        total += gradients[k] * scratch[place]
        k += NEXT
        place += uint64(PITCH)
    return total


@device
def pass_back(gradients, matrix, n, unit, passed, block_group):
    """passed += gradients matrix', for this thread's units of example n (see ``seat``).

    ``gradients`` (examples, gates), which may have been written just before, ``matrix``
    (units, gates), ``passed`` (examples, units). All of the block must call it. The matrix goes
    through shared memory, as every thread needs a row of it; its next columns are on their way
    while the present ones are added.
    """
    units, gates = matrix.shape
    terms = cuda.local.array(COLUMNS, float32)
    for top in range(0, units, THREADS):
        j = top + unit
        total = passed[n, j] if j < units else ZERO
        _fetch(matrix, top, 0, terms)
        for left in range(0, gates, COLUMNS):
            cuda.syncthreads()
            _keep(terms, block_group.scratch)
            cuda.syncthreads()
            _fetch(matrix, top, left + COLUMNS, terms)
            if j < units:
                total = _add(total, gradients[n], left, unit, block_group.scratch)
        if j < units:
            passed[n, j] = total
