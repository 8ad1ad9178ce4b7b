"""The packed matrix product, C = A B, for matrices that the first-level cache does not hold.

``packed_kernel.py`` computes one tile, ``packing.py`` copies factors. The loops around them:

    for each NC columns of B and C
        for each KC terms                    packs a block of B: second-level cache
            for each PANEL rows of A and C   packs them: first-level cache
                for each NR columns          a panel of B, which passes by in order
                    for each MR rows         the tile: registers

Goto and van de Geijn (2008: Anatomy of high-performance matrix multiplication), with the names of
BLIS, but that the rows of A stay nearest and B passes by: a panel of B is one run of memory, which
processors fetch ahead, and rows of A are not, wherever they come from. A' is packed by blocks of
MC rows, as its lines hold more of them than a panel. Few columns of B do not pay for packing A:
then a panel of B is what stays in the first-level cache, for MC rows of A, which are packed if they
are columns that lie far apart. Few rows of A do not pay for packing B either. With 32 registers
there is no packing before where B lies as it is: A' and B are packed by the tiles that are the
first to read them (``fresh_blocks.py``), which takes next to no time beside their multiplications.
The sizes of blocks were found by trying, on processors with 48 KiB and 2 MiB of first- and
second-level cache.

Each number of C is a sum in one order, whatever part of C is asked for, and whether B was packed
or not: blocks of KC terms, from 0 each, are added to the start one after the other, so that tiles
of C have the bits that all of C has in one call.

Packed blocks lie on the stack: the same memory for each call on a thread, in its caches already.
They take as much as a product's sizes ask for, 420 KiB at most, because threads with stacks of
512 KiB must bear them (macOS gives its threads that; the workers of the loop, and of Linux, have
8 MiB). Attention, which has 128 KiB of its own there, multiplies by 128 columns at a time.

The code is compiled once for each dtype, and called by a symbol.
"""

from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import device_function, inline_ir, intrinsic_for
from tuidl.kernels.simd.fresh_blocks import LEAST_ROWS, PACKS_BY_TILES, is_near, multiply_fresh
from tuidl.kernels.simd.gemm import START_BIAS, START_C, START_ZERO
from tuidl.kernels.simd.intrinsics import pointer_at, stack_for
from tuidl.kernels.simd.lanes import in_vectors, lanes_of
from tuidl.kernels.simd.micro_kernel import NR_VECTORS, Start
from tuidl.kernels.simd.packed_kernel import MR, PANEL
from tuidl.kernels.simd.packing import pack_strips
from tuidl.kernels.simd.panels import (
    LEAST_COLUMNS,
    Factor,
    Strides,
    multiply_block,
    width_for,
)
from tuidl.kernels.simd.routines import Routine
from tuidl.kernels.simd.vectors import HAS_MANY_REGISTERS, SIZE, VECTOR_BYTES

__all__ = ["Strides", "gemm_block", "gemm_prepacked", "pack_b", "packed_size"]

KC = 192
"""Terms of a block."""
NC_BYTES = 2048
"""Bytes of a row of a packed block of B."""
MC_BYTES = 192
"""Bytes of a column of a block of A."""
FEW_ROWS, MORE_ROWS = 49 if HAS_MANY_REGISTERS else 16, 96
"""Rows of A below which B stays where it lies, if its rows are contiguous: any B, and one whose
block is spread over at most MOST_LYING bytes."""
STRIP = 16
"""A multiple of the numbers in a vector, on every processor and for both dtypes."""
MOST_LYING = 1 << 18
"""Bytes over which a block of B is spread up to which reading it there costs little."""
MULTIPLY, MULTIPLY_PACKED, PACK = range(3)
"""What is to be done: C = A B; the same with B as ``pack_b`` left it; or only pack B, into C."""


@device_function
def _columns_of_block(n, lanes):
    """Columns of a block of B: as many in each as in the last, nearly."""
    pair, most = NR_VECTORS * lanes, NC_BYTES * lanes // VECTOR_BYTES
    blocks = max((n + most - 1) // most, 1)
    return max((n + blocks - 1) // blocks + pair - 1, pair) // pair * pair


@inline_ir
def _start_of(start_with, bias, c, ldc):
    if start_with == START_BIAS:
        return Start(bias, 0, 1)
    return Start(c, ldc, int(start_with == START_C))


def packed_gemm(
    a, a_row, a_column, b, b_row, b_column, task, bias, start_with, c, ldc, m, k, n
):  # fmt: skip
    """C = A B, from 0, from the old C or from a bias for each column (``start_with``).

    Pointers and strides in numbers. ``task``: MULTIPLY, MULTIPLY_PACKED or PACK.
    """
    lanes = lanes_of(c)
    most = MOST_LYING * lanes // VECTOR_BYTES
    is_lying = task == MULTIPLY and b_column == 1 and m < MORE_ROWS
    is_lying = is_lying and (m < FEW_ROWS or b_row * min(k, KC) <= most)
    packs = task == PACK or (task == MULTIPLY and not is_lying)
    wide = NR_VECTORS * lanes if packs and 0 < m <= MR else _columns_of_block(n, lanes)
    mc = MC_BYTES * lanes // VECTOR_BYTES
    passes = not is_lying and m > mc and min(n, wide) >= LEAST_COLUMNS
    mc = PANEL if passes and a_column == 1 else mc
    by_tiles = PACKS_BY_TILES and task == MULTIPLY and b_column == 1 and m >= LEAST_ROWS
    is_fresh = by_tiles and (passes or (a_row == 1 and n >= NR_VECTORS * lanes))
    if is_fresh:
        is_lying, mc = False, PANEL
    by_tiles = by_tiles and not is_lying and is_near(b, b_row)
    all_columns, deepest = in_vectors(n, lanes), min(k, KC)
    broadest = 0 if task != MULTIPLY else lanes if is_lying else min(wide, all_columns)
    buffer_b = stack_for(c, deepest * (broadest + mc))
    buffer_a = pointer_at(buffer_b, deepest * broadest)
    for j in range(0, n, wide):
        columns = min(wide, n - j)
        for p in range(0, max(k, 1), KC):
            depth, here = min(KC, k - p), pointer_at(b, p * b_row + j * b_column)
            start = _start_of(start_with if p == 0 else START_C, bias, c, ldc)
            if is_fresh:
                begin = Start(pointer_at(start.pointer, j), start.ld, start.is_any)
                multiply_fresh(
                    pointer_at(a, p * a_column), Strides(a_row, a_column), here, b_row, buffer_a,
                    buffer_b, depth, begin, pointer_at(c, j), ldc, m, columns,
                )  # fmt: skip
                continue
            lying, strips = columns // lanes if is_lying else 0, buffer_b
            unpacked = columns - columns % (NR_VECTORS * lanes) if by_tiles else 0
            if task != MULTIPLY:
                strips = pointer_at(
                    b if task == MULTIPLY_PACKED else c, p * all_columns + j * depth
                )
            if task != MULTIPLY_PACKED:
                rest = max(lying * lanes, unpacked)
                there = pointer_at(here, rest * b_column)
                target = pointer_at(strips, unpacked * depth)
                pack_strips(there, b_row, b_column, target, depth, columns - rest)
            for i in range(0, m, mc):
                fresh = unpacked if i == 0 else 0
                factor = Factor(here, b_row, lying, strips, columns, passes, fresh)
                rows, block = min(mc, m - i), pointer_at(a, i * a_row + p * a_column)
                begin = Start(pointer_at(start.pointer, i * start.ld + j), start.ld, start.is_any)
                multiply_block(
                    block, Strides(a_row, a_column), buffer_a, depth, factor, begin,
                    pointer_at(c, i * ldc + j), ldc, rows, width_for(m, is_lying),
                )  # fmt: skip


def _packed_signature(p):
    i = types.int64
    return types.void(p, i, i, p, i, i, i, p, i, p, *(i,) * 4)


PACKED_GEMM = Routine(packed_gemm, _packed_signature)


def _call(context, builder, bits, operands):
    """The code that calls ``packed_gemm`` for floats of so many bits."""
    PACKED_GEMM.call(builder, bits, operands)
    return context.get_dummy_value()


def gemm_block(a, a_strides, b, b_strides, bias, start_with, c, ldc, sizes):
    """C = A B, or a part of it, for matrices behind pointers.

    ``a_strides``, ``b_strides``: Strides, so that A' and B' are read as well as A and B. ``ldc``:
    from a row of C to the next. ``start_with``: START_ZERO, START_C (adds to the old C) or
    START_BIAS (adds the n numbers behind ``bias`` to each row; otherwise any pointer will do).
    ``sizes``: Sizes(m, k, n).
    """
    m, k, n = sizes
    packed_gemm(a, *a_strides, b, *b_strides, MULTIPLY, bias, start_with, c, ldc, m, k, n)


@intrinsic_for(gemm_block)
def _gemm_block(typing_context, a, a_strides, b, b_strides, bias, start_with, c, ldc, sizes):
    def codegen(context, builder, signature, arguments):
        a, a_strides, b, b_strides, bias, start_with, c, ldc, sizes = arguments
        a_strides, b_strides, sizes = (
            cgutils.unpack_tuple(builder, values) for values in (a_strides, b_strides, sizes)
        )
        operands = [a, *a_strides, b, *b_strides, SIZE(MULTIPLY), bias, start_with, c, ldc, *sizes]
        return _call(context, builder, signature.args[0].dtype.bitwidth, operands)

    size = types.int64
    return types.void(a, a_strides, b, b_strides, bias, size, c, size, sizes), codegen


def packed_size(k: int, n: int) -> int:
    """Numbers of a workspace for a packed B of ``k`` rows and ``n`` columns, on any processor."""
    return k * (-(-n // STRIP) * STRIP)


def pack_b(b, b_strides, packed, k, n):
    """Pack all of B (k, n) into the ``packed_size`` numbers behind ``packed``."""
    packed_gemm(b, 1, 1, b, *b_strides, PACK, b, START_ZERO, packed, n, 0, k, n)


@intrinsic_for(pack_b)
def _pack_b(typing_context, b, b_strides, packed, k, n):
    def codegen(context, builder, signature, arguments):
        b, b_strides, packed, k, n = arguments
        strides, one, zero = cgutils.unpack_tuple(builder, b_strides), SIZE(1), SIZE(0)
        operands = [b, one, one, b, *strides, SIZE(PACK), b, zero, packed, n, zero, k, n]
        return _call(context, builder, signature.args[0].dtype.bitwidth, operands)

    return types.void(b, b_strides, packed, types.int64, types.int64), codegen


def gemm_prepacked(a, a_strides, packed, bias, start_with, c, ldc, sizes):
    """``gemm_block`` with the B that ``pack_b`` left behind ``packed``; all of its columns."""
    m, k, n = sizes
    task = MULTIPLY_PACKED
    packed_gemm(a, *a_strides, packed, 0, 0, task, bias, start_with, c, ldc, m, k, n)


@intrinsic_for(gemm_prepacked)
def _gemm_prepacked(typing_context, a, a_strides, packed, bias, start_with, c, ldc, sizes):
    def codegen(context, builder, signature, arguments):
        a, a_strides, packed, bias, start_with, c, ldc, sizes = arguments
        strides, sizes = (cgutils.unpack_tuple(builder, values) for values in (a_strides, sizes))
        zero, task = SIZE(0), SIZE(MULTIPLY_PACKED)
        operands = [a, *strides, packed, zero, zero, task, bias, start_with, c, ldc, *sizes]
        return _call(context, builder, signature.args[0].dtype.bitwidth, operands)

    size = types.int64
    return types.void(a, a_strides, packed, bias, size, c, size, sizes), codegen
