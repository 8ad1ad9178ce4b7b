"""C = A B where B has two to four columns: what a layer of so few units does, a generator of points
or the classes of a table.

A vector along the columns of C would be mostly empty. Here vectors lie along the terms, some rows
of A side by side, and their lanes are added up at the end (compare ``gemm_narrow.py``, for windows
of images). For A' B, where the rows of A' are many, B' A has vectors that are full.
"""

from typing import Any

from llvmlite import ir
from numba import types

from tuidl.kernels.jit import device_function, inline_ir, intrinsic_for
from tuidl.kernels.simd.gemm import START_BIAS, START_ZERO, Sizes, gemm_pointers
from tuidl.kernels.simd.intrinsics import (
    STACK_ELEMENTS,
    data_of,
    pointer_at,
    stack_of,
    stack_workspace,
)
from tuidl.kernels.simd.lanes import lanes_of, vectors_for
from tuidl.kernels.simd.narrow_tiles import Code
from tuidl.kernels.simd.routines import Routine
from tuidl.kernels.simd.vectors import HAS_MANY_REGISTERS, INDEX, SIZE, Vectors

TOGETHER = 4
"""Rows of a tile."""
MOST_COLUMNS = 4 if HAS_MANY_REGISTERS else 2
"""Columns up to which the sums of a tile are in registers."""
ADDING_UP = 6
"""Vectors whose products take as long as adding up the lanes of one."""
MOST_TERMS = 1024
"""Terms for which B is turned on the stack."""
LEAST_ROWS = 16
"""Rows of A' from which on vectors along them are filled."""

_weights = stack_of(8 * MOST_COLUMNS * MOST_TERMS)
_starts, _sums = (stack_of(8 * 4 * TOGETHER) for _ in range(2))


@inline_ir
def suits_dots_of_rows(c, k):
    """Whether dots take fewer products of vectors than a vector of columns."""
    n = c.shape[1]
    vectors = vectors_for(k, lanes_of(data_of(c)))
    return 1 < n <= MOST_COLUMNS and n * (vectors + ADDING_UP) < k <= MOST_TERMS


@inline_ir
def suits_turning(m, n):
    """Whether A' B is B' A, turned."""
    return 1 < n <= MOST_COLUMNS and m >= LEAST_ROWS and m * n <= STACK_ELEMENTS


def _dots_of(width: int) -> Any:
    def dots(a, rows, count, weights, starts, sums):
        """``sums`` (TOGETHER, width) = ``starts`` and the products of ``rows`` rows of ``count``
        numbers with each of the weights; where rows are fewer than TOGETHER the last one again."""
        for number in range(TOGETHER * width):
            i, f = divmod(number, width)
            line = a[min(i, rows - 1) * count :][:count]
            sums[number] = starts[number] + line @ weights[f * count :][:count]

    @intrinsic_for(dots)
    def intrinsic(typing_context, a, rows, count, weights, starts, sums):
        def codegen(context, builder, signature, arguments):
            a, rows, count, weights, starts, sums = arguments
            code = Code(context, builder, signature.args[0])
            simd, totals = code.simd, code.totals(TOGETHER * width)
            last, lines = builder.sub(rows, SIZE(1)), []
            for i in range(TOGETHER):
                is_there = builder.icmp_signed("<", SIZE(i), rows)
                row = builder.select(is_there, SIZE(i), last)
                lines.append(builder.gep(a, [builder.mul(row, count)]))
            factors = [builder.gep(weights, [builder.mul(SIZE(f), count)]) for f in range(width)]

            def add(first: Any, mask: Any) -> None:
                values = [simd.load(builder.gep(line, [first]), mask) for line in lines]
                for f, factor in enumerate(factors):
                    other = simd.load(builder.gep(factor, [first]), mask)
                    for i, value in enumerate(values):
                        code.add_product(totals[i * width + f], value, other)

            simd.for_each_vector(count, add)
            side = min(simd.lanes, TOGETHER)
            few = Vectors(builder, simd.scalar, side * simd.itemsize)
            order = ir.Constant(ir.VectorType(INDEX, side), [INDEX(lane) for lane in range(side)])
            for first in range(0, TOGETHER * width, side):
                found = code.lane_sums([builder.load(t) for t in totals[first : first + side]])
                total = builder.shuffle_vector(found, found, order)
                begin, place = (builder.gep(x, [SIZE(first)]) for x in (starts, sums))
                few.store(few.add(few.load(begin), total), place)
            return context.get_dummy_value()

        size = types.int64
        return types.void(a, size, size, weights, starts, sums), codegen

    return dots


_two, _three, _four = (_dots_of(width) for width in (2, 3, 4))


@device_function
def _dots(line, rows, k, n, weights, starts, sums):
    if n == 2:
        _two(line, rows, k, weights, starts, sums)
    elif n == 3:
        _three(line, rows, k, weights, starts, sums)
    else:
        _four(line, rows, k, weights, starts, sums)


def dots_of_rows(a, b, bias, start_with, c, m, k, n):
    """C = A B, plus a bias for each column or not, of contiguous matrices behind pointers, where
    it ``suits_dots_of_rows``."""
    weights, starts, sums = _weights(c), _starts(c), _sums(c)
    for f in range(n):
        for r in range(k):
            weights[f * k + r] = b[r * n + f]
        for i in range(TOGETHER):
            starts[i * n + f] = bias[f] if start_with == START_BIAS else 0.0
    whole = m // TOGETHER * TOGETHER
    for i in range(0, whole, TOGETHER):
        _dots(pointer_at(a, i * k), TOGETHER, k, n, weights, starts, pointer_at(c, i * n))
    if whole < m:
        _dots(pointer_at(a, whole * k), m - whole, k, n, weights, starts, sums)
        for number in range((m - whole) * n):
            c[whole * n + number] = sums[number]


def _dots_signature(p):
    size = types.int64
    return types.void(p, p, p, size, p, size, size, size)


DOTS_OF_ROWS = Routine(dots_of_rows, _dots_signature)


def gemm_few(a, b, bias, start_with, c, sizes):
    """As ``dots_of_rows``. ``sizes``: Sizes."""
    dots_of_rows(a, b, bias, start_with, c, *sizes)


@intrinsic_for(gemm_few)
def _gemm_few(typing_context, a, b, bias, start_with, c, sizes):
    def codegen(context, builder, signature, arguments):
        *operands, sizes = arguments
        operands += [builder.extract_value(sizes, number) for number in range(3)]
        DOTS_OF_ROWS.call(builder, signature.args[0].dtype.bitwidth, operands)
        return context.get_dummy_value()

    return types.void(a, b, bias, types.int64, c, sizes), codegen


@device_function
def gemm_few_turned(a, b, c):
    """c = a' b of contiguous matrices (k, m) and (k, n), where it ``suits_turning``."""
    (k, m), n, turned = a.shape, b.shape[1], stack_workspace(a)
    gemm_pointers(data_of(b), 1, n, data_of(a), turned, START_ZERO, turned, Sizes(n, k, m))
    to = data_of(c)
    for i in range(m):
        for f in range(n):
            to[i * n + f] = turned[f * m + i]
