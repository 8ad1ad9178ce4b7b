"""The exponentials of a row of scores, by whole vectors."""

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
"""Vectors that are computed side by side: each operation takes several cycles."""
LARGEST = 88.0
"""Of an exponent: the power is below the largest float32. After a row's largest number has been
taken off none is above 0, but for rounding."""
MANTISSA, BIAS = 23, 127
"""Bits of a float32 behind its exponent, and what is added to that."""


def _power(simd: Vectors, x: Any) -> Any:
    """The code for e**x: of float32 as ``elementary.exp``, of float64 by the C library."""
    builder = simd.builder

    def number(value: Any) -> Any:
        return simd.constant(float(value))

    if simd.itemsize == np.dtype(np.float64).itemsize:
        return simd.call_intrinsic("exp", simd.vector_type, [x])
    for limit, sign in ((number(SMALLEST), "<"), (number(LARGEST), ">")):
        x = builder.select(builder.fcmp_ordered(sign, x, limit), limit, x)
    n = simd.call_intrinsic("rint", simd.vector_type, [builder.fmul(x, number(LOG2_E))])
    r = simd.multiply_add(n, number(-LN2_HIGH), x)
    r = simd.multiply_add(n, number(-LN2_LOW), r)
    p = reduce(lambda p, e: simd.multiply_add(p, r, number(e)), (E1, E2, E3, E4, E5), number(E0))
    rest = simd.multiply_add(builder.fmul(p, r), r, r)
    whole = ir.VectorType(ir.IntType(32), simd.lanes)
    biased, shift = (ir.Constant(whole, [value] * simd.lanes) for value in (BIAS, MANTISSA))
    bits = builder.shl(builder.add(builder.fptosi(n, whole), biased), shift)
    power = builder.bitcast(bits, simd.vector_type)
    return simd.multiply_add(rest, power, power)


def _sum_of(simd: Vectors, vectors: list[Any]) -> Any:
    """The code for the sum of all their numbers, halves of a vector at a time."""
    total, distance = reduce(simd.add, vectors), simd.lanes // 2
    while distance:
        order = [(lane + distance) % simd.lanes for lane in range(simd.lanes)]
        total = simd.add(simd.shuffle(total, total, order), total)
        distance //= 2
    return simd.builder.extract_element(total, ir.IntType(32)(0))


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
        totals = [cgutils.alloca_once(builder, simd.vector_type) for _ in range(STREAMS)]
        for total in totals:
            builder.store(nothing, total)

        def raise_all(first: Any, total: Any) -> None:
            place = builder.gep(row, [first])
            value = simd.load(place)
            power = _power(simd, simd.multiply_add(value, scale, away))
            power = builder.select(builder.fcmp_ordered("==", value, lowest), nothing, power)
            simd.store(power, place)
            builder.store(simd.add(power, builder.load(total)), total)

        lanes = simd.lanes
        together = SIZE(STREAMS * lanes)
        whole = builder.sub(count, builder.urem(count, together))
        with cgutils.for_range_slice(builder, SIZE(0), whole, together) as (first, _):
            for number, total in enumerate(totals):
                raise_all(builder.add(first, SIZE(number * lanes)), total)
        with cgutils.for_range_slice(builder, whole, count, SIZE(lanes)) as (first, _):
            raise_all(first, totals[0])
        return _sum_of(simd, [builder.load(total) for total in totals])

    kind = row.dtype
    return kind(row, types.int64, kind, kind, kind), codegen


@inline_ir
def exponentials(row, top, scale, lowest):
    """row = e**(scale row - top), 0 where it is ``lowest``; returns the sum.

    A row of whole vectors: some processors store part of one as slowly as several whole ones.
    """
    return _exponentials(data_of(row), row.shape[0], top, scale, lowest)
