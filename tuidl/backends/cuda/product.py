"""Matrix products in tiles: one loop, parameterised by functions that load and store the numbers.

A block works out a tile of the result. Its threads bring the terms in, DEPTH at a time, from where
``load_a`` and ``load_b`` find them (in a matrix, or under a convolution's kernel: nothing is
laid out first), and each thread adds up PER_THREAD x PER_THREAD sums in registers. The next
terms are on their way while the present ones are added. Each sum takes its terms in order,
so the bits do not depend on the grid.
"""

from collections.abc import Callable
from typing import Any

from numba import cuda, float32

from tuidl.backends.cuda.target import DEPTH, PER_THREAD, PITCH, SIDE, THREADS, TILE, device

LOADS = DEPTH * TILE // THREADS
"""Terms of each factor that a thread brings in at a time."""


def product(load_a: Any, load_b: Any, store: Any, *, a_is_tall: bool = False) -> Callable[..., Any]:
    """A device function ``(rows, columns, depth, operands, team)`` for one kind of product.

    Parameters
    ----------
    load_a : device function ``(operands, row, term)`` -> the left factor's number
    load_b : device function ``(operands, term, column)`` -> the right factor's number
    store : device function ``(operands, row, column, sum)``, which keeps a result
    a_is_tall : whether the rows of the left factor, not its terms, lie side by side in memory
    """
    place = _row_first if a_is_tall else _term_first
    fetch, keep, write = _fetch_by(load_a, load_b, place), _keep_by(place), _write_by(store)

    @device
    def run(rows, columns, depth, operands, block_group):
        across = (columns + TILE - 1) // TILE
        tiles = ((rows + TILE - 1) // TILE) * across
        limits = (rows, columns, depth)
        a, b = cuda.local.array(LOADS, float32), cuda.local.array(LOADS, float32)
        sums = cuda.local.array((PER_THREAD, PER_THREAD), float32)
        for tile in range(block_group.block, tiles, block_group.blocks):
            first_row, first_column = tile // across * TILE, tile % across * TILE
            for i in range(PER_THREAD):
                for j in range(PER_THREAD):
                    sums[i, j] = float32(0)
            fetch(first_row, first_column, 0, limits, operands, a, b)
            for term in range(0, depth, DEPTH):
                cuda.syncthreads()
                keep(a, b, block_group.scratch)
                cuda.syncthreads()
                fetch(first_row, first_column, term + DEPTH, limits, operands, a, b)
                _add(block_group.scratch, sums)
            write(first_row, first_column, limits, operands, sums)

    return run


@device
def _row_first(number):
    """Row and term of the number of the left factor that a thread brings in: rows lie side by
    side."""
    return number % TILE, number // TILE


@device
def _term_first(number):
    """The same where terms lie side by side."""
    return number // DEPTH, number % DEPTH


def _fetch_by(load_a: Any, load_b: Any, place: Any) -> Any:
    """A device function that brings a thread's next terms into its registers, 0 beyond the edge."""

    @device
    def fetch(first_row, first_column, first_term, limits, operands, a, b):
        rows, columns, depth = limits
        for i in range(LOADS):
            number = i * THREADS + cuda.threadIdx.x
            row, term = place(number)
            row, term = row + first_row, term + first_term
            a[i] = load_a(operands, row, term) if row < rows and term < depth else float32(0)
            column, term = first_column + number % TILE, first_term + number // TILE
            b[i] = (
                load_b(operands, term, column) if column < columns and term < depth else float32(0)
            )

    return fetch


def _keep_by(place: Any) -> Any:
    """A device function that puts what was fetched where all threads of the block read it."""

    @device
    def keep(a, b, scratch):
        for i in range(LOADS):
            number = i * THREADS + cuda.threadIdx.x
            row, term = place(number)
            scratch[term * PITCH + row] = a[i]
            scratch[(DEPTH + number // TILE) * PITCH + number % TILE] = b[i]

    return keep


@device
def _add(scratch, sums):
    """Add the products of the terms that are there to the thread's sums."""
    row, column = cuda.threadIdx.x // SIDE, cuda.threadIdx.x % SIDE
    for term in range(DEPTH):
        left, right = term * PITCH + row, (DEPTH + term) * PITCH + column
        for i in range(PER_THREAD):
            value = scratch[left + i * SIDE]
            for j in range(PER_THREAD):
                sums[i, j] += value * scratch[right + j * SIDE]


def _write_by(store: Any) -> Any:
    """A device function that stores the thread's sums, those inside the result."""

    @device
    def write(first_row, first_column, limits, operands, sums):
        rows, columns, _ = limits
        for i in range(PER_THREAD):
            row = first_row + cuda.threadIdx.x // SIDE + i * SIDE
            for j in range(PER_THREAD):
                column = first_column + cuda.threadIdx.x % SIDE + j * SIDE
                if row < rows and column < columns:
                    store(operands, row, column, sums[i, j])

    return write
