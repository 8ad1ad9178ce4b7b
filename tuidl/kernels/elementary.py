"""exp, expm1, log1p, tanh and sigmoid that compile to vector instructions in float32.

Without Intel's SVML, Numba calls the C library once an element: 15 times slower. The float32
forms follow Cephes (expf, tanhf), within 3 units in the last place. NaN and infinity pass through;
below -87.3 exp stays at the smallest normal number. In float64, which only gradient checks use,
the C library's exact ones serve.
"""

import math
from typing import Any

import numpy as np
from numba import types

from tuidl.kernels.jit import device_function, jit_override, rounded_function
from tuidl.kernels.simd.intrinsics import power_of_two, round_to_even

F = np.float32
ZERO, ONE, TWO = F(0), F(1), F(2)
SMALLEST, LARGEST = F(-87.33654), F(89.0)
LOG2_E = F(1.4426950408889634)
LN2_HIGH, LN2_LOW = F(0.693359375), F(-2.12194440e-4)
E0, E1, E2 = F(1.9875691500e-4), F(1.3981999507e-3), F(8.3334519073e-3)
E3, E4, E5 = F(4.1665795894e-2), F(1.6666665459e-1), F(5.0000001201e-1)
L0, L1, L2, L3, L4, L5 = (F(1 / n) for n in (3, 5, 7, 9, 11, 13))
T0, T1, T2 = F(-5.70498872745e-3), F(2.06390887954e-2), F(-5.37397155531e-2)
T3, T4, TANH_SPLIT = F(1.33314422036e-1), F(-3.33332819422e-1), F(0.625)


def exp(x: Any) -> Any:
    """e**x."""
    return np.exp(x)


def expm1(x: Any) -> Any:
    """e**x - 1, as exact near 0 as anywhere."""
    return np.expm1(x)


def log1p(x: Any) -> Any:
    """log(1 + x) for x in 0..1, as exact near 0 as anywhere."""
    return np.log1p(x)


def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return np.tanh(x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + e**-x)."""
    return ONE / (ONE + np.exp(-x))


@rounded_function
def times(x: Any, share: Any) -> Any:
    """x share, where a share that is used once would become a division by what it is made of: a
    network in training answers with the same bits as afterwards."""
    return x * share


@device_function
def _reduced(x):
    """(n, e**r - 1) for x = n ln 2 + r with a whole n and a small r; of a small x itself n is 0."""
    x = min(max(x, SMALLEST), LARGEST)
    n = round_to_even(x * LOG2_E)
    r = x - n * LN2_HIGH
    r = r - n * LN2_LOW
    p = ((((E0 * r + E1) * r + E2) * r + E3) * r + E4) * r + E5
    return n, p * r * r + r


@device_function
def _exp32(x):
    n, rest = _reduced(x)
    # in two steps, as 2**128 is no float32 but e**88.7 is
    return (rest + ONE) * power_of_two(n - ONE) * TWO


@device_function
def _expm132(x):
    n, rest = _reduced(x)
    far = (rest + ONE) * power_of_two(n - ONE) * TWO - ONE
    return rest if n == ZERO else far


@device_function
def _log1p32(x):
    """By the series of log((1 + s) / (1 - s)); the next term is below 2e-8 of the sum."""
    s = x / (x + TWO)
    z = s * s
    return TWO * (s + s * z * (((((L5 * z + L4) * z + L3) * z + L2) * z + L1) * z + L0))


@device_function
def _tanh32(x):
    z = x * x
    near = x + x * z * ((((T0 * z + T1) * z + T2) * z + T3) * z + T4)
    a = abs(x)
    far = ONE - TWO / (_exp32(a + a) + ONE)
    far = -far if x < ZERO else far
    return far if a > TANH_SPLIT else near


@jit_override(exp)
def _exp(x):
    return (lambda x: _exp32(x)) if x == types.float32 else (lambda x: math.exp(x))


@jit_override(expm1)
def _expm1(x):
    return (lambda x: _expm132(x)) if x == types.float32 else (lambda x: math.expm1(x))


@jit_override(log1p)
def _log1p(x):
    return (lambda x: _log1p32(x)) if x == types.float32 else (lambda x: math.log1p(x))


@jit_override(tanh)
def _tanh(x):
    return (lambda x: _tanh32(x)) if x == types.float32 else (lambda x: math.tanh(x))


@jit_override(sigmoid)
def _sigmoid(x):
    return lambda x: ONE / (ONE + exp(-x))
