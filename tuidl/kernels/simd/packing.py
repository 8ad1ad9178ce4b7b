"""Factors of a matrix product, copied so that the micro-kernel reads them in order.

A *strip* is a vector's width of columns of B: ``depth`` rows of ``lanes`` numbers, one after the
other, filled up with zeros where B ends. The block of B below has three of them:

         B, depth x 40                       packed, lanes = 16
       +--------+--------+----+             strip 0 | strip 1 | strip 2 (8 columns, 8 zeros)
     k |   0    |   1    | 2  |     ->      k k k k   k k k k   k k k k
       +--------+--------+----+

What lies there does not depend on how B lies in memory: rows are copied, columns transposed by
shuffles. Where columns of A are contiguous, those of a block of rows are put one behind the other
(``pack_rows``).

A matrix is a pointer and two strides in numbers: from a row to the next, from a column to the next.
"""

from typing import Any

from llvmlite import ir
from numba import types

from tuidl.kernels.jit import device_function, intrinsic_for
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.lanes import lanes_of
from tuidl.kernels.simd.vectors import INDEX, SIZE, VECTOR_BYTES, Vectors

CHUNK_BYTES = 16
"""Bytes of a row that a transposition takes at once: in parts of a vector so long, shuffles are
cheapest."""
RUN = 16
"""Rows of B that are packed into a strip before the next one: what is written lies in few runs."""


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


def transpose_chunk(target, source, ld):
    """Write the first numbers (CHUNK_BYTES of them) of ``lanes`` rows, as that many vectors."""
    lanes, count = VECTOR_BYTES // source.itemsize, CHUNK_BYTES // source.itemsize
    for row in range(lanes):
        for k in range(count):
            target[k * lanes + row] = source[row * ld + k]


@intrinsic_for(transpose_chunk)
def _transpose_chunk(typing_context, target, source, ld):
    def codegen(context, builder, signature, arguments):
        target, source, ld = arguments
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
            simd.store(column, builder.gep(target, [SIZE(k * simd.lanes)]))
        return context.get_dummy_value()

    return types.void(target, source, types.int64), codegen


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
def _pack_numbers(b, b_row, b_column, packed, first, depth, columns):
    """A strip from row ``first`` on, number by number; zeros behind the last of ``columns``."""
    lanes = lanes_of(b)
    for k in range(first, depth):
        for j in range(lanes):
            there = k * lanes + j
            if j < columns:
                packed[there] = b[k * b_row + j * b_column]
            else:
                packed[there] = 0


@device_function
def pack_strips(b, b_row, b_column, packed, depth, columns):
    """Pack a block (depth, columns) of B, strip behind strip."""
    lanes = lanes_of(b)
    size, whole, first = depth * lanes, columns // lanes, 0
    if b_column == 1:
        for begin in range(0, depth, RUN):
            for strip in range(whole):
                for k in range(begin, min(begin + RUN, depth)):
                    to, place = strip * size + k * lanes, k * b_row + strip * lanes
                    copy_vector(pointer_at(packed, to), pointer_at(b, place))
        first = depth
    elif b_row == 1:
        chunk = CHUNK_BYTES * lanes // VECTOR_BYTES
        first = depth - depth % chunk
        for strip in range(whole):
            for k in range(0, first, chunk):
                to, place = strip * size + k * lanes, k + strip * lanes * b_column
                transpose_chunk(pointer_at(packed, to), pointer_at(b, place), b_column)
    for j in range(0, columns, lanes):
        begin, place = first if j + lanes <= columns else 0, pointer_at(b, j * b_column)
        there = pointer_at(packed, j * depth)
        _pack_numbers(place, b_row, b_column, there, begin, depth, columns - j)


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
