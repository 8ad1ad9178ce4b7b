"""Sums of products of lines of channels: what depthwise convolutions are made of.

Numbers of all channels of a pixel lie side by side, and each channel has a weight of its own: so
vectors lie along the channels, several beside each other, whose sums stay in registers meanwhile.

A product of two numbers that are both read for it is bound by reading. So pixels beside each other
are worked on at the same time, which read a weight once, and so are places of a kernel beside each
other, which read an answer's gradient once. Each sum has the order of one computed by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.vectors import SIZE, Vectors

BESIDE = 4
"""Vectors of channels whose sums are computed at the same time: one would wait for itself."""
PIXELS, VECTORS = 4, 2
"""The same of pixels beside each other, and of these: sums, weights and a pixel fill 16 registers,
and five numbers are read for four products."""
PLACES = (2, 3)
"""Places of a kernel beside each other that there is code for."""


class Lines(NamedTuple):
    """A grid of lines behind a pointer: where it starts, from a line to the next one down, and
    across."""

    data: Any
    start: Any
    down: Any
    across: Any


def _line(lines: Any, i: int, j: int, count: int) -> Any:
    """In plain Python."""
    return lines.data[lines.start + i * lines.down + j * lines.across :][:count]


def window_sum(x, w, shape, start, has_start, target, count):
    """target = start + the sum of x[i, j] w[i, j] over the places (rows, columns) of a window.

    ``x``, ``w``: Lines of ``count`` numbers. ``has_start``: 0 where sums begin with 0.
    """
    total = np.zeros(count, target.dtype)
    if has_start:
        total += start[:count]
    for i in range(shape[0]):
        for j in range(shape[1]):
            total += _line(x, i, j, count) * _line(w, i, j, count)
    target[:count] = total


def window_sums(x, apart, w, shape, start, has_start, target, leap, count):
    """PIXELS of them whose windows are ``apart``, and whose targets are ``leap`` apart."""
    for pixel in range(PIXELS):
        lines = x._replace(start=x.start + pixel * apart)
        window_sum(lines, w, shape, start, has_start, target[pixel * leap :], count)


def line_products(x, step, d, leap, length, target, count):
    """target += the sum of x[i step] d[i leap] over ``length`` lines of ``count`` numbers."""
    for i in range(length):
        target[:count] += x[i * step :][:count] * d[i * leap :][:count]


class _Sums:
    """The code for sums of so many lines, of so many vectors each, from a column ``first`` on."""

    def __init__(self, simd: Vectors, first: Any, lines: int, count: int, mask: Any) -> None:
        self.simd, self.builder = simd, simd.builder
        self.columns = [
            simd.builder.add(first, SIZE(number * simd.lanes)) for number in range(count)
        ]
        self.mask = mask
        self.totals = [
            [cgutils.alloca_once_value(self.builder, simd.constant(0)) for _ in range(count)]
            for _ in range(lines)
        ]

    def load(self, line: Any) -> list[Any]:
        return [
            self.simd.load(self.builder.gep(line, [column]), self.mask) for column in self.columns
        ]

    def begin(self, lines: list[Any], is_used: Any = None) -> None:
        """With these, or with 0 where they are not used."""
        if is_used is None:
            self._begin_with(lines)
            return
        for total in chain(*self.totals):
            self.builder.store(self.simd.constant(0), total)
        with self.builder.if_then(is_used):
            self._begin_with(lines)

    def _begin_with(self, lines: list[Any]) -> None:
        for line, totals in zip(lines, self.totals, strict=True):
            for total, value in zip(totals, self.load(line), strict=True):
                self.builder.store(value, total)

    def add(self, lines: list[Any], line: Any) -> None:
        """To each sum one of ``lines`` by ``line``, which is read once for all."""
        others = self.load(line)
        for own, totals in zip(lines, self.totals, strict=True):
            for total, x, y in zip(totals, self.load(own), others, strict=True):
                value = self.simd.multiply_add(x, y, self.builder.load(total))
                self.builder.store(value, total)

    def finish(self, lines: list[Any]) -> None:
        for line, totals in zip(lines, self.totals, strict=True):
            for total, column in zip(totals, self.columns, strict=True):
                place = self.builder.gep(line, [column])
                self.simd.store(self.builder.load(total), place, self.mask)


def _each_column(simd: Vectors, count: Any, lines: int = 1) -> Iterator[_Sums]:
    """The code for all of ``count`` columns: several vectors, then one, then part of one."""
    builder, lanes, most = simd.builder, simd.lanes, BESIDE if lines == 1 else VECTORS
    left = builder.urem(count, SIZE(lanes))
    whole = builder.sub(count, left)
    many = builder.sub(whole, builder.urem(whole, SIZE(most * lanes)))
    for low, high, beside in ((SIZE(0), many, most), (many, whole, 1)):
        with cgutils.for_range_slice(builder, low, high, SIZE(beside * lanes)) as (first, _):
            yield _Sums(simd, first, lines, beside, None)
    with builder.if_then(builder.icmp_signed(">", left, SIZE(0))):
        yield _Sums(simd, whole, lines, 1, simd.mask(left))


def _lines_from(builder: Any, line: Any, apart: Any, count: int) -> list[Any]:
    """Pointers to so many lines."""
    return [builder.gep(line, [builder.mul(SIZE(number), apart)]) for number in range(count)]


def _place(builder: Any, lines: Lines, i: Any, j: Any) -> Any:
    """A pointer to a line of them."""
    beside = builder.add(builder.mul(i, lines.down), builder.mul(j, lines.across))
    return builder.gep(lines.data, [builder.add(lines.start, beside)])


@contextmanager
def _places(builder: Any, shape: Any) -> Iterator[tuple[Any, Any]]:
    with cgutils.for_range(builder, shape[0]) as i, cgutils.for_range(builder, shape[1]) as j:
        yield i.index, j.index


def _sum_windows(context: Any, builder: Any, operands: Any, pixels: int) -> Any:
    """The code for ``pixels`` windows beside each other."""
    x, apart, w, shape, start, has_start, target, leap, count = operands
    simd = Vectors(builder, target.type.pointee)
    x, w = (Lines(*cgutils.unpack_tuple(builder, lines)) for lines in (x, w))
    shape = cgutils.unpack_tuple(builder, shape)
    is_used = builder.icmp_signed("!=", has_start, SIZE(0))
    for sums in _each_column(simd, count, pixels):
        sums.begin([start] * pixels, is_used)
        with _places(builder, shape) as (i, j):
            seen = _lines_from(builder, _place(builder, x, i, j), apart, pixels)
            sums.add(seen, _place(builder, w, i, j))
        sums.finish(_lines_from(builder, target, leap, pixels))
    return context.get_dummy_value()


@intrinsic_for(window_sum)
def _window_sum(typing_context, x, w, shape, start, has_start, target, count):
    def codegen(context, builder, signature, arguments):
        x, w, shape, start, has_start, target, count = arguments
        operands = (x, SIZE(0), w, shape, start, has_start, target, SIZE(0), count)
        return _sum_windows(context, builder, operands, 1)

    return types.void(x, w, shape, start, types.int64, target, types.int64), codegen


@intrinsic_for(window_sums)
def _window_sums(typing_context, x, apart, w, shape, start, has_start, target, leap, count):
    def codegen(context, builder, signature, arguments):
        return _sum_windows(context, builder, arguments, PIXELS)

    size = types.int64
    return types.void(x, size, w, shape, start, size, target, size, size), codegen


def _add_lines(context: Any, builder: Any, operands: Any, places: int) -> Any:
    """The code for the sums of ``places`` places beside each other."""
    x, apart, step, d, leap, length, target, count = operands
    simd = Vectors(builder, target.type.pointee)
    for sums in _each_column(simd, count, places):
        there = _lines_from(builder, target, count, places)
        sums.begin(there)
        with cgutils.for_range(builder, length) as line:
            here = builder.gep(x, [builder.mul(line.index, step)])
            other = builder.gep(d, [builder.mul(line.index, leap)])
            sums.add(_lines_from(builder, here, apart, places), other)
        sums.finish(there)
    return context.get_dummy_value()


@intrinsic_for(line_products)
def _line_products(typing_context, x, step, d, leap, length, target, count):
    def codegen(context, builder, signature, arguments):
        x, *others = arguments
        return _add_lines(context, builder, (x, SIZE(0), *others), 1)

    size = types.int64
    return types.void(x, size, d, size, size, target, size), codegen


def _line_products_of(places: int) -> Any:
    def lines_products(x, apart, step, d, leap, length, target, count):
        """``line_products`` for so many x that are ``apart``, and targets one behind the other."""
        for place in range(places):
            seen, there = x[place * apart :], target[place * count :]
            line_products(seen, step, d, leap, length, there, count)

    @intrinsic_for(lines_products)
    def intrinsic(typing_context, x, apart, step, d, leap, length, target, count):
        def codegen(context, builder, signature, arguments):
            return _add_lines(context, builder, arguments, places)

        size = types.int64
        return types.void(x, size, size, d, size, size, target, size), codegen

    return lines_products


two_line_products, three_line_products = (_line_products_of(places) for places in PLACES)
