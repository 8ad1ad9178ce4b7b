"""The Gaussian error linear unit (Hendrycks and Gimpel, 2016), exact and by tanh, in place.

Their slopes need the input, not the output, which is the same for two inputs below 0. In training
the forward kernel leaves them (``with_slope``): most of what they take is computed there anyway.
"""

import math
from typing import Any

import numpy as np
from numba import types

from tuidl.kernels.elementary import (
    E0,
    E1,
    E2,
    E3,
    E4,
    E5,
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
    ONE,
    ZERO,
    F,
    exp,
    times,
)
from tuidl.kernels.jit import device_function, jit_override, rounded_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.intrinsics import multiply_add, power_of_two, round_to_even

HALF = F(0.5)
TO_PIECES = F(1.5 * 2**16)
"""Added and taken away again, it leaves a number in whole 128ths."""
INVERSE_ROOT_2 = 0.7071067811865476
INVERSE_ROOT_2_PI = 0.3989422804014327
PEAK = F(INVERSE_ROOT_2_PI)
FAR = F(13.2)
"""Beyond it the normal distribution has less than the smallest float32."""
RATIO_SCALE = F(0.4)
R0, R1, R2, R3, R4 = F(0.2826626599), F(0.1734768003), F(0.0527947799), F(-3.6943855e-3), F(
    -6.5543307e-3
)  # fmt: skip
R5, R6, R7, R8, R9 = F(6.4045278e-4), F(1.00901036e-3), F(-2.7371348e-4), F(-1.2397005e-4), F(
    6.269318e-5
)  # fmt: skip
"""Of Phi(-a) e**(a**2 / 2) (1 + RATIO_SCALE a): a polynomial in u = 2 / (1 + RATIO_SCALE a) - 1,
fitted to 0 <= a <= 14 by least squares that were weighted until all errors were alike."""
ROOT_2_OVER_PI, CUBIC = 0.7978845608028654, 0.044715
STEEP = F(20)
"""Beyond it the sigmoid of the form by tanh is 0 or 1."""


def normal(x: Any) -> Any:
    """The normal distribution up to x, and the slope of GELU there: Phi(x), Phi(x) + x phi(x).

    By erfc: 1 + erf would lose every digit of a small probability.
    """
    wide = float(x)
    density = math.exp(-0.5 * wide * wide) * INVERSE_ROOT_2_PI
    share = 0.5 * math.erfc(-wide * INVERSE_ROOT_2)
    return share, share + wide * density


@rounded_function
def _normal32(x):
    """x is split, so that the error of its square does not become one of e**(-x**2 / 2);
    rounded as it is written, as LLVM would put the square together again. Polynomials are summed in
    pairs (Estrin): a shorter chain of operations that wait for each other than by Horner.

    Below 0 both results are that power times something: so they keep their digits.
    """
    a = abs(x)
    a = FAR if a > FAR else a
    near = (a + TO_PIECES) - TO_PIECES
    square = near * near * -HALF
    n = round_to_even(square * LOG2_E)
    r = multiply_add(n, -LN2_LOW, multiply_add(n, -LN2_HIGH, square))
    r = multiply_add((a - near) * (a + near), -HALF, r)
    square = r * r
    low, middle = multiply_add(E4, r, E5), multiply_add(E2, r, E3)
    p = multiply_add(multiply_add(multiply_add(E0, r, E1), square, middle), square, low)
    power = (multiply_add(p, square, r) + ONE) * power_of_two(n)
    power = ZERO if a == FAR else power
    share = ONE / multiply_add(RATIO_SCALE, a, ONE)
    u = share + share - ONE
    u2 = u * u
    u4 = u2 * u2
    low = multiply_add(multiply_add(R3, u, R2), u2, multiply_add(R1, u, R0))
    middle = multiply_add(multiply_add(R7, u, R6), u2, multiply_add(R5, u, R4))
    q = multiply_add(multiply_add(multiply_add(R9, u, R8), u4, middle), u4, low) * share
    below, slope = power * q, power * multiply_add(-a, PEAK, q)
    return (below if x < ZERO else ONE - below), (slope if x < ZERO else ONE - slope)


@device_function
def _normal64(x):
    density = math.exp(-0.5 * x * x) * INVERSE_ROOT_2_PI
    share = 0.5 * math.erfc(-x * INVERSE_ROOT_2)
    return share, share + x * density


@jit_override(normal)
def _normal(x):
    return (lambda x: _normal32(x)) if x == types.float32 else (lambda x: _normal64(x))


@kernel("-> e", cost="12e")
def gelu(y):
    """y Phi(y): times the normal distribution up to y."""
    for i in range(y.shape[0]):
        share, _ = normal(y[i])
        y[i] *= share


@kernel("-> e e", cost="14e")
def gelu_with_slope(y, slope):
    """``gelu``, and dy/dx = Phi(x) + x phi(x)."""
    for i in range(y.shape[0]):
        share, slope[i] = normal(y[i])
        y[i] *= share


@device_function
def _bounded(x):
    x = -STEEP if x < -STEEP else x
    return STEEP if x > STEEP else x


@rounded_function
def _steepened(x, linear, cubic):
    """linear x + cubic x**3, the same with the slope and without."""
    return x * (linear + cubic * (x * x))


@kernel("-> e", cost="16e")
def gelu_tanh(y):
    """y (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (y + 0.044715 y**3); (1 + tanh(u)) / 2 is the
    sigmoid of 2 u, which keeps the digits of a small share."""
    linear, cubic = y.dtype.type(2 * ROOT_2_OVER_PI), y.dtype.type(2 * ROOT_2_OVER_PI * CUBIC)
    for i in range(y.shape[0]):
        s = ONE / (ONE + exp(-_steepened(_bounded(y[i]), linear, cubic)))
        y[i] = times(y[i], s)


@kernel("-> e e", cost="24e")
def gelu_tanh_with_slope(y, slope):
    """``gelu_tanh``, and dy/dx = s + x s (1 - s) 2 du/dx for the sigmoid s of 2 u."""
    linear, cubic = y.dtype.type(2 * ROOT_2_OVER_PI), y.dtype.type(2 * ROOT_2_OVER_PI * CUBIC)
    steepness = y.dtype.type(6 * ROOT_2_OVER_PI * CUBIC)
    for i in range(y.shape[0]):
        x = _bounded(y[i])
        s = ONE / (ONE + exp(-_steepened(x, linear, cubic)))
        y[i] = times(y[i], s)
        slope[i] = s + x * s * (ONE - s) * (linear + steepness * x * x)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(gelu_with_slope)
def gelu_with_slope_oracle(y, slope):
    from scipy.special import erfc

    share = np.asarray(0.5 * erfc(-y / np.sqrt(2)))
    slope[...] = share + y * np.exp(-(y**2) / 2) / np.sqrt(2 * np.pi)
    y *= share


@oracle(gelu_tanh_with_slope)
def gelu_tanh_with_slope_oracle(y, slope):
    inner = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * y**2)
    t = np.tanh(np.sqrt(2 / np.pi) * (y + 0.044715 * y**3))
    slope[...] = 0.5 * (1 + t) + 0.5 * y * (1 - t**2) * inner
    y *= 0.5 * (1 + t)
