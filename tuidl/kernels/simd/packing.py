"""Factors of a matrix product, copied so that the micro-kernel reads them in order.

A *strip* is a vector's width of columns of B, filled up with zeros where B ends. Two strips are a
*panel*: ``depth`` rows of both, one after the other. Below, the third strip is alone:

         B, depth x 40                       packed, lanes = 16
       +--------+--------+----+             panel 0       | panel 1 (8 columns, 8 zeros)
     k |   0    |   1    | 2  |     ->      01 01 01 01     2 2 2 2
       +--------+--------+----+

What lies there does not depend on how B lies in memory: rows are copied, columns transposed by
shuffles. Where columns of A are contiguous, those of a block of rows are put one behind the other
(``pack_rows``).

A matrix is a pointer and two strides in numbers: from a row to the next, from a column to the next.
"""

from typing import Any

from llvmlite import ir
from numba import types

from tuidl.kernels.jit import device_function, inline_ir, intrinsic_for
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.lanes import lanes_of, vectors_for
from tuidl.kernels.simd.micro_kernel import NR_VECTORS
from tuidl.kernels.simd.packed_kernel import PANEL
from tuidl.kernels.simd.vectors import INDEX, SIZE, VECTOR_BYTES, Vectors

CHUNK_BYTES = 16
"""Bytes of a row that a transposition takes at once: in parts of a vector so long, shuffles are
cheapest."""
RUN = 16
"""Rows of B that are packed into a panel before the next one: what is written lies in few runs."""


def copy_vector(target, source):
    """Copy one vector from pointer to pointer."""
    lanes = VECTOR_BYTES // source.itemsize
    target[:lanes] = source[:lanes]


@intrinsic_for(copy_vector)
def _copy_vector(typing_context, target, source):
    def codegen(context, builder, signature, arguments):
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        simd.store(simd.load(arguments[1]), arguments[0])
        return context.get_dummy_value()

    return types.void(target, source), codegen


def copy_panel(target, source):
    """Copy PANEL numbers from pointer to pointer."""
    target[:PANEL] = source[:PANEL]


@intrinsic_for(copy_panel)
def _copy_panel(typing_context, target, source):
    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        bytes_of_it = PANEL * Vectors(builder, scalar).itemsize
        simd = Vectors(builder, scalar, bytes_of_it)
        simd.store(simd.load(arguments[1]), arguments[0])
        return context.get_dummy_value()

    return types.void(target, source), codegen


def transpose_chunk(target, target_ld, source, ld):
    """Write the first numbers (CHUNK_BYTES of them) of ``lanes`` rows, as that many vectors."""
    lanes, count = VECTOR_BYTES // source.itemsize, CHUNK_BYTES // source.itemsize
    for row in range(lanes):
        for k in range(count):
            target[k * target_ld + row] = source[row * ld + k]


@intrinsic_for(transpose_chunk)
def _transpose_chunk(typing_context, target, target_ld, source, ld):
    def codegen(context, builder, signature, arguments):
        target, target_ld, source, ld = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        part = Vectors(builder, simd.scalar, CHUNK_BYTES)

        def row(number: int) -> Any:
            return part.load(builder.gep(source, [builder.mul(SIZE(number), ld)]))

        # Vector i has, side by side, row i of each group of rows: what changes places, stays
        # within the group's part of the vector.
        groups = range(0, simd.lanes, part.lanes)
        vectors = [
            _joined(builder, [row(first + i) for first in groups]) for i in range(part.lanes)
        ]
        for k, column in enumerate(simd.transpose(vectors)):
            simd.store(column, builder.gep(target, [builder.mul(SIZE(k), target_ld)]))
        return context.get_dummy_value()

    return types.void(target, types.int64, source, types.int64), codegen


def _joined(builder: Any, parts: list[Any]) -> Any:
    """One vector of all, in their order; as many as a power of two."""
    while len(parts) > 1:
        count = 2 * parts[0].type.count
        order = ir.Constant(ir.VectorType(INDEX, count), [INDEX(n) for n in range(count)])
        parts = [
            builder.shuffle_vector(a, b, order)
            for a, b in zip(parts[::2], parts[1::2], strict=True)
        ]
    return parts[0]


@device_function
def _pack_numbers(b, b_row, b_column, packed, line, first, depth, columns):
    """A strip from row ``first`` on, number by number; zeros behind the last of ``columns``."""
    lanes = lanes_of(b)
    for k in range(first, depth):
        for j in range(lanes):
            there = k * line + j
            if j < columns:
                packed[there] = b[k * b_row + j * b_column]
            else:
                packed[there] = 0


@inline_ir
def _place(strip, columns, depth, lanes):
    """Where a strip starts, and from a row of it to the next."""
    is_alone = strip % NR_VECTORS == 0 and (strip + 1) * lanes >= columns
    within = strip % NR_VECTORS
    start = (strip - within) * lanes * depth + within * lanes
    return start, lanes if is_alone else NR_VECTORS * lanes


@device_function
def _copy_strips(b, b_row, packed, depth, columns):
    """The strips of which there is a whole vector, where rows of B are contiguous."""
    lanes = lanes_of(b)
    whole = columns // lanes
    for begin in range(0, depth, RUN):
        for strip in range(0, whole - 1, NR_VECTORS):
            for k in range(begin, min(begin + RUN, depth)):
                there = pointer_at(packed, (strip * depth + k * NR_VECTORS) * lanes)
                here = pointer_at(b, k * b_row + strip * lanes)
                copy_vector(there, here)
                copy_vector(pointer_at(there, lanes), pointer_at(here, lanes))
    if whole % NR_VECTORS == 1:
        start, line = _place(whole - 1, columns, depth, lanes)
        for k in range(depth):
            place = k * b_row + (whole - 1) * lanes
            copy_vector(pointer_at(packed, start + k * line), pointer_at(b, place))


@device_function
def pack_strips(b, b_row, b_column, packed, depth, columns):
    """Pack a block (depth, columns) of B, panel behind panel."""
    lanes = lanes_of(b)
    whole, first = columns // lanes, 0
    if b_column == 1:
        _copy_strips(b, b_row, packed, depth, columns)
        first = depth
    elif b_row == 1:
        chunk = CHUNK_BYTES * lanes // VECTOR_BYTES
        first = depth - depth % chunk
        for strip in range(whole):
            start, line = _place(strip, columns, depth, lanes)
            for k in range(0, first, chunk):
                to, place = start + k * line, k + strip * lanes * b_column
                transpose_chunk(pointer_at(packed, to), line, pointer_at(b, place), b_column)
    for strip in range(vectors_for(columns, lanes)):
        start, line = _place(strip, columns, depth, lanes)
        begin, j = first if strip < whole else 0, strip * lanes
        there, here = pointer_at(packed, start), pointer_at(b, j * b_column)
        _pack_numbers(here, b_row, b_column, there, line, begin, depth, columns - j)


@device_function
def pack_rows(a, a_column, packed, ld, rows, depth):
    """Pack ``rows`` rows of A, which are neighbours in its columns; ``ld``: from a column of the
    copy to the next."""
    lanes = lanes_of(a)
    whole = rows - rows % lanes
    for k in range(depth):
        for row in range(0, whole, lanes):
            copy_vector(pointer_at(packed, k * ld + row), pointer_at(a, k * a_column + row))
    for row in range(whole, rows):
        for k in range(depth):
            packed[k * ld + row] = a[k * a_column + row]


@device_function
def pack_panels(a, a_column, packed, rows, depth):
    """Pack rows of A that are neighbours in its columns, PANEL by PANEL."""
    whole = rows - rows % PANEL
    for k in range(depth):
        for row in range(0, whole, PANEL):
            there, here = row * depth + k * PANEL, k * a_column + row
            copy_panel(pointer_at(packed, there), pointer_at(a, here))
    rest = pointer_at(packed, whole * depth)
    pack_rows(pointer_at(a, whole), a_column, rest, PANEL, rows - whole, depth)


def turn_panel(target, source, ld):
    """Write the first numbers (CHUNK_BYTES of them) of PANEL rows, column behind column."""
    for k in range(CHUNK_BYTES // source.itemsize):
        for row in range(PANEL):
            target[k * PANEL + row] = source[row * ld + k]


@intrinsic_for(turn_panel)
def _turn_panel(typing_context, target, source, ld):
    def codegen(context, builder, signature, arguments):
        target, source, ld = arguments
        part = Vectors(builder, context.get_value_type(signature.args[0].dtype), CHUNK_BYTES)
        for first in range(0, PANEL, part.lanes):
            rows = range(first, first + part.lanes)
            square = [part.load(builder.gep(source, [builder.mul(SIZE(n), ld)])) for n in rows]
            for k, column in enumerate(part.transpose(square)):
                part.store(column, builder.gep(target, [SIZE(k * PANEL + first)]))
        return context.get_dummy_value()

    return types.void(target, source, types.int64), codegen


@device_function
def pack_lines(a, a_row, packed, rows, depth):
    """As ``pack_rows``, of up to PANEL rows whose numbers are neighbours; PANEL is from a column of
    the copy to the next."""
    chunk = CHUNK_BYTES * lanes_of(a) // VECTOR_BYTES
    first = depth - depth % chunk if rows == PANEL else 0
    for k in range(0, first, chunk):
        turn_panel(pointer_at(packed, k * PANEL), pointer_at(a, k), a_row)
    for row in range(rows):
        for k in range(first, depth):
            packed[k * PANEL + row] = a[row * a_row + k]
