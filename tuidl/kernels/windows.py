"""The windows of max pooling, for vectors along the channels.

As plain loops over channels, each pixel would load and store what is best so far.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tuidl.kernels.simd import SIZE, Vectors

USUAL = 2
"""Rows and columns of the windows whose code has no loops."""
Part = Callable[[Any, Any], None]


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


class _Windows:
    """All windows of some images, as values of code that is being generated.

    ``shape``: images, their rows and columns, channels, and windows down and across. ``sizes``:
    rows and columns of a window, how far the next one is, and the padding at the top and the left.
    """

    def __init__(self, context: Any, builder: Any, pointer: Any, shape: Any, sizes: Any) -> None:
        self.simd = Vectors(builder, context.get_value_type(pointer.dtype))
        self.builder = builder
        unpacked = cgutils.unpack_tuple(builder, shape)
        self.images, self.rows, self.columns, self.channels, self.down, self.across = unpacked
        self.sizes = cgutils.unpack_tuple(builder, sizes)

    @contextmanager
    def each(self) -> Iterator[Any]:
        """Code for every window; ``corner`` and where its answers are."""
        b, zero, one = self.builder, SIZE(0), SIZE(1)
        size_y, size_x, stride_y, stride_x, top, left = self.sizes
        with cgutils.for_range_slice(b, zero, self.images, one) as (n, _):
            image = b.mul(b.mul(n, self.rows), self.columns)
            with cgutils.for_range_slice(b, zero, self.down, one) as (p, _):
                line = _Span.of(b, p, size_y, stride_y, top, self.rows)
                first = b.mul(b.add(b.mul(n, self.down), p), self.across)
                with cgutils.for_range_slice(b, zero, self.across, one) as (q, _):
                    column = _Span.of(b, q, size_x, stride_x, left, self.columns)
                    self.image, self.spans = image, (line, column)
                    yield b.mul(b.add(first, q), self.channels)

    def at(self, i: Any, j: Any) -> Any:
        """How far the pixel in row ``i`` and column ``j`` of the window is."""
        b, (line, column) = self.builder, self.spans
        row = b.mul(b.add(line.start, i), self.columns)
        return b.mul(b.add(self.image, b.add(row, b.add(column.start, j))), self.channels)

    def number(self, i: Any, j: Any) -> Any:
        """The pixel's number within the window, in every lane."""
        number = self.builder.add(self.builder.mul(i, self.sizes[1]), j)
        return self.simd.spread(self.builder.sitofp(number, self.simd.number))

    def by_kind(self, usual: Part, other: Part, *, only: tuple[Any, ...] = ()) -> None:
        """Code for the window's channels: ``usual`` for two by two inside the image.

        ``only``: more that must hold for that.
        """
        is_usual = [*only, *(span.is_usual(self.builder) for span in self.spans)]
        with self.builder.if_else(reduce(self.builder.and_, is_usual)) as (then, otherwise):
            with then:
                self.simd.along(self.channels, usual)
            with otherwise:
                self.simd.along(self.channels, other)

    def pixels(self, part: Part) -> None:
        """Code for every pixel of the window: ``part(i, j)``."""
        (line, column), one = self.spans, SIZE(1)
        with (
            cgutils.for_range_slice(self.builder, line.low, line.high, one) as (i, _),
            cgutils.for_range_slice(self.builder, column.low, column.high, one) as (j, _),
        ):
            part(i, j)


FOUR = [(SIZE(i), SIZE(j)) for i, j in product(range(USUAL), repeat=2)]


def _better(simd: Vectors, value: Any, old: Any) -> Any:
    """Where ``value`` comes before ``old``: it is larger, or NaN."""
    builder = simd.builder
    return builder.or_(
        builder.fcmp_ordered(">", value, old), builder.fcmp_unordered("uno", value, value)
    )


@intrinsic
def largest_of_windows(
    typing_context: Any, x: Any, shape: Any, sizes: Any, best: Any, place: Any
) -> Any:
    """``best`` = the largest pixel of each window and channel, ``place`` = its number there.

    NaN comes before all, the first of equals before the others. All are pointers; for ``shape`` and
    ``sizes`` see ``_Windows``.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, shape, sizes, best, place = arguments
        windows = _Windows(context, builder, signature.args[0], shape, sizes)
        simd = windows.simd

        def pixel(place: tuple[Any, Any], first: Any, mask: Any) -> Any:
            return simd.load(builder.gep(x, [builder.add(windows.at(*place), first)]), mask)

        with windows.each() as answer:

            def finish(top: Any, number: Any, first: Any, mask: Any) -> None:
                here = builder.add(answer, first)
                simd.store(top, builder.gep(best, [here]), mask)
                simd.store(number, builder.gep(place, [here]), mask)

            def usual(first: Any, mask: Any) -> None:
                top, number = pixel(FOUR[0], first, mask), windows.number(*FOUR[0])
                for i, j in FOUR[1:]:
                    value = pixel((i, j), first, mask)
                    wins = _better(simd, value, top)
                    top = builder.select(wins, value, top)
                    number = builder.select(wins, windows.number(i, j), number)
                finish(top, number, first, mask)

            def other(first: Any, mask: Any) -> None:
                corner = windows.spans[0].low, windows.spans[1].low
                top = cgutils.alloca_once_value(builder, pixel(corner, first, mask))
                number = cgutils.alloca_once_value(builder, windows.number(*corner))

                def compare(i: Any, j: Any) -> None:
                    value, old = pixel((i, j), first, mask), builder.load(top)
                    wins = _better(simd, value, old)
                    builder.store(builder.select(wins, value, old), top)
                    known = builder.load(number)
                    builder.store(builder.select(wins, windows.number(i, j), known), number)

                windows.pixels(compare)
                finish(builder.load(top), builder.load(number), first, mask)

            windows.by_kind(usual, other)
        return context.get_dummy_value()

    return types.void(x, shape, sizes, best, place), codegen


@intrinsic
def give_to_winners(
    typing_context: Any, place: Any, d: Any, dx: Any, shape: Any, sizes: Any, adds: Any
) -> Any:
    """Of each channel ``d`` goes to the pixel that ``place`` names, 0 to the window's others.

    Where ``adds`` is 1, on top of what is there. Otherwise as ``largest_of_windows``.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, d, dx, shape, sizes, adds = arguments
        windows = _Windows(context, builder, signature.args[2], shape, sizes)
        simd, is_adding = windows.simd, builder.icmp_signed("!=", adds, SIZE(0))

        with windows.each() as answer:

            def given(i: Any, j: Any, first: Any, mask: Any) -> tuple[Any, Any]:
                here = builder.add(answer, first)
                winner = simd.load(builder.gep(place, [here]), mask)
                share = simd.load(builder.gep(d, [here]), mask)
                wins = builder.fcmp_ordered("==", winner, windows.number(i, j))
                pixel = builder.gep(dx, [builder.add(windows.at(i, j), first)])
                return builder.select(wins, share, simd.constant(0)), pixel

            def usual(first: Any, mask: Any) -> None:
                for i, j in FOUR:
                    value, pixel = given(i, j, first, mask)
                    simd.store(value, pixel, mask)

            def other(first: Any, mask: Any) -> None:
                def give(i: Any, j: Any) -> None:
                    value, pixel = given(i, j, first, mask)
                    total = cgutils.alloca_once_value(builder, value)
                    with builder.if_then(is_adding):
                        old = simd.load(pixel, mask)
                        builder.store(simd.multiply_add(value, simd.constant(1), old), total)
                    simd.store(builder.load(total), pixel, mask)

                windows.pixels(give)

            windows.by_kind(usual, other, only=(builder.not_(is_adding),))
        return context.get_dummy_value()

    return types.void(place, d, dx, shape, sizes, types.int64), codegen
