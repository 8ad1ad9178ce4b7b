"""Sums of products channel by channel: what a convolution has to do whose groups are small.

Numbers of one vector of channels lie side by side in a *frame* (``spread_line`` lays it out), one
vector for each pixel, or as many as a group has channels: in the k-th of them every lane holds the
k-th channel of its own group. So what a group of few channels sees is added up by vectors that are
full, where a product of matrices would have as few columns as the group has filters.

As in ``gemm_indexed.py`` what is read, and what is written, is found by tables of places.
"""

from itertools import product
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils

from tuidl.core.grouped_room import SPREADABLE
from tuidl.kernels.jit import device_function, intrinsic_for
from tuidl.kernels.simd.gemm_indexed import Tile
from tuidl.kernels.simd.gemm_narrow import START_C, START_ZERO
from tuidl.kernels.simd.intrinsics import clear_elements, pointer_at
from tuidl.kernels.simd.lanes import lanes_of
from tuidl.kernels.simd.tile_shapes import ONE
from tuidl.kernels.simd.vectors import SIZE, VECTOR_BYTES, Vectors

MOST_SUMS = 9
"""Sums of weights in registers: as many as a kernel of 3 x 3 has places."""


class _Tile(Tile):
    """Pixels of one vector of channels; each term is a product of two vectors."""

    def factor(self, simd: Any, place: Any) -> Any:
        return simd.load(place)


def channel_tile(a, rows, columns, count, b, start, start_with, c, places, left):
    """c[places[i]] = start + the sum of a[rows[i] + columns[k]] b[k] over vectors; ``left``:
    channels from here on. All pointers."""
    lanes = VECTOR_BYTES // a.itemsize
    width = min(lanes, left)
    lines = b[: count * lanes].reshape(count, lanes)
    for i in range(ONE):
        total = np.zeros(width, a.dtype)
        if start_with != START_ZERO:
            total[:] = start[places[i] if start_with == START_C else 0 :][:width]
        for k in range(count):
            total += a[rows[i] + columns[k] :][:width] * lines[k][:width]
        c[places[i] :][:width] = total


@intrinsic_for(channel_tile)
def _channel_tile(
    typing_context, a, rows, columns, count, b, start, start_with, c, places, left
):  # fmt: skip
    def codegen(context, builder, signature, arguments):
        a, rows, columns, count, b, start, start_with, c, places, left = arguments
        tile = _Tile(builder, context.get_value_type(signature.args[0].dtype), 1, left)
        tile.start(start, places, start_with)
        tile.add_up(a, rows, columns, count, b)
        tile.finish(c, places)
        return context.get_dummy_value()

    size = types.int64
    return types.void(a, rows, columns, size, b, start, size, c, places, size), codegen


@device_function
def multiply_channels(a, rows, columns, count, b, start, start_with, c, places, left, m):
    """The same for ``m`` pixels; tables go on for a tile behind the last."""
    for i in range(0, m, ONE):
        row, place = pointer_at(rows, i), pointer_at(places, i)
        channel_tile(a, row, columns, count, b, start, start_with, c, place, left)


def _sums_of(terms: int) -> Any:
    def channel_sums(a, rows, columns, count, d, ld, c, places, start_with, left):
        """c[places[t]] += the sum over ``count`` positions of a[rows[i] + columns[t]] d[i]: for so
        many terms. ``d``: lines that are ``ld`` apart. All pointers."""
        width = min(VECTOR_BYTES // a.itemsize, left)
        sums = np.zeros((terms, width), a.dtype)
        for t in range(terms):
            if start_with == START_C:
                sums[t] = c[places[t] :][:width]
            for i in range(count):
                sums[t] += a[rows[i] + columns[t] :][:width] * d[i * ld :][:width]
        for t in range(terms):
            c[places[t] :][:width] = sums[t]

    @intrinsic_for(channel_sums)
    def intrinsic(typing_context, a, rows, columns, count, d, ld, c, places, start_with, left):
        def codegen(context, builder, signature, arguments):
            a, rows, columns, count, d, ld, c, places, start_with, left = arguments
            simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
            mask, nothing = simd.mask(left), simd.constant(0)

            def place(table: Any, index: Any) -> Any:
                return builder.sext(builder.load(builder.gep(table, [index])), SIZE)

            sums = [cgutils.alloca_once_value(builder, nothing) for _ in range(terms)]
            there = [builder.gep(c, [place(places, SIZE(t))]) for t in range(terms)]
            starts = [builder.gep(a, [place(columns, SIZE(t))]) for t in range(terms)]
            for total in sums:
                builder.store(nothing, total)
            with builder.if_then(builder.icmp_signed("==", start_with, SIZE(START_C))):
                for total, target in zip(sums, there, strict=True):
                    builder.store(simd.load(target, mask), total)
            with cgutils.for_range(builder, count) as position:
                row = place(rows, position.index)
                factor = simd.load(builder.gep(d, [builder.mul(position.index, ld)]), mask)
                for start, total in zip(starts, sums, strict=True):
                    seen = simd.load(builder.gep(start, [row]))
                    builder.store(simd.multiply_add(seen, factor, builder.load(total)), total)
            for total, target in zip(sums, there, strict=True):
                simd.store(builder.load(total), target, mask)
            return context.get_dummy_value()

        size = types.int64
        return types.void(a, rows, columns, size, d, size, c, places, size, size), codegen

    return channel_sums


_few_sums, _most_sums = _sums_of(3), _sums_of(MOST_SUMS)


@device_function
def sum_channels(a, rows, columns, terms, d, ld, c, places, start_with, left, count):
    """``_sums_of`` for any number of terms; tables go on for a tile behind the last."""
    for t in range(0, terms, MOST_SUMS):
        column, place = pointer_at(columns, t), pointer_at(places, t)
        if terms - t > 3:
            _most_sums(a, rows, column, count, d, ld, c, place, start_with, left)
        else:
            _few_sums(a, rows, column, count, d, ld, c, place, start_with, left)


def _spread_of(kind: int) -> Any:
    def spread_pixels(source, ld, pixels, used, target):
        """Lay out ``pixels`` pixels, ``ld`` apart, in groups of so many channels."""
        lanes = VECTOR_BYTES // source.itemsize
        for p, k in product(range(pixels), range(kind)):
            vector = np.zeros(lanes, source.dtype)
            vector[:used] = source[p * ld :][:used]
            target[(p * kind + k) * lanes :][:lanes] = vector.reshape(-1, kind)[:, [k] * kind].flat

    @intrinsic_for(spread_pixels)
    def intrinsic(typing_context, source, ld, pixels, used, target):
        def codegen(context, builder, signature, arguments):
            source, ld, pixels, used, target = arguments
            simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
            mask, step = simd.mask(used), SIZE(kind * simd.lanes)
            if simd.lanes % kind:
                return context.get_dummy_value()
            with cgutils.for_range(builder, pixels) as pixel:
                seen = simd.load(builder.gep(source, [builder.mul(pixel.index, ld)]), mask)
                there = builder.gep(target, [builder.mul(pixel.index, step)])
                for k in range(kind):
                    order = [lane // kind * kind + k for lane in range(simd.lanes)]
                    value = simd.shuffle(seen, seen, order) if kind > 1 else seen
                    simd.store(value, builder.gep(there, [SIZE(k * simd.lanes)]))
            return context.get_dummy_value()

        size = types.int64
        return types.void(source, size, size, size, target), codegen

    return spread_pixels


_one, _two, _four, _eight = (_spread_of(kind) for kind in SPREADABLE)


@device_function
def spread_line(source, ld, pixels, first, used, channels, filters, target):
    """Lay out pixels that are ``ld`` apart: one vector for each channel of a group.

    ``source``: a pointer to the line's first pixel; ``first``: the first channel that is written of
    all groups' (not of those read), ``used``: how many; ``channels``, ``filters``: of a group, read
    and written.
    """
    lanes = lanes_of(source)
    here = pointer_at(source, first // filters * channels)
    if channels == filters and lanes % channels == 0 and channels <= 8:
        if channels == 1:
            _one(here, ld, pixels, used, target)
        elif channels == 2:
            _two(here, ld, pixels, used, target)
        elif channels == 4:
            _four(here, ld, pixels, used, target)
        else:
            _eight(here, ld, pixels, used, target)
        return
    clear_elements(target, pixels * channels * lanes)
    for lane in range(used):
        start = (first + lane) // filters * channels
        for p in range(pixels):
            for k in range(channels):
                target[(p * channels + k) * lanes + lane] = source[p * ld + start + k]
