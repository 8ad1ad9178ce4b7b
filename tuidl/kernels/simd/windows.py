"""Windows that move over images (n, h, w, c): which part of each lies in the image.

For generated code, and, as ``windows_in``, for its plain Python twins.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from numba.core import cgutils

from tuidl.kernels.simd.vectors import SIZE, Vectors

USUAL = 2
"""Rows and columns of the windows whose code has no loops."""


class Images(NamedTuple):
    """How many images, their rows, columns and channels, and windows in each: down and across."""

    images: Any
    rows: Any
    columns: Any
    channels: Any
    down: Any
    across: Any


class Windows(NamedTuple):
    """Rows and columns of a window, strides to the next one, and padding at the top and left."""

    size_y: Any
    size_x: Any
    stride_y: Any
    stride_x: Any
    top: Any
    left: Any


@dataclass(frozen=True)
class Span:
    """A window along one axis: its first pixel, and its range (low, high) inside the image."""

    start: Any
    low: Any
    high: Any

    @classmethod
    def of(
        cls, builder: Any, number: Any, size: Any, stride: Any, padding: Any, end: Any
    ) -> "Span":
        """Of window ``number``, in an image of ``end`` rows, or columns."""
        start, none = builder.sub(builder.mul(number, stride), padding), SIZE(0)
        outside, left = builder.neg(start), builder.sub(end, start)
        is_before = builder.icmp_signed(">", outside, none)
        is_beyond = builder.icmp_signed("<", left, size)
        return cls(
            start,
            builder.select(is_before, outside, none),
            builder.select(is_beyond, left, size),
        )

    def is_usual(self, builder: Any) -> Any:
        starts = builder.icmp_signed("==", self.low, SIZE(0))
        return builder.and_(starts, builder.icmp_signed("==", self.high, SIZE(USUAL)))


@dataclass(frozen=True)
class Window:
    """One window of the image that starts ``image`` pixels on; its answer lies at ``answer``."""

    simd: Vectors
    image: Any
    columns: Any
    channels: Any
    size_x: Any
    line: Span
    column: Span
    answer: Any

    def at(self, i: Any, j: Any, channel: Any) -> Any:
        """How far the channel of the pixel in row ``i`` and column ``j`` of the window is."""
        b = self.simd.builder
        row = b.mul(b.add(self.line.start, i), self.columns)
        pixel = b.add(self.image, b.add(row, b.add(self.column.start, j)))
        return b.add(b.mul(pixel, self.channels), channel)

    def number(self, i: Any, j: Any) -> Any:
        """The pixel's number within the window, in every lane."""
        b = self.simd.builder
        return self.simd.splat(b.sitofp(b.add(b.mul(i, self.size_x), j), self.simd.scalar))

    def is_usual(self) -> Any:
        """Whether it is two by two pixels of the image."""
        b = self.simd.builder
        return b.and_(self.line.is_usual(b), self.column.is_usual(b))

    def pixels(self, part: Callable[[Any, Any], None]) -> None:
        """A loop over the pixels of the window: ``part(i, j)`` adds the code for one."""
        b, one = self.simd.builder, SIZE(1)
        with (
            cgutils.for_range_slice(b, self.line.low, self.line.high, one) as (i, _),
            cgutils.for_range_slice(b, self.column.low, self.column.high, one) as (j, _),
        ):
            part(i, j)


@contextmanager
def each_window(simd: Vectors, shape: Any, sizes: Any) -> Iterator[Window]:
    """Code for every window; ``shape`` and ``sizes``: values of ``Images`` and ``Windows``."""
    b, zero, one = simd.builder, SIZE(0), SIZE(1)
    images, rows, columns, channels, down, across = Images(*cgutils.unpack_tuple(b, shape))
    size_y, size_x, stride_y, stride_x, top, left = Windows(*cgutils.unpack_tuple(b, sizes))
    with cgutils.for_range_slice(b, zero, images, one) as (n, _):
        image = b.mul(b.mul(n, rows), columns)
        with cgutils.for_range_slice(b, zero, down, one) as (p, _):
            line = Span.of(b, p, size_y, stride_y, top, rows)
            first = b.mul(b.add(b.mul(n, down), p), across)
            with cgutils.for_range_slice(b, zero, across, one) as (q, _):
                column = Span.of(b, q, size_x, stride_x, left, columns)
                answer = b.mul(b.add(first, q), channels)
                yield Window(simd, image, columns, channels, size_x, line, column, answer)


def windows_in(shape: Images, sizes: Windows) -> Iterator[tuple[Any, list[tuple[int, Any]]]]:
    """Of each window: the index (n, p, q) of its answer, and of each of its pixels that lie in the
    image the number in the window and the index (n, row, column)."""
    for n, p, q in product(range(shape.images), range(shape.down), range(shape.across)):
        pixels = []
        for i, j in product(range(sizes.size_y), range(sizes.size_x)):
            y, x = p * sizes.stride_y - sizes.top + i, q * sizes.stride_x - sizes.left + j
            if 0 <= y < shape.rows and 0 <= x < shape.columns:
                pixels.append((i * sizes.size_x + j, (n, y, x)))
        yield (n, p, q), pixels
