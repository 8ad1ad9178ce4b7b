"""How the right factor of ``gemm_indexed`` is packed, and that of a convolution back to pixels."""

import numpy as np
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import device_function, inline_ir, intrinsic_for
from tuidl.kernels.simd.intrinsics import clear_elements, data_of, pointer_at
from tuidl.kernels.simd.lanes import vectors_for
from tuidl.kernels.simd.memory import transpose_apart
from tuidl.kernels.simd.tile_shapes import MOST_VECTORS, slivers_in, vectors_in
from tuidl.kernels.simd.vectors import SIZE, VECTOR_BYTES, Vectors


@inline_ir
def is_packed(n, lanes):
    """Whether a contiguous matrix of ``n`` columns is a single whole sliver as it lies."""
    return n % lanes == 0 and n <= MOST_VECTORS * lanes


def pack_lines(source, ld, k, columns, width, target):
    """One sliver: ``columns`` numbers of each of ``k`` lines, ``ld`` apart, with zeros behind."""
    lines = np.lib.stride_tricks.as_strided(
        source, (k, columns), (ld * source.itemsize, source.itemsize)
    )
    sliver = target[: k * width].reshape(k, width)
    sliver[:, :columns], sliver[:, columns:] = lines, 0


@intrinsic_for(pack_lines)
def _pack_lines(typing_context, source, ld, k, columns, width, target):
    def codegen(context, builder, signature, arguments):
        source, ld, k, columns, width, target = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        lanes = SIZE(simd.lanes)
        with cgutils.for_range_slice(builder, SIZE(0), width, lanes) as (first, _):
            mask = simd.mask(builder.sub(columns, first))
            here, there = (builder.gep(pointer, [first]) for pointer in (source, target))
            with cgutils.for_range(builder, k) as line:
                value = simd.load(builder.gep(here, [builder.mul(line.index, ld)]), mask)
                simd.store(value, builder.gep(there, [builder.mul(line.index, width)]))
        return context.get_dummy_value()

    size = types.int64
    return types.void(source, size, size, size, size, target), codegen


@device_function
def pack_columns(source, ld, k, n, lanes, target):
    """``n`` columns of a matrix whose ``k`` lines are ``ld`` apart, in slivers."""
    vectors = vectors_for(n, lanes)
    column, passed = 0, 0
    for sliver in range(slivers_in(vectors)):
        width = vectors_in(sliver, vectors) * lanes
        here, there = pointer_at(source, column), pointer_at(target, passed)
        pack_lines(here, ld, k, min(width, n - column), width, there)
        column += width
        passed += k * width


@device_function
def pack(source, k, n, lanes, target):
    """A contiguous matrix in slivers; ``lanes``: numbers in a vector."""
    pack_columns(source, n, k, n, lanes, target)


@device_function
def pack_turned(w, phase, stride, first, count, target):
    """The weights of ``count`` pixels of the window from ``first`` on, as those of one phase follow
    each other, the last one first: lines of channels, in slivers."""
    pack_turned_columns(w, phase, stride, first, count, 0, w.shape[2], target)


@device_function
def pack_turned_columns(w, phase, stride, first, count, column, end, target):
    """The same of the channels from ``column`` to ``end`` alone."""
    _, size_x, channels, filters = w.shape
    first_y, first_x, down, across = phase
    lanes = VECTOR_BYTES // w.itemsize
    vectors = vectors_for(end - column, lanes)
    passed = 0
    for sliver in range(slivers_in(vectors)):
        width = vectors_in(sliver, vectors) * lanes
        used, there = min(width, end - column), pointer_at(target, passed)
        if used < width:
            clear_elements(there, count * filters * width)
        for number in range(count):
            i, j = (first + number) // across, (first + number) % across
            y, x = first_y + stride * (down - 1 - i), first_x + stride * (across - 1 - j)
            here = pointer_at(data_of(w), ((y * size_x + x) * channels + column) * filters)
            transpose_apart(here, pointer_at(there, number * filters * width), used, filters, width)
        column += width
        passed += count * filters * width
