"""Products with a single column: what a layer of one unit does, as in a regression.

A call of BLAS takes a quarter of a microsecond, and vectors of the micro-kernels lie along the
columns of a result. Here they lie along the terms of its sums.
"""

from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.gemm import START_ZERO, Sizes, gemm_pointers
from tuidl.kernels.simd.intrinsics import data_of, pointer_at

MOST = 1 << 16
"""Numbers of the matrix beyond which a product is left to BLAS."""
FEW = 16
"""Columns below which a tile of the micro-kernels would hardly be filled."""


@inline_ir
def is_narrow(a, c):
    """Whether ``c`` = op(a) b is a single column, and ``a`` small enough for this file."""
    return c.shape[1] == 1 and a.size <= MOST


@device_function
def matrix_times_column(a, b, start, c):
    """c = a b + start, of a matrix (m, k), a vector b and a number, in contiguous arrays."""
    rows, inner = a.shape
    factor, to = data_of(b), data_of(c)
    for i in range(rows):
        line, total = pointer_at(data_of(a), i * inner), start
        for r in range(inner):
            total += line[r] * factor[r]
        to[i] = total


@device_function
def _few_columns_times_column(a, rows, columns, b, to):
    """c = a' b, of a matrix with less than FEW columns: two sums at a time."""
    for j in range(0, columns - columns % 2, 2):
        first, second = b[0] * 0, b[0] * 0
        for i in range(rows):
            line, f = pointer_at(a, i * columns + j), b[i]
            first += line[0] * f
            second += line[1] * f
        to[j], to[j + 1] = first, second
    if columns % 2 == 1:
        last = b[0] * 0
        for i in range(rows):
            last += a[i * columns + columns - 1] * b[i]
        to[columns - 1] = last


@device_function
def transposed_times_column(a, b, c):
    """c = a' b, of a matrix (k, m) and a vector b: with many columns as the row b' a."""
    inner, columns = a.shape
    to = data_of(c)
    if columns < FEW:
        _few_columns_times_column(data_of(a), inner, columns, data_of(b), to)
    else:
        gemm_pointers(
            data_of(b), inner, 1, data_of(a), to, START_ZERO, to, Sizes(1, inner, columns)
        )
