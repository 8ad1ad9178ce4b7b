"""The gates of recurrent layers, by whole vectors of units.

A step of a unit is a chain of functions, each of which waits for the one before. So all units of
an example go through the first part of it, and then through the next: meanwhile a processor, which
looks some hundred instructions ahead, works on several vectors. LLVM would take half vectors on
some processors with AVX-512, and single numbers where units are no multiple of a vector.

Exponentials as in ``elementary.py``, but for two things. n is rounded by adding MAGIC, whose last
bit stands for 1: the sum's bits are those of n, and a shift makes them the exponent of 2**n. And a
polynomial with one term less does, fitted to (e**r - 1 - r) / r**2 for r within ln 2 / 2; it errs
by 5e-9 of e**r. In float64, which only gradient checks use, the C library's serve.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba.core import cgutils

from tuidl.kernels.elementary import LN2_HIGH, LN2_LOW, LOG2_E
from tuidl.kernels.simd.vectors import SIZE, Vectors

SERIES = (1.3814467238e-3, 8.3687808365e-3, 4.1668392718e-2, 1.6666519642e-1, 4.9999994040e-01)
"""Coefficients of the polynomial, the highest power first."""
MOST = {4: 87.0, 8: 700.0}
"""Of an exponent, by the bytes of a number: its power and 1 / power are numbers."""
SATURATED = {4: 9.5, 8: 20.0}
"""Where tanh is 1."""
MAGIC = 1.5 * 2**23
MANTISSA, BIAS = 23, 127
"""Bits of a float32 behind its exponent, and what is added to that."""


class Gates:
    """The code for functions of vectors of ``scalar`` (LLVM's float or double)."""

    def __init__(self, builder: Any, scalar: Any) -> None:
        self.builder, self.simd = builder, Vectors(builder, scalar)
        self.one = self.number(1)

    def number(self, value: Any) -> Any:
        return self.simd.constant(float(value))

    def times(self, a: Any, b: Any) -> Any:
        return self.builder.fmul(a, b)

    def plus(self, a: Any, b: Any) -> Any:
        return self.builder.fadd(a, b)

    def less(self, a: Any, b: Any) -> Any:
        """a - b."""
        return self.builder.fsub(a, b)

    def mixed(self, gate: Any, a: Any, b: Any) -> Any:
        """gate a + (1 - gate) b."""
        return self.simd.multiply_add(gate, a, self.times(self.less(self.one, gate), b))

    def sigmoid(self, x: Any) -> Any:
        """1 / (1 + e**-x)."""
        x = self._within(x, MOST[self.simd.itemsize])
        rest, power = self._power(self.builder.fneg(x), is_short=False)
        below = self.plus(self.simd.multiply_add(rest, power, power), self.one)
        return self.builder.fdiv(self.one, below)

    def tanh(self, x: Any) -> Any:
        """(e**2x - 1) / (e**2x + 1)."""
        x = self._within(x, SATURATED[self.simd.itemsize])
        rest, power = self._power(self.plus(x, x), is_short=True)
        above = self.simd.multiply_add(rest, power, self.less(power, self.one))
        return self.builder.fdiv(above, self.plus(above, self.number(2)))

    def slope(self, gate: Any) -> Any:
        """The derivative of a sigmoid whose value is ``gate``."""
        return self.times(gate, self.less(self.one, gate))

    def slope_of_tanh(self, value: Any) -> Any:
        """That of a tanh."""
        return self.simd.multiply_add(self.builder.fneg(value), value, self.one)

    def _within(self, x: Any, limit: float) -> Any:
        """x, at most ``limit`` away from 0; NaN stays."""
        for bound, sign in ((-limit, "<"), (limit, ">")):
            end = self.number(bound)
            x = self.builder.select(self.builder.fcmp_ordered(sign, x, end), end, x)
        return x

    def _power(self, x: Any, *, is_short: bool) -> tuple[Any, Any]:
        """(rest, power) with e**x = rest power + power, and power 1 near 0.

        ``is_short``: x is so small that n ln 2 is exact enough with a single number for ln 2.
        """
        simd, builder = self.simd, self.builder
        if simd.itemsize == np.dtype(np.float64).itemsize:
            return self.less(simd.call_intrinsic("exp", simd.vector_type, [x]), self.one), self.one
        shifted = simd.multiply_add(x, self.number(LOG2_E), self.number(MAGIC))
        n, r = self.less(shifted, self.number(MAGIC)), x
        for part in (LN2_HIGH + LN2_LOW,) if is_short else (LN2_HIGH, LN2_LOW):
            r = simd.multiply_add(n, self.number(-part), r)
        first, *others = map(self.number, SERIES)
        p = reduce(lambda p, other: simd.multiply_add(p, r, other), others, first)
        whole = ir.VectorType(ir.IntType(32), simd.lanes)
        shift, bias = (ir.Constant(whole, [v] * simd.lanes) for v in (MANTISSA, BIAS << MANTISSA))
        bits = builder.add(builder.shl(builder.bitcast(shifted, whole), shift), bias)
        rest = simd.multiply_add(self.times(p, r), r, r)
        return rest, builder.bitcast(bits, simd.vector_type)


class Part(NamedTuple):
    """A part of a step: ``body(gates, *vectors)`` returns vectors, in a tuple.

    ``reads``, ``writes``: at which of the pointers they are.
    """

    body: Callable[..., Any]
    reads: Sequence[int]
    writes: Sequence[int]


def for_units(builder: Any, scalar: Any, arguments: Sequence[Any], *parts: Part) -> None:
    """The code for the units of an example; ``arguments``: pointers, then how many units.

    The units of the last, partial vector go through all parts at once: what was stored by a mask is
    not there to be loaded at the next instruction.
    """
    gates, (*pointers, count) = Gates(builder, scalar), arguments
    simd, lanes = gates.simd, SIZE(gates.simd.lanes)

    def add(part: Part, first: Any, mask: Any, known: dict[int, Any]) -> None:
        for i in part.reads:
            if i not in known:
                known[i] = simd.load(builder.gep(pointers[i], [first]), mask)
        values = part.body(gates, *(known[i] for i in part.reads))
        known.update(zip(part.writes, values, strict=True))
        places = [builder.gep(pointers[i], [first]) for i in part.writes]
        simd.store_all(zip(values, places, strict=True), mask)

    left = builder.urem(count, lanes)
    whole = builder.sub(count, left)
    for part in parts:
        with cgutils.for_range_slice(builder, SIZE(0), whole, lanes) as (first, _):
            add(part, first, None, {})
    with builder.if_then(builder.icmp_signed(">", left, SIZE(0))):
        mask = simd.mask(left)
        known: dict[int, Any] = {}
        for part in parts:
            add(part, whole, mask, known)
