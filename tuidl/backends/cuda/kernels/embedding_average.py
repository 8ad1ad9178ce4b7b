"""Embedding whose vectors are averaged over an example's words at once, on the GPU."""

import math

from numba import float32, float64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.embedding import add_to_rows, row_number
from tuidl.backends.cuda.registry import cuda_kernel


@cuda_kernel
def embedding_average(x, table, y, block_group):
    """The mean of the rows x[n, t] over t; NaN where one of these numbers is no row's."""
    (rows, width), steps = table.shape, x.shape[1]
    for e in range(start(block_group), y.size, stride(block_group)):
        n = e // width
        total = float64(0)
        for t in range(steps):
            number = row_number(x[n, t], rows)
            total += math.nan if number < 0 else table[number, e - n * width]
        y.flat[e] = float32(total / float64(steps))


@cuda_kernel
def embedding_average_gradient(x, dy, d_table, block_group):
    """Each row's gradient is the sum over the places where it was read, of equal shares of dy."""
    add_to_rows(x, dy, x.shape[1], d_table, block_group)
