"""The Gaussian error linear unit (Hendrycks and Gimpel, 2016), exact and by tanh, in place.

Both gradients take the input, not the output, which is the same for two inputs below 0.
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
)
from tuidl.kernels.jit import device_function, jit_override, rounded_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.intrinsics import power_of_two, round_to_even

HALF, PIECES, PIECE = F(0.5), F(128), F(1 / 128)
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
    """The normal distribution up to x, and its density there: Phi(x), phi(x).

    By erfc: 1 + erf would lose every digit of a small probability.
    """
    wide = float(x)
    density = math.exp(-0.5 * wide * wide) * INVERSE_ROOT_2_PI
    return 0.5 * math.erfc(-wide * INVERSE_ROOT_2), density


@rounded_function
def _normal32(x):
    """x is split, so that the error of its square does not become one of e**(-x**2 / 2);
    rounded as it is written, as LLVM would put the square together again."""
    a = abs(x)
    a = FAR if a > FAR else a
    near = round_to_even(a * PIECES) * PIECE
    square, rest = near * near * -HALF, (a - near) * (a + near) * -HALF
    n = round_to_even(square * LOG2_E)
    r = (square - n * LN2_HIGH) - n * LN2_LOW + rest
    p = ((((E0 * r + E1) * r + E2) * r + E3) * r + E4) * r + E5
    power = (p * r * r + r + ONE) * power_of_two(n)
    share = ONE / (ONE + RATIO_SCALE * a)
    u = share + share - ONE
    q = (((((((R9 * u + R8) * u + R7) * u + R6) * u + R5) * u + R4) * u + R3) * u + R2) * u + R1
    below = power * ((q * u + R0) * share)
    below = ZERO if a == FAR else below
    return (below if x < ZERO else ONE - below), power * PEAK


@device_function
def _normal64(x):
    density = math.exp(-0.5 * x * x) * INVERSE_ROOT_2_PI
    return 0.5 * math.erfc(-x * INVERSE_ROOT_2), density


@jit_override(normal)
def _normal(x):
    return (lambda x: _normal32(x)) if x == types.float32 else (lambda x: _normal64(x))


@kernel("-> e", cost="12e")
def gelu(y):
    """y Phi(y): times the normal distribution up to y."""
    for i in range(y.shape[0]):
        share, _ = normal(y[i])
        y[i] *= share


@kernel("e -> e", cost="24e")
def gelu_gradient(x, d):
    """dy/dx = Phi(x) + x phi(x)."""
    for i in range(x.shape[0]):
        share, density = normal(x[i])
        d[i] *= share + x[i] * density


@device_function
def _bounded(x):
    x = -STEEP if x < -STEEP else x
    return STEEP if x > STEEP else x


@kernel("-> e", cost="16e")
def gelu_tanh(y):
    """y (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (y + 0.044715 y**3); (1 + tanh(u)) / 2 is the
    sigmoid of 2 u, which keeps the digits of a small share."""
    linear, cubic = y.dtype.type(2 * ROOT_2_OVER_PI), y.dtype.type(2 * ROOT_2_OVER_PI * CUBIC)
    for i in range(y.shape[0]):
        x = _bounded(y[i])
        y[i] /= ONE + exp(-(linear * x + cubic * x * x * x))


@kernel("e -> e", cost="24e")
def gelu_tanh_gradient(x, d):
    """dy/dx = s + x s (1 - s) 2 du/dx for the sigmoid s of 2 u."""
    linear, cubic = x.dtype.type(2 * ROOT_2_OVER_PI), x.dtype.type(2 * ROOT_2_OVER_PI * CUBIC)
    slope = x.dtype.type(6 * ROOT_2_OVER_PI * CUBIC)
    for i in range(x.shape[0]):
        v = _bounded(x[i])
        s = ONE / (ONE + exp(-(linear * v + cubic * v * v * v)))
        d[i] *= s + v * s * (ONE - s) * (linear + slope * v * v)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(gelu_gradient)
def gelu_gradient_oracle(x, d):
    from scipy.special import erfc

    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    d *= np.asarray(0.5 * erfc(-x / np.sqrt(2))) + x * density


@oracle(gelu_tanh_gradient)
def gelu_tanh_gradient_oracle(x, d):
    slope = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x**2)
    t = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    d *= 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * slope
