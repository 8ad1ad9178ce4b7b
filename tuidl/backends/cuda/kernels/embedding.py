"""Embedding: a learned vector for each of a number of words, on the GPU."""

import math

from numba import cuda, float32, int64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import SIDE, THREADS, device

NO_ROW = -1


@device
def row_number(word, rows):
    """The row of the table that ``word`` names: the nearest whole number, if there is such a row.

    The rest is compared, as word + 0.5 would be rounded where float32 has no halves.
    """
    if not (float32(-1) <= word <= float32(rows)):
        return int64(NO_ROW)
    number = int64(math.floor(word))
    if word - float32(number) >= float32(0.5):
        number += 1
    return number if number < rows else int64(NO_ROW)


@cuda_kernel
def embedding(x, table, y, block_group):
    """Row number x[i] of the table; a number that is no row's gives NaN, so that it is noticed."""
    width = y.shape[1]
    for e in range(start(block_group), y.size, stride(block_group)):
        i = e // width
        number = row_number(x[i], table.shape[0])
        y.flat[e] = float32(math.nan) if number < 0 else table[number, e - i * width]


@device
def _stage_rows(x, first, rows, block_group):
    """Brings the next words' rows to shared memory, and behind them which SIDE threads own each.

    A row is owned by one group of SIDE threads of all blocks.
    """
    thread = cuda.threadIdx.x
    number = int64(NO_ROW)
    if first + thread < x.size:
        number = row_number(x.flat[first + thread], rows)
    is_ours = number >= 0 and number // SIDE % block_group.blocks == block_group.block
    cuda.syncthreads()
    block_group.scratch[thread] = float32(number)
    block_group.scratch[THREADS + thread] = float32(number % SIDE if is_ours else NO_ROW)
    cuda.syncthreads()


@device
def add_to_rows(x, dy, places, d_table, block_group):
    """``d_table`` = each row's sum over where it was read, in that order; so many ``places`` share
    a row of ``dy``, in equal parts."""
    rows, width = d_table.shape
    group, column = cuda.threadIdx.x // SIDE, cuda.threadIdx.x % SIDE
    share = float32(1) / float32(places)
    for number in range(start(block_group) // SIDE, rows, stride(block_group) // SIDE):
        for j in range(column, width, SIDE):
            d_table[number, j] = float32(0)
    owner = float32(group)
    for first in range(0, x.size, THREADS):
        _stage_rows(x, first, rows, block_group)
        for i in range(min(THREADS, x.size - first)):
            if block_group.scratch[THREADS + i] == owner:
                number, source = int64(block_group.scratch[i]), (first + i) // places
                for j in range(column, width, SIDE):
                    d_table[number, j] += share * dy[source, j]


@cuda_kernel
def embedding_gradient(x, dy, d_table, block_group):
    """Each row's gradient is the sum over the places where it was read, in their order."""
    add_to_rows(x, dy, 1, d_table, block_group)
