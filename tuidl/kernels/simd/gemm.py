"""The matrix product C = A B without packing: the macro-kernel, and how other code calls it.

``micro_kernel.py`` has the drawing of the tiles and the sources. The macro-kernel is compiled once
for each dtype; the code of kernels calls it by its symbol, as it calls BLAS.
"""

from typing import Any, NamedTuple

from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import device_function, intrinsic_for
from tuidl.kernels.simd.intrinsics import clear_elements, pointer_at, stack_of
from tuidl.kernels.simd.lanes import in_vectors
from tuidl.kernels.simd.micro_kernel import (
    BROAD_VECTORS,
    FEW_ROWS,
    MR,
    NR_VECTORS,
    Place,
    Start,
    Terms,
    broad_panel,
    padded_pair_panel,
    padded_panel,
    partial_pair_panel,
    partial_panel,
    whole_panel,
)
from tuidl.kernels.simd.routines import Routine
from tuidl.kernels.simd.vectors import IS_WIDE, SIZE, VECTOR_BYTES

START_ZERO, START_C, START_BIAS = range(3)
"""What the sums of C start with: 0, its old content, or a bias for each column."""


MOST_PADDED = 1024
"""Terms up to which the last columns of B are copied, so that they fill whole vectors: many
processors with AVX2 load a part of one by a mask at a ninth of the speed."""
MANY_ROWS = 2 * MR
"""Rows of A from which on that is less work."""

_lines = stack_of(MOST_PADDED * NR_VECTORS * VECTOR_BYTES)


class Sizes(NamedTuple):
    """C is (m, n), and each of its sums has k terms."""

    m: Any
    k: Any
    n: Any


@device_function
def _pad(b, ldb, lines, count, columns, width):
    """Copy some columns of ``count`` rows of B to ``lines`` of ``width`` numbers, 0 behind them."""
    clear_elements(lines, count * width)
    for k in range(count):
        for j in range(columns):
            lines[k * width + j] = b[k * ldb + j]


def macro_kernel(
    a, lda, block_stride, segment_stride, stride, blocks, segments, segment, b, ldb,
    bias, start_with, c, ldc, rows, columns, batch, batch_stride_a, batch_stride_c, lanes,
):  # fmt: skip
    """C = A B for each of ``batch`` matrices A and C, at the batch strides, and the same B.

    Pointers and strides in numbers: see ``Terms``. ``start_with``: START_ZERO, START_C or
    START_BIAS. ``lanes``: numbers in a vector.
    """
    terms = Terms(lda, block_stride, segment_stride, stride, blocks, segments, segment, ldb)
    start, ld_start, batch_stride = bias, 0, 0
    if start_with == START_C:
        start, ld_start, batch_stride = c, ldc, batch_stride_c
    is_any = int(start_with != START_ZERO)
    left = columns % (NR_VECTORS * lanes)
    wide, count = columns - left, blocks * segments * segment
    pads = not IS_WIDE and left > 0 and count <= MOST_PADDED and rows * batch >= MANY_ROWS
    lines, padded = pointer_at(b, wide), terms
    if pads and left != lanes:
        lines, width = _lines(c), in_vectors(left, lanes)
        _pad(pointer_at(b, wide), ldb, lines, count, left, width)
        padded = Terms(lda, block_stride, segment_stride, stride, blocks, segments, segment, width)
    for number in range(batch):
        here, there = pointer_at(a, number * batch_stride_a), pointer_at(c, number * batch_stride_c)
        begin = pointer_at(start, number * batch_stride)
        broad = wide - wide % (BROAD_VECTORS * lanes) if rows <= FEW_ROWS else 0
        for j in range(0, broad, BROAD_VECTORS * lanes):
            sums, place = Start(pointer_at(begin, j), ld_start, is_any), Place(ldc, columns - j)
            broad_panel(here, terms, pointer_at(b, j), sums, pointer_at(there, j), place, rows)
        for j in range(broad, wide, NR_VECTORS * lanes):
            sums, place = Start(pointer_at(begin, j), ld_start, is_any), Place(ldc, columns - j)
            whole_panel(here, terms, pointer_at(b, j), sums, pointer_at(there, j), place, rows)
        if pads:
            sums, place = Start(pointer_at(begin, wide), ld_start, is_any), Place(ldc, left)
            if left > lanes:
                padded_pair_panel(here, padded, lines, sums, pointer_at(there, wide), place, rows)
            else:
                padded_panel(here, padded, lines, sums, pointer_at(there, wide), place, rows)
        elif left > 0:
            sums, place = Start(pointer_at(begin, wide), ld_start, is_any), Place(ldc, left)
            here_b, here_c = pointer_at(b, wide), pointer_at(there, wide)
            if left > lanes:
                partial_pair_panel(here, terms, here_b, sums, here_c, place, rows)
            else:
                partial_panel(here, terms, here_b, sums, here_c, place, rows)


def _macro_signature(p):
    i = types.int64
    return types.void(p, *(i,) * 7, p, i, p, i, p, *(i,) * 7)


MACRO_KERNEL = Routine(macro_kernel, _macro_signature)


class _Matrix:
    """Start, shape and strides (in numbers) of a Numba array, as values of generated code."""

    def __init__(self, context: Any, builder: Any, kind: Any, value: Any) -> None:
        array, size = context.make_array(kind)(context, builder, value), kind.dtype.bitwidth // 8
        self.data, self.shape = array.data, cgutils.unpack_tuple(builder, array.shape)
        strides = cgutils.unpack_tuple(builder, array.strides)
        self.strides = [builder.sdiv(stride, SIZE(size)) for stride in strides]


def _product(context, builder, factor, batch_stride, kinds, arguments):
    """The code that calls ``macro_kernel``: ``factor`` says where A is, the others are arrays.

    Those are b, bias, c and then accumulate. Where c has three dimensions, the first is the batch.
    """
    b, c = (_Matrix(context, builder, kinds[n], arguments[n]) for n in (0, 2))
    start, start_with = c.data, arguments[3]
    if not isinstance(kinds[1], types.NoneType):
        start = _Matrix(context, builder, kinds[1], arguments[1]).data
        start_with = SIZE(START_BIAS)
    *batch, rows, columns = c.shape
    *batch_stride_c, ldc, _ = c.strides
    operands = [*factor, b.data, b.strides[0], start, start_with, c.data, ldc, rows, columns]
    operands += [*(batch or [SIZE(1)]), batch_stride, *(batch_stride_c or [SIZE(0)])]
    return _call(context, builder, kinds[2].dtype.bitwidth, operands)


def _call(context, builder, bits, operands):
    """The code that calls ``macro_kernel`` for floats of so many bits."""
    MACRO_KERNEL.call(builder, bits, [*operands, SIZE(VECTOR_BYTES * 8 // bits)])
    return context.get_dummy_value()


def gemm_strided(a, b, bias, c, accumulate):
    """``c = a @ b``, plus ``bias`` where it is not None, else the old ``c`` if ``accumulate`` is 1.

    Rows of ``b`` and ``c`` are contiguous; ``a`` may be any matrix.
    """
    start = c if accumulate else 0
    c[...] = a @ b + (start if bias is None else bias)


@intrinsic_for(gemm_strided)
def _gemm_strided(typing_context, a, b, bias, c, accumulate):
    def codegen(context, builder, signature, arguments):
        x = _Matrix(context, builder, a, arguments[0])
        zero, one = SIZE(0), SIZE(1)
        factor = [x.data, x.strides[0], zero, zero, x.strides[1], one, one, x.shape[1]]
        return _product(context, builder, factor, zero, (b, bias, c), arguments[1:])

    return types.void(a, b, bias, c, types.int64), codegen


def gemm_pointers(a, lda, stride, b, bias, start_with, c, sizes):
    """The product of matrices behind pointers, ``b`` and ``c`` contiguous.

    ``lda``: from a row of A to the next; ``stride``: from a number in it to the next.
    ``start_with``: as in ``macro_kernel``. ``sizes``: Sizes.
    """
    m, k, n = sizes
    lanes = VECTOR_BYTES // a.itemsize
    macro_kernel(a, lda, 0, 0, stride, 1, 1, k, b, n, bias, start_with, c, n, m, n, 1, 0, 0, lanes)


@intrinsic_for(gemm_pointers)
def _gemm_pointers(typing_context, a, lda, stride, b, bias, start_with, c, sizes):
    def codegen(context, builder, signature, arguments):
        a, lda, stride, b, bias, start_with, c, sizes = arguments
        m, k, n = cgutils.unpack_tuple(builder, sizes)
        zero, one = SIZE(0), SIZE(1)
        factor = [a, lda, zero, zero, stride, one, one, k]
        operands = [*factor, b, n, bias, start_with, c, n, m, n, one, zero, zero]
        return _call(context, builder, signature.args[0].dtype.bitwidth, operands)

    size = types.int64
    return types.void(a, size, size, b, bias, size, c, sizes), codegen
