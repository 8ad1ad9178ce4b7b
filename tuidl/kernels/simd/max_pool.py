"""The windows of max pooling, for vectors along the channels.

As plain loops over channels, each pixel would load and store what is best so far.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tuidl.kernels.simd.vectors import SIZE, Vectors

NO_WINNER = -1
"""The winner's number where there is none."""
USUAL = 2
"""Rows and columns of the windows whose code has no loops."""
Part = Callable[[Any, Any], None]
"""Code for a vector of channels: where it starts, and the mask of the last one."""


@dataclass(frozen=True)
class _Span:
    """One direction: which pixel a window starts at, and which part of it is in the image."""

    start: Any
    low: Any
    high: Any

    @classmethod
    def of(
        cls, builder: Any, number: Any, size: Any, stride: Any, before: Any, end: Any
    ) -> "_Span":
        """Of window ``number``, in an image of ``end`` rows, or columns."""
        start, none = builder.sub(builder.mul(number, stride), before), SIZE(0)
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
class _Window:
    """One window of the image that starts ``image`` pixels on; its answer lies at ``answer``."""

    simd: Vectors
    image: Any
    columns: Any
    channels: Any
    size_x: Any
    line: _Span
    column: _Span
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
        """Code for every pixel of the window: ``part(i, j)``."""
        b, one = self.simd.builder, SIZE(1)
        with (
            cgutils.for_range_slice(b, self.line.low, self.line.high, one) as (i, _),
            cgutils.for_range_slice(b, self.column.low, self.column.high, one) as (j, _),
        ):
            part(i, j)


@contextmanager
def _each_window(simd: Vectors, shape: Any, sizes: Any) -> Iterator[_Window]:
    """Code for every window.

    ``shape``: images, their rows and columns, channels, and windows down and across. ``sizes``:
    rows and columns of a window, how far the next one is, and the padding at the top and the left.
    """
    b, zero, one = simd.builder, SIZE(0), SIZE(1)
    images, rows, columns, channels, down, across = cgutils.unpack_tuple(b, shape)
    size_y, size_x, stride_y, stride_x, top, left = cgutils.unpack_tuple(b, sizes)
    with cgutils.for_range_slice(b, zero, images, one) as (n, _):
        image = b.mul(b.mul(n, rows), columns)
        with cgutils.for_range_slice(b, zero, down, one) as (p, _):
            line = _Span.of(b, p, size_y, stride_y, top, rows)
            first = b.mul(b.add(b.mul(n, down), p), across)
            with cgutils.for_range_slice(b, zero, across, one) as (q, _):
                column = _Span.of(b, q, size_x, stride_x, left, columns)
                answer = b.mul(b.add(first, q), channels)
                yield _Window(simd, image, columns, channels, size_x, line, column, answer)


def _by_kind(window: _Window, is_usual: Any, usual: Part, other: Part) -> None:
    """Code for all channels: ``usual`` where the condition holds, else ``other``."""
    with window.simd.builder.if_else(is_usual) as (then, otherwise):
        with then:
            window.simd.for_each_vector(window.channels, usual)
        with otherwise:
            window.simd.for_each_vector(window.channels, other)


FOUR = [(SIZE(i), SIZE(j)) for i, j in product(range(USUAL), repeat=2)]


@dataclass(frozen=True)
class _Search:
    """The code that finds the best pixel of a window. ``x``, ``best``, ``place``: pointers.

    ``is_rectified``: whether pixels below 0 count as 0, which cannot win.
    """

    window: _Window
    x: Any
    best: Any
    place: Any
    is_rectified: Any

    def _pixel(self, i: Any, j: Any, first: Any, mask: Any) -> Any:
        simd = self.window.simd
        return simd.load(simd.builder.gep(self.x, [self.window.at(i, j, first)]), mask)

    def _better(self, i: Any, j: Any, value: Any, old: tuple[Any, Any]) -> tuple[Any, Any]:
        """Value and number of the better one: it is larger, or NaN."""
        b = self.window.simd.builder
        is_nan = b.fcmp_unordered("uno", value, value)
        wins = b.or_(b.fcmp_ordered(">", value, old[0]), is_nan)
        return b.select(wins, value, old[0]), b.select(wins, self.window.number(i, j), old[1])

    def _finish(self, found: tuple[Any, Any], first: Any, mask: Any) -> None:
        simd, nothing = self.window.simd, self.window.simd.constant(0)
        here = simd.builder.add(self.window.answer, first)
        is_low = simd.builder.fcmp_ordered("<=", found[0], nothing)
        instead = (nothing, simd.constant(NO_WINNER))
        for value, other, target in zip(found, instead, (self.best, self.place), strict=True):
            low = simd.builder.select(self.is_rectified, other, value)
            value = simd.builder.select(is_low, low, value)
            simd.store(value, simd.builder.gep(target, [here]), mask)

    def usual(self, first: Any, mask: Any) -> None:
        found = self._pixel(*FOUR[0], first, mask), self.window.number(*FOUR[0])
        for i, j in FOUR[1:]:
            found = self._better(i, j, self._pixel(i, j, first, mask), found)
        self._finish(found, first, mask)

    def other(self, first: Any, mask: Any) -> None:
        window, builder = self.window, self.window.simd.builder
        i, j = window.line.low, window.column.low
        begin = self._pixel(i, j, first, mask), window.number(i, j)
        found = [cgutils.alloca_once_value(builder, value) for value in begin]

        def compare(i: Any, j: Any) -> None:
            top, number = map(builder.load, found)
            better = self._better(i, j, self._pixel(i, j, first, mask), (top, number))
            for value, target in zip(better, found, strict=True):
                builder.store(value, target)

        window.pixels(compare)
        top, number = map(builder.load, found)
        self._finish((top, number), first, mask)


@intrinsic
def largest_of_windows(
    typing_context: Any, x: Any, shape: Any, sizes: Any, best: Any, place: Any, rectified: Any
) -> Any:
    """``best`` = the largest pixel of each window and channel, ``place`` = its number there.

    The first of equals; NaN comes before all, of several the last. Where ``rectified`` is 1, what
    is not above 0 becomes 0, and its place NOBODY. All are pointers; for ``shape`` and ``sizes``
    see ``_each_window``.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, shape, sizes, best, place, rectified = arguments
        is_rectified = builder.icmp_signed("!=", rectified, SIZE(0))
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        with _each_window(simd, shape, sizes) as window:
            search = _Search(window, x, best, place, is_rectified)
            _by_kind(window, window.is_usual(), search.usual, search.other)
        return context.get_dummy_value()

    return types.void(x, shape, sizes, best, place, types.int64), codegen


@dataclass(frozen=True)
class _Return:
    """The code that gives a window's gradient to its winner. All but the last are pointers."""

    window: _Window
    place: Any
    d: Any
    dx: Any
    is_adding: Any

    def _won(self, first: Any, mask: Any) -> tuple[Any, Any]:
        """The winner's number and what it gets."""
        simd = self.window.simd
        here = [simd.builder.add(self.window.answer, first)]
        winner, share = (simd.load(simd.builder.gep(x, here), mask) for x in (self.place, self.d))
        return winner, share

    def _given(self, i: Any, j: Any, first: Any, won: tuple[Any, Any]) -> tuple[Any, Any]:
        """What a pixel gets, and where it is."""
        simd, (winner, share) = self.window.simd, won
        wins = simd.builder.fcmp_ordered("==", winner, self.window.number(i, j))
        pixel = simd.builder.gep(self.dx, [self.window.at(i, j, first)])
        return simd.builder.select(wins, share, simd.constant(0)), pixel

    def usual(self, first: Any, mask: Any) -> None:
        won = self._won(first, mask)
        for i, j in FOUR:
            value, pixel = self._given(i, j, first, won)
            self.window.simd.store(value, pixel, mask)

    def other(self, first: Any, mask: Any) -> None:
        simd, builder, won = self.window.simd, self.window.simd.builder, self._won(first, mask)

        def give(i: Any, j: Any) -> None:
            value, pixel = self._given(i, j, first, won)
            total = cgutils.alloca_once_value(builder, value)
            with builder.if_then(self.is_adding):
                builder.store(simd.add(value, simd.load(pixel, mask)), total)
            simd.store(builder.load(total), pixel, mask)

        self.window.pixels(give)


@intrinsic
def give_to_winners(
    typing_context: Any, place: Any, d: Any, dx: Any, shape: Any, sizes: Any, adds: Any
) -> Any:
    """Of each channel ``d`` goes to the pixel that ``place`` names, 0 to the window's others.

    Where ``adds`` is 1, on top of what is there. Otherwise as ``largest_of_windows``.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, d, dx, shape, sizes, adds = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[2].dtype))
        is_adding = builder.icmp_signed("!=", adds, SIZE(0))
        with _each_window(simd, shape, sizes) as window:
            gives = _Return(window, place, d, dx, is_adding)
            is_usual = builder.and_(window.is_usual(), builder.not_(is_adding))
            _by_kind(window, is_usual, gives.usual, gives.other)
        return context.get_dummy_value()

    return types.void(place, d, dx, shape, sizes, types.int64), codegen
