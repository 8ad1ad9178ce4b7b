"""Sums of products of lines of channels: what depthwise convolutions are made of.

Numbers of all channels of a pixel lie side by side, and each channel has a weight of its own: so
vectors lie along the channels, several beside each other, whose sums stay in registers meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.vectors import SIZE, Vectors

BESIDE = 4
"""Vectors of channels whose sums are computed at the same time: one would wait for itself."""


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


def line_products(x, step, d, leap, length, target, count):
    """target += the sum of x[i step] d[i leap] over ``length`` lines of ``count`` numbers."""
    for i in range(length):
        target[:count] += x[i * step :][:count] * d[i * leap :][:count]


class _Sums:
    """The code for so many vectors of sums, from a column ``first`` on."""

    def __init__(self, simd: Vectors, first: Any, count: int, mask: Any) -> None:
        self.simd, self.builder = simd, simd.builder
        self.columns = [
            simd.builder.add(first, SIZE(number * simd.lanes)) for number in range(count)
        ]
        self.mask = mask
        self.totals = [
            cgutils.alloca_once_value(self.builder, simd.constant(0)) for _ in range(count)
        ]

    def load(self, line: Any) -> list[Any]:
        return [
            self.simd.load(self.builder.gep(line, [column]), self.mask) for column in self.columns
        ]

    def begin(self, line: Any, is_used: Any) -> None:
        for total in self.totals:
            self.builder.store(self.simd.constant(0), total)
        with self.builder.if_then(is_used):
            for total, value in zip(self.totals, self.load(line), strict=True):
                self.builder.store(value, total)

    def add(self, a: Any, b: Any) -> None:
        for total, x, y in zip(self.totals, self.load(a), self.load(b), strict=True):
            value = self.simd.multiply_add(x, y, self.builder.load(total))
            self.builder.store(value, total)

    def finish(self, line: Any) -> None:
        places = (self.builder.gep(line, [column]) for column in self.columns)
        for total, place in zip(self.totals, places, strict=True):
            self.simd.store(self.builder.load(total), place, self.mask)


def _each_column(simd: Vectors, count: Any) -> Iterator[_Sums]:
    """The code for all of ``count`` columns: several vectors, then one, then part of one."""
    builder, lanes = simd.builder, simd.lanes
    left = builder.urem(count, SIZE(lanes))
    whole = builder.sub(count, left)
    many = builder.sub(whole, builder.urem(whole, SIZE(BESIDE * lanes)))
    for low, high, beside in ((SIZE(0), many, BESIDE), (many, whole, 1)):
        with cgutils.for_range_slice(builder, low, high, SIZE(beside * lanes)) as (first, _):
            yield _Sums(simd, first, beside, None)
    with builder.if_then(builder.icmp_signed(">", left, SIZE(0))):
        yield _Sums(simd, whole, 1, simd.mask(left))


def _place(builder: Any, lines: Lines, i: Any, j: Any) -> Any:
    """A pointer to a line of them."""
    beside = builder.add(builder.mul(i, lines.down), builder.mul(j, lines.across))
    return builder.gep(lines.data, [builder.add(lines.start, beside)])


@contextmanager
def _places(builder: Any, shape: Any) -> Iterator[tuple[Any, Any]]:
    with cgutils.for_range(builder, shape[0]) as i, cgutils.for_range(builder, shape[1]) as j:
        yield i.index, j.index


@intrinsic_for(window_sum)
def _window_sum(typing_context, x, w, shape, start, has_start, target, count):
    def codegen(context, builder, signature, arguments):
        x, w, shape, start, has_start, target, count = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[5].dtype))
        both = [Lines(*cgutils.unpack_tuple(builder, lines)) for lines in (x, w)]
        shape = cgutils.unpack_tuple(builder, shape)
        is_used = builder.icmp_signed("!=", has_start, SIZE(0))
        for sums in _each_column(simd, count):
            sums.begin(start, is_used)
            with _places(builder, shape) as (i, j):
                sums.add(*(_place(builder, lines, i, j) for lines in both))
            sums.finish(target)
        return context.get_dummy_value()

    return types.void(x, w, shape, start, types.int64, target, types.int64), codegen


@intrinsic_for(line_products)
def _line_products(typing_context, x, step, d, leap, length, target, count):
    def codegen(context, builder, signature, arguments):
        x, step, d, leap, length, target, count = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[5].dtype))
        for sums in _each_column(simd, count):
            sums.begin(target, builder.icmp_signed("==", length, length))
            with cgutils.for_range(builder, length) as line:
                sums.add(
                    builder.gep(x, [builder.mul(line.index, step)]),
                    builder.gep(d, [builder.mul(line.index, leap)]),
                )
            sums.finish(target)
        return context.get_dummy_value()

    size = types.int64
    return types.void(x, size, d, size, size, target, size), codegen
