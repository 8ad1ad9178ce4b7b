"""The pieces of a kernel, transformed and in slivers: the right factor of ``gemm_indexed``."""

from tuidl.core import winograd_room
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.convolution import packed_room
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.lanes import vectors_for
from tuidl.kernels.simd.memory import transpose
from tuidl.kernels.simd.piece_transforms import from_pieces
from tuidl.kernels.simd.tile_shapes import slivers_in, vectors_in
from tuidl.kernels.simd.vectors import VECTOR_BYTES

part_size = inline_ir(winograd_room.part_size)


@device_function
def _turn(w, row, column, stride, high, wide, target):
    """A piece rotated by 180 degrees, each place transposed; its last is at ``row``, ``column``."""
    _, size_x, channels, filters = w.shape
    block = channels * filters
    for i in range(high):
        for j in range(wide):
            y, x = row - i * stride, column - j * stride
            here = pointer_at(data_of(w), (y * size_x + x) * block)
            transpose(here, pointer_at(target, (3 * i + j) * block), channels, filters)


@device_function
def pack_pieces(w, part, stride, is_turned, turned, places, before):
    """The transformed pieces of a part of the kernel, ``before`` numbers behind each place; returns
    how many numbers a place has of them.

    ``part``: the first place, down and across; others are ``stride`` apart. ``is_turned``: turned
    round, as lines of channels; ``turned``: a pointer to room for that. ``places``: Places.
    """
    size_y, size_x, channels, filters = w.shape
    high, wide = part_size(size_y, stride, part[0]), part_size(size_x, stride, part[1])
    terms, columns = (filters, channels) if is_turned else (channels, filters)
    across, block, lanes = wide // 2, channels * filters, VECTOR_BYTES // w.itemsize
    vectors = vectors_for(columns, lanes)
    lines = high // 2 * across * terms
    for number in range(high // 2 * across):
        i, j = 2 * (number // across), 2 * (number % across)
        down, beside = 3 if i + 3 == high else 2, 3 if j + 3 == wide else 2
        if is_turned:
            row, column = part[0] + (high - 1 - i) * stride, part[1] + (wide - 1 - j) * stride
            _turn(w, row, column, stride, down, beside, turned)
            source, strides = turned, (3 * block, block, columns)
        else:
            row, column = part[0] + i * stride, part[1] + j * stride
            source = pointer_at(data_of(w), (row * size_x + column) * block)
            strides = (stride * size_x * block, stride * block, columns)
        first, passed = 0, before
        for sliver in range(slivers_in(vectors)):
            width = vectors_in(sliver, vectors) * lanes
            there = pointer_at(places.data, passed + number * terms * width)
            target = (4 * places.stride, places.stride, width)
            count = min(width, columns - first)
            here = pointer_at(source, first)
            from_pieces(here, strides, there, target, down, beside, terms, count)
            first += width
            passed += lines * width
    return packed_room(lines, columns)
