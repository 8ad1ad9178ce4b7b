"""Max pooling and its gradient, for vectors along the channels.

In plain loops over channels, each pixel would load and store the best value so far.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.vectors import SIZE, Vectors
from tuidl.kernels.simd.windows import USUAL, Window, each_window, windows_in

NO_WINNER = -1
"""The winner's number where there is none."""
Part = Callable[[Any, Any], None]
"""Code for a vector of channels: where it starts, and the mask of the last one."""


def _by_kind(window: Window, is_usual: Any, usual: Part, other: Part) -> None:
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

    window: Window
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


def largest_of_windows(x, shape, sizes, best, place, rectified):
    """``best`` = the largest pixel of each window and channel, ``place`` = its number there.

    The first of equals; NaN comes before all, of several the last. Where ``rectified`` is 1, what
    is not above 0 becomes 0, and its place NO_WINNER. ``x``, ``best`` and ``place`` are pointers;
    ``shape``: Images, ``sizes``: Windows.
    """
    image = _images(x, shape.images, shape.rows, shape.columns, shape.channels)
    answers = (shape.images, shape.down, shape.across, shape.channels)
    best, place = _images(best, *answers), _images(place, *answers)
    for answer, pixels in windows_in(shape, sizes):
        for number, pixel in pixels:
            value, old = image[pixel], best[answer]
            wins = (value > old) | np.isnan(value) | (number == pixels[0][0])
            best[answer] = np.where(wins, value, old)
            place[answer] = np.where(wins, number, place[answer])
        is_low = (best[answer] <= 0) & (rectified != 0)
        best[answer][is_low], place[answer][is_low] = 0, NO_WINNER


def _images(pointer, *shape):
    """The array of this shape behind a pointer of plain Python."""
    return pointer[: np.prod(shape)].reshape(shape)


@intrinsic_for(largest_of_windows)
def _largest_of_windows(typing_context, x, shape, sizes, best, place, rectified):
    def codegen(context, builder, signature, arguments):
        x, shape, sizes, best, place, rectified = arguments
        is_rectified = builder.icmp_signed("!=", rectified, SIZE(0))
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        with each_window(simd, shape, sizes) as window:
            search = _Search(window, x, best, place, is_rectified)
            _by_kind(window, window.is_usual(), search.usual, search.other)
        return context.get_dummy_value()

    return types.void(x, shape, sizes, best, place, types.int64), codegen


@dataclass(frozen=True)
class _Return:
    """The code that gives a window's gradient to its winner. All but the last are pointers."""

    window: Window
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


def give_to_winners(place, d, dx, shape, sizes, adds):
    """Of each channel ``d`` goes to the pixel that ``place`` names, 0 to the window's others.

    Where ``adds`` is 1, on top of what is there. Otherwise as ``largest_of_windows``.
    """
    image = _images(dx, shape.images, shape.rows, shape.columns, shape.channels)
    answers = (shape.images, shape.down, shape.across, shape.channels)
    place, d = _images(place, *answers), _images(d, *answers)
    for answer, pixels in windows_in(shape, sizes):
        for number, pixel in pixels:
            value = np.where(place[answer] == number, d[answer], 0)
            image[pixel] = image[pixel] + value if adds else value


@intrinsic_for(give_to_winners)
def _give_to_winners(typing_context, place, d, dx, shape, sizes, adds):
    def codegen(context, builder, signature, arguments):
        place, d, dx, shape, sizes, adds = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[2].dtype))
        is_adding = builder.icmp_signed("!=", adds, SIZE(0))
        with each_window(simd, shape, sizes) as window:
            gives = _Return(window, place, d, dx, is_adding)
            is_usual = builder.and_(window.is_usual(), builder.not_(is_adding))
            _by_kind(window, is_usual, gives.usual, gives.other)
        return context.get_dummy_value()

    return types.void(place, d, dx, shape, sizes, types.int64), codegen
