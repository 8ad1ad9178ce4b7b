"""What a softmax needs of a row of scores, by whole vectors: the largest, and exponentials.

LLVM has no vectors for a maximum where a number may be NaN, and of a row that is no multiple of its
vectors it computes the rest number by number. Here a mask takes the rest.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.kernels.elementary import E0, E1, E2, E3, E4, E5, LN2_HIGH, LN2_LOW, LOG2_E, SMALLEST
from tuidl.kernels.jit import inline_ir, intrinsic_for
from tuidl.kernels.simd.intrinsics import data_of
from tuidl.kernels.simd.vectors import SIZE, Vectors

STREAMS = 4
"""Vectors that are looked at side by side: each operation takes several cycles."""
LARGEST = 88.0
"""Of an exponent: the power is below the largest float32. After a row's largest number has been
taken off none is above 0, but for rounding."""
MANTISSA, BIAS = 23, 127
"""Bits of a float32 behind its exponent, and what is added to that."""


def _larger(builder: Any, value: Any, other: Any) -> Any:
    """``value`` where it is larger, else ``other``: a ``value`` that is NaN is passed over."""
    return builder.select(builder.fcmp_ordered(">", value, other), value, other)


def _across(simd: Vectors, vector: Any, combine: Callable[[Any, Any], Any]) -> Any:
    """All lanes of a vector combined to one number, halves of it at a time."""
    distance = simd.lanes // 2
    while distance:
        order = [(lane + distance) % simd.lanes for lane in range(simd.lanes)]
        vector = combine(simd.shuffle(vector, vector, order), vector)
        distance //= 2
    return simd.builder.extract_element(vector, ir.IntType(32)(0))


def _in_streams(simd: Vectors, count: Any, start: Any, body: Callable[..., None]) -> list[Any]:
    """The code for ``body(number, first, mask)`` for each vector of ``count`` numbers, and the
    variables, one for each stream, that it may combine them in; ``start``: what those hold."""
    builder, lanes = simd.builder, simd.lanes
    kept = [cgutils.alloca_once_value(builder, start) for _ in range(STREAMS)]
    for place in kept:
        builder.store(start, place)
    step = SIZE(STREAMS * lanes)
    whole = builder.sub(count, builder.urem(count, step))
    with cgutils.for_range_slice(builder, SIZE(0), whole, step) as (first, _):
        for number, place in enumerate(kept):
            body(place, builder.add(first, SIZE(number * lanes)), None)
    with cgutils.for_range_slice(builder, whole, count, SIZE(lanes)) as (first, _):
        body(kept[0], first, simd.mask(builder.sub(count, first)))
    return [builder.load(place) for place in kept]


def _highest(row, count, start):
    """The largest of ``start`` and the ``count`` numbers behind the pointer ``row``."""
    return row.dtype.type(np.fmax.reduce(row[:count], initial=start))


@intrinsic_for(_highest)
def _highest_intrinsic(typing_context, row, count, start):
    def codegen(context, builder, signature, arguments):
        row, count, start = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        lowest = simd.splat(start)

        def larger(a: Any, b: Any) -> Any:
            return _larger(builder, a, b)

        def take(top: Any, first: Any, mask: Any) -> None:
            value = simd.load(builder.gep(row, [first]), mask)
            if mask is not None:
                value = builder.select(mask, value, lowest)
            builder.store(larger(value, builder.load(top)), top)

        tops = _in_streams(simd, count, lowest, take)
        return _across(simd, reduce(larger, tops), larger)

    return row.dtype(row, types.int64, row.dtype), codegen


def _power(simd: Vectors, x: Any) -> Any:
    """The code for e**x: of float32 as ``elementary.exp``, of float64 by the C library."""
    builder = simd.builder

    def number(value: Any) -> Any:
        return simd.constant(float(value))

    if simd.itemsize == np.dtype(np.float64).itemsize:
        return simd._call("exp", simd.vector_type, [x])
    for limit, sign in ((number(SMALLEST), "<"), (number(LARGEST), ">")):
        x = builder.select(builder.fcmp_ordered(sign, x, limit), limit, x)
    n = simd._call("rint", simd.vector_type, [builder.fmul(x, number(LOG2_E))])
    r = simd.multiply_add(n, number(-LN2_HIGH), x)
    r = simd.multiply_add(n, number(-LN2_LOW), r)
    p = reduce(lambda p, e: simd.multiply_add(p, r, number(e)), (E1, E2, E3, E4, E5), number(E0))
    rest = simd.multiply_add(builder.fmul(p, r), r, r)
    whole = ir.VectorType(ir.IntType(32), simd.lanes)
    biased, shift = (ir.Constant(whole, [value] * simd.lanes) for value in (BIAS, MANTISSA))
    bits = builder.shl(builder.add(builder.fptosi(n, whole), biased), shift)
    power = builder.bitcast(bits, simd.vector_type)
    return simd.multiply_add(rest, power, power)


def _exponentials(row, count, top, scale, lowest):
    values = row[:count]
    powers = np.exp(values * scale - top)
    values[:] = np.where(values == lowest, 0, powers)
    return values.sum(dtype=row.dtype)


@intrinsic_for(_exponentials)
def _exponentials_intrinsic(typing_context, row, count, top, scale, lowest):
    def codegen(context, builder, signature, arguments):
        row, count, *numbers = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        top, scale, lowest = (simd.splat(number) for number in numbers)
        away, nothing = builder.fsub(simd.constant(0), top), simd.constant(0)

        def raise_all(total: Any, first: Any, mask: Any) -> None:
            place = builder.gep(row, [first])
            value = simd.load(place, mask)
            power = _power(simd, simd.multiply_add(value, scale, away))
            power = builder.select(builder.fcmp_ordered("==", value, lowest), nothing, power)
            simd.store(power, place, mask)
            if mask is not None:
                power = builder.select(mask, power, nothing)
            builder.store(simd.add(power, builder.load(total)), total)

        totals = _in_streams(simd, count, nothing, raise_all)
        return _across(simd, reduce(simd.add, totals), simd.add)

    kind = row.dtype
    return kind(row, types.int64, kind, kind, kind), codegen


@inline_ir
def highest(row, start):
    """The largest of ``start`` and the numbers of a contiguous ``row``; NaN is passed over."""
    return _highest(data_of(row), row.shape[0], start)


@inline_ir
def exponentials(row, top, scale, lowest):
    """row = e**(scale row - top), 0 where it is ``lowest``; returns the sum."""
    return _exponentials(data_of(row), row.shape[0], top, scale, lowest)
