"""Products with a single column: what a layer of one unit does, as in a regression.

A call of BLAS takes a quarter of a microsecond, and vectors of the micro-kernels lie along the
columns of a result. Here they lie along the terms of its sums.
"""

from functools import reduce

from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import device_function, inline_ir, intrinsic_for
from tuidl.kernels.simd.gemm import START_ZERO, Sizes, gemm_pointers
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.vectors import IS_WIDE, SIZE, VECTOR_BYTES, Vectors

MOST = 1 << 16
"""Numbers of the matrix beyond which a product is left to BLAS."""
FEW = 16
"""Columns below which a tile of the micro-kernels would hardly be filled."""
TOGETHER = 4
"""Sums side by side: a product need not wait for the one before."""


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


def fits_one_vector(a, columns):
    """Whether a row of so many numbers behind ``a`` is one vector, part of which is loaded fast."""
    return IS_WIDE and columns * a.itemsize <= VECTOR_BYTES


@intrinsic_for(fits_one_vector)
def _fits_one_vector(typing_context, a, columns):
    most = VECTOR_BYTES * 8 // a.dtype.bitwidth if IS_WIDE else 0

    def codegen(context, builder, signature, arguments):
        return builder.icmp_signed("<=", arguments[1], SIZE(most))

    return types.boolean(a, types.int64), codegen


def rows_times_column(a, rows, columns, b, to):
    """c = a' b, of a matrix whose rows one vector holds."""
    to[:columns] = b[:rows] @ a[: rows * columns].reshape(rows, columns)


@intrinsic_for(rows_times_column)
def _rows_times_column(typing_context, a, rows, columns, b, to):
    def codegen(context, builder, signature, arguments):
        a, rows, columns, b, to = arguments
        simd, together = Vectors(builder, context.get_value_type(to_kind.dtype)), SIZE(TOGETHER)
        mask, nothing = simd.mask(columns), simd.constant(0)
        sums = [cgutils.alloca_once(builder, simd.vector_type) for _ in range(TOGETHER)]
        for total in sums:
            builder.store(nothing, total)

        def add(row, total):
            line = simd.load(builder.gep(a, [builder.mul(row, columns)]), mask)
            factor = simd.splat(builder.load(builder.gep(b, [row])))
            builder.store(simd.multiply_add(line, factor, builder.load(total)), total)

        whole = builder.sub(rows, builder.urem(rows, together))
        with cgutils.for_range_slice(builder, SIZE(0), whole, together) as (row, _):
            for number, total in enumerate(sums):
                add(builder.add(row, SIZE(number)), total)
        with cgutils.for_range_slice(builder, whole, rows, SIZE(1)) as (row, _):
            add(row, sums[0])
        simd.store(reduce(simd.add, [builder.load(total) for total in sums]), to, mask)
        return context.get_dummy_value()

    to_kind, size = to, types.int64
    return types.void(a, size, size, b, to), codegen


@device_function
def transposed_times_column(a, b, c):
    """c = a' b, of a matrix (k, m) and a vector b: with many columns as the row b' a."""
    inner, columns = a.shape
    to = data_of(c)
    if fits_one_vector(to, columns):
        rows_times_column(data_of(a), inner, columns, data_of(b), to)
    elif columns < FEW:
        _few_columns_times_column(data_of(a), inner, columns, data_of(b), to)
    else:
        gemm_pointers(
            data_of(b), inner, 1, data_of(a), to, START_ZERO, to, Sizes(1, inner, columns)
        )
