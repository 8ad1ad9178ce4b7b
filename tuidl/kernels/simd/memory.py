"""Copying, clearing and transposing short runs of numbers.

A loop would first check for overlap and choose a vector length: for the rows of images, that takes
longer than the copying itself.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import device_function, inline_ir, intrinsic_for, jit_override
from tuidl.kernels.simd.intrinsics import CACHE_LINE, clear_elements, copy_elements, data_of
from tuidl.kernels.simd.vectors import SIZE, TRANSPOSE_BYTES, Vectors


def copy_values(target: Any, source: Any) -> None:
    """``target[:] = source`` for contiguous vectors that do not overlap."""
    target[:] = source


def clear_values(target: Any) -> None:
    """``target[:] = 0`` for a contiguous vector."""
    target[:] = 0


@jit_override(copy_values)
def _copy_values(target, source):
    return lambda target, source: copy_elements(data_of(target), data_of(source), target.size)


@jit_override(clear_values)
def _clear_values(target):
    return lambda target: clear_elements(data_of(target), target.size)


def add_scaled(target: Any, source: Any, factor: Any) -> None:
    """``target += factor * source`` for contiguous vectors that do not overlap; products are
    rounded."""
    target += factor * source


def prefetch_values(values: Any) -> None:
    """Ask for all of a contiguous vector, which will be read soon."""


@jit_override(add_scaled)
def _add_scaled_override(target, source, factor):
    return lambda target, source, factor: _add_scaled(
        data_of(target), data_of(source), factor, target.size
    )


@jit_override(prefetch_values)
def _prefetch_values_override(values):
    return lambda values: prefetch_elements(data_of(values), values.size)


def _add_scaled(target, source, factor, count):
    target[:count] += factor * source[:count]


@intrinsic_for(_add_scaled)
def _add_scaled_intrinsic(typing_context, target, source, factor, count):
    def codegen(context, builder, signature, arguments):
        target, source, factor, count = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        factors, nothing = simd.splat(factor), simd.constant(0)

        def add(first: Any, mask: Any) -> None:
            there = builder.gep(target, [first])
            share = simd.multiply_add(
                simd.load(builder.gep(source, [first]), mask), factors, nothing
            )
            simd.store(simd.add(share, simd.load(there, mask)), there, mask)

        simd.for_each_vector(count, add)
        return context.get_dummy_value()

    return types.void(target, source, target.dtype, types.int64), codegen


def prefetch_elements(data, count):
    """Ask for so many elements, which will be read soon."""


@intrinsic_for(prefetch_elements)
def _prefetch_intrinsic(typing_context, data, count):
    def codegen(context, builder, signature, arguments):
        data, count = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype), CACHE_LINE)
        step = SIZE(simd.lanes)
        with cgutils.for_range_slice(builder, SIZE(0), count, step) as (first, _):
            simd.prefetch(builder.gep(data, [first]), is_written=False)
        return context.get_dummy_value()

    return types.void(data, types.int64), codegen


def clear_run(target, count):
    """``clear_elements`` of few elements: stores in line, as a call takes longer than they do."""
    target[:count] = 0


@intrinsic_for(clear_run)
def _clear_run(typing_context, target, count):
    def codegen(context, builder, signature, arguments):
        target, count = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        whole = ir.IntType(8 * simd.itemsize)
        kind = ir.FunctionType(whole, [whole])
        # of a zero that it knows LLVM would make a call again
        zero = builder.asm(kind, "", "=r,0", [whole(0)], side_effect=False)
        zeros = simd.splat(builder.bitcast(zero, simd.scalar))

        def clear(first: Any, mask: Any) -> None:
            simd.store(zeros, builder.gep(target, [first]), mask)

        simd.for_each_vector(count, clear)
        return context.get_dummy_value()

    return types.void(target, types.int64), codegen


def _transpose_squares(source, target, rows, columns, ld):
    """``transpose_apart`` for as many whole squares as there are; returns the side of one."""
    side = TRANSPOSE_BYTES // source.itemsize
    high, wide = rows - rows % side, columns - columns % side
    matrix = source[: rows * columns].reshape(rows, columns)
    for j in range(wide):
        target[j * ld : j * ld + high] = matrix[:high, j]
    return side


@intrinsic_for(_transpose_squares)
def _transpose_squares_intrinsic(typing_context, source, target, rows, columns, ld):
    def codegen(context, builder, signature, arguments):
        source, target, rows, columns, ld = arguments
        scalar = context.get_value_type(signature.args[0].dtype)
        simd, start = Vectors(builder, scalar, TRANSPOSE_BYTES), SIZE(0)
        side = SIZE(simd.lanes)
        high, wide = (builder.sub(n, builder.urem(n, side)) for n in (rows, columns))

        def line(data: Any, ld: Any, row: Any, k: int, column: Any) -> Any:
            there = builder.mul(builder.add(row, SIZE(k)), ld)
            return builder.gep(data, [builder.add(there, column)])

        with (
            cgutils.for_range_slice(builder, start, high, side) as (i, _),
            cgutils.for_range_slice(builder, start, wide, side) as (j, _),
        ):
            square = [simd.load(line(source, columns, i, k, j)) for k in range(simd.lanes)]
            for k, column in enumerate(simd.transpose(square)):
                simd.store(column, line(target, ld, j, k, i))
        return side

    size = types.int64
    return size(source, target, size, size, size), codegen


@device_function
def transpose_apart(source, target, rows, columns, ld):
    """Write the transpose of the matrix (rows, columns) behind the pointer ``source``.

    ``target``: a pointer to the result (columns, rows), whose rows start ``ld`` numbers apart; the
    two do not overlap.
    """
    side = _transpose_squares(source, target, rows, columns, ld)
    high, wide = rows - rows % side, columns - columns % side
    for i in range(rows):
        for j in range(wide if i < high else 0, columns):
            target[j * ld + i] = source[i * columns + j]


@inline_ir
def transpose(source, target, rows, columns):
    """The same for a contiguous result."""
    transpose_apart(source, target, rows, columns, rows)
