"""Winograd's transforms F(2 x 2, 3 x 3): small constant matrices on both sides of a square.

The matrices are those of Lavin and Gray (2016: Fast algorithms for convolutional neural networks).
Written as code for vectors along the channels: 16 arrays read and 16 written are more than LLVM
would check for overlap.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import inline_ir, intrinsic_for
from tuidl.kernels.simd.intrinsics import CACHE_LINE
from tuidl.kernels.simd.vectors import SIZE, Vectors

FROM_PIXELS = ((1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1))
"""B' of the paper."""
FROM_KERNEL = ((1, 0, 0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0, 0, 1))
"""G of the paper."""
TO_ANSWERS = ((1, 1, 1, 0), (0, 1, -1, -1))
"""A' of the paper."""


class Image(NamedTuple):
    """An image whose tiles are transformed: ``row`` is the stride between its rows, in numbers.

    ``height`` and ``width`` count answers: of pixels two more of each are seen.
    """

    row: Any
    height: Any
    width: Any
    channels: Any


class Ahead(NamedTuple):
    """Another image, of which a transform asks the cache for two by two pixels at each tile: those
    that the next step writes or reads. ``data``: a pointer; ``row``: as in Image."""

    data: Any
    row: Any
    channels: Any


@dataclass(frozen=True)
class _Square:
    """A small square of places behind a pointer, with the strides ``down`` and ``across``.

    ``skips``: for rows and for columns, whether the first one counts as 0.
    """

    simd: Vectors
    data: Any
    down: Any
    across: Any
    skips: tuple[Any, Any] | None = None

    def at(self, i: int, j: int, channel: Any) -> Any:
        """Where the vector from ``channel`` on is in row ``i`` and column ``j``."""
        place = self.simd.builder.gep(self.data, [channel])
        for stride, index in ((self.down, i), (self.across, j)):
            place = self.simd.builder.gep(place, [self.simd.builder.mul(stride, SIZE(index))])
        return place

    def load(self, size: int, channel: Any, mask: Any) -> list[list[Any]]:
        """The square of ``size`` by ``size`` vectors, by columns."""
        return [[self._vector(i, j, channel, mask) for i in range(size)] for j in range(size)]

    def _vector(self, i: int, j: int, channel: Any, mask: Any) -> Any:
        value = self.simd.load(self.at(i, j, channel), mask)
        for skip, index in zip(self.skips or (), (i, j), strict=False):
            if index == 0:
                value = self.simd.builder.select(skip, self.simd.constant(0), value)
        return value


def _combination(simd: Vectors, factors: Any, vectors: Any) -> Any:
    """The code for the sum of ``factors`` times ``vectors``, without what adds nothing."""
    used = [(f, v) for f, v in zip(factors, vectors, strict=True) if f]
    total = used[0][1] if used[0][0] == 1 else None
    for factor, vector in used[total is not None :]:
        old = simd.constant(0) if total is None else total
        total = simd.multiply_add(vector, simd.constant(factor), old)
    return total


def _transform(matrix: Any, source: _Square, target: _Square, count: Any, *, adds: bool) -> None:
    """The code for ``target = matrix @ source @ matrix'``, or that added, in ``count`` channels."""
    simd = source.simd

    def body(first: Any, mask: Any) -> None:
        columns = source.load(len(matrix[0]), first, mask)
        half = [[_combination(simd, row, column) for column in columns] for row in matrix]

        def sums() -> Iterator[tuple[Any, Any]]:
            for (i, line), (j, row) in product(enumerate(half), enumerate(matrix)):
                place, value = target.at(i, j, first), _combination(simd, row, line)
                if adds:
                    value = simd.add(value, simd.load(place, mask))
                yield value, place

        simd.store_all(sums(), mask)

    simd.for_each_vector(count, body)


def _square_of(pointer: Any, size: int, down: int, across: int, count: int) -> Any:
    """The view (size, size, count) of a square behind a pointer of plain Python."""
    shape, strides = (size, size, count), (down, across, 1)
    strides = tuple(stride * pointer.itemsize for stride in strides)
    return np.lib.stride_tricks.as_strided(pointer, shape, strides)


def _both_sides(matrix: Any, square: Any) -> Any:
    """``matrix @ square @ matrix'`` for each channel, in the square's dtype."""
    factors = np.array(matrix, square.dtype)
    return np.einsum("ki,ijc,lj->klc", factors, square, factors)


def _of_kernels(matrix: Any) -> Any:
    def transform(source, stride, target, target_stride, count):
        """One square of ``count`` numbers each becomes another one; both are pointers.

        ``stride``, ``target_stride``: from one place of a square to the next.
        """
        before, after = len(matrix[0]), len(matrix)
        old = _square_of(source, before, before * stride, stride, count)
        new = _square_of(target, after, after * target_stride, target_stride, count)
        new[...] = _both_sides(matrix, old)

    @intrinsic_for(transform)
    def intrinsic(typing_context, source, stride, target, target_stride, count):
        def codegen(context, builder, signature, arguments):
            source, stride, target, target_stride, count = arguments
            simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
            before, after = SIZE(len(matrix[0])), SIZE(len(matrix))
            old = _Square(simd, source, builder.mul(stride, before), stride)
            new = _Square(simd, target, builder.mul(target_stride, after), target_stride)
            _transform(matrix, old, new, count, adds=False)
            return context.get_dummy_value()

        size = types.int64
        return types.void(source, size, target, size, size), codegen

    return transform


@contextmanager
def _steps_of_two(builder: Any, size: Any) -> Iterator[tuple[Any, Any, Any]]:
    """A loop over tiles: number, place, which the last one has a step back, whether it does so."""
    with cgutils.for_range_slice(builder, SIZE(0), size, SIZE(2)) as (start, number):
        last = builder.sub(size, SIZE(2))
        is_beyond = builder.icmp_signed(">", start, last)
        yield number, builder.select(is_beyond, last, start), is_beyond


def _ask_for(simd: Vectors, ahead: Ahead, row: Any, column: Any) -> None:
    """The code that asks for the two by two pixels from there on."""
    builder, line = simd.builder, SIZE(CACHE_LINE // simd.itemsize)
    start = builder.add(builder.mul(row, ahead.row), builder.mul(column, ahead.channels))
    first, size = builder.gep(ahead.data, [start]), builder.mul(ahead.channels, SIZE(2))
    with cgutils.for_range_slice(builder, SIZE(0), size, line) as (place, _):
        here = builder.gep(first, [place])
        for pixel in (here, builder.gep(here, [ahead.row])):
            simd.prefetch(pixel)


def _of_tiles(matrix: Any, *, to_image: bool, adds: bool = False, is_once: bool = False) -> Any:
    def transform(image, shape, tiles, stride, ahead):
        """All tiles of an image, from there or ``to_image``; pixels or answers.

        ``shape``: Image. ``tiles``: a pointer to the first tile's first place; the next of its 16
        places is ``stride`` on. What two tiles see counts only for the first where ``is_once``.
        ``ahead``: Ahead.
        """
        row, height, width, channels = shape
        size = len(matrix) if to_image else len(matrix[0])
        for number, (i, j) in enumerate(product(range(0, height, 2), range(0, width, 2))):
            p, q = min(i, height - 2), min(j, width - 2)
            pixels = _square_of(image[p * row + q * channels :], size, row, channels, channels)
            places = _square_of(tiles[number * channels :], 4, 4 * stride, stride, channels)
            if to_image:
                pixels[...] = _both_sides(matrix, places) + (pixels if adds else 0)
                continue
            square = pixels.copy()
            if is_once:
                square[: i - p], square[:, : j - q] = 0, 0
            places[...] = _both_sides(matrix, square)

    @intrinsic_for(transform)
    def intrinsic(typing_context, image, shape, tiles, stride, ahead):
        def codegen(context, builder, signature, arguments):
            image, shape, tiles, stride, wanted = arguments
            row, height, width, channels = Image(*cgutils.unpack_tuple(builder, shape))
            simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
            in_row = builder.sdiv(builder.add(width, SIZE(1)), SIZE(2))
            with (
                _steps_of_two(builder, height) as (i, p, is_low),
                _steps_of_two(builder, width) as (j, q, is_far),
            ):
                start = builder.add(builder.mul(p, row), builder.mul(q, channels))
                number = builder.mul(builder.add(builder.mul(i, in_row), j), channels)
                skips = (is_low, is_far) if is_once else None
                pixels = _Square(simd, builder.gep(image, [start]), row, channels, skips)
                four = builder.mul(stride, SIZE(4))
                places = _Square(simd, builder.gep(tiles, [number]), four, stride)
                source, target = (places, pixels) if to_image else (pixels, places)
                _ask_for(simd, Ahead(*cgutils.unpack_tuple(builder, wanted)), p, q)
                _transform(matrix, source, target, channels, adds=adds)
            return context.get_dummy_value()

        return types.void(image, shape, tiles, types.int64, ahead), codegen

    return transform


def _transposed(matrix: Any) -> Any:
    return tuple(zip(*matrix, strict=True))


from_pixels_asking = _of_tiles(FROM_PIXELS, to_image=False)
to_answers_asking = _of_tiles(TO_ANSWERS, to_image=True)
_from_answers = _of_tiles(_transposed(TO_ANSWERS), to_image=False, is_once=True)
_add_to_pixels = _of_tiles(_transposed(FROM_PIXELS), to_image=True, adds=True)
from_kernels, to_kernels = _of_kernels(FROM_KERNEL), _of_kernels(_transposed(FROM_KERNEL))


def _without_asking(transform: Any) -> Any:
    @inline_ir
    def without(image, shape, tiles, stride):
        transform(image, shape, tiles, stride, Ahead(image, 0, 0))

    return without


from_pixels, to_answers, from_answers, add_to_pixels = map(
    _without_asking, (from_pixels_asking, to_answers_asking, _from_answers, _add_to_pixels)
)
