"""RMS normalisation (Zhang and Sennrich, 2019): each row by the root of its mean square."""

import math

import numpy as np

from tuidl.kernels.elementary import ONE, ZERO
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.rows import PART, inner_product
from tuidl.kernels.simd.sums import sum_products_by_row


@kernel("nf f -> nf n", cost="4nf")
def rms_normalization(x, gamma, y, inverses, epsilon: float):
    """y = gamma x inverse, with inverse = 1 / sqrt(mean of x**2 + epsilon)."""
    kind = x.dtype.type
    eps, share = kind(epsilon), kind(1.0 / x.shape[1])
    for i in range(x.shape[0]):
        row, out = x[i], y[i]
        inverse = ONE / kind(math.sqrt(inner_product(row, row) * share + eps))
        inverses[i] = inverse
        for j in range(row.shape[0]):
            out[j] = gamma[j] * (row[j] * inverse)


@kernel("nf nf f n -> nf f n f", cost="10nf")
def rms_normalization_gradient(x, dy, gamma, inverses, dx, d_gamma, means, sums):
    """dx = inverse (g - x^ * mean of g x^) for g = gamma dy and x^ = x inverse.

    ``means`` and ``sums`` are scratch.
    """
    means[:] = ZERO
    sum_products_by_row(x, dy, means, inverses, d_gamma, sums)
    share = x.dtype.type(1.0 / x.shape[1])
    for i in range(x.shape[0]):
        row, d, out, inverse, total = x[i], dy[i], dx[i], inverses[i], 0.0
        for start in range(0, row.shape[0], PART):
            end, part = start + PART, ZERO
            values, slopes, factors = row[start:end], d[start:end], gamma[start:end]
            for j in range(values.shape[0]):
                part += factors[j] * slopes[j] * values[j]
            total += part
        product = x.dtype.type(total) * inverse * share
        for j in range(row.shape[0]):
            out[j] = inverse * (gamma[j] * d[j] - row[j] * inverse * product)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(rms_normalization)
def rms_normalization_oracle(x, gamma, y, inverses, epsilon):
    inverses[...] = 1 / np.sqrt((x * x).mean(axis=1, dtype=np.float64) + epsilon)
    y[...] = gamma * x * inverses[:, None]


@oracle(rms_normalization_gradient)
def rms_normalization_gradient_oracle(x, dy, gamma, inverses, dx, d_gamma, means, sums):
    normal = x * inverses[:, None]
    g = gamma * dy
    d_gamma[...] = (dy * normal).sum(axis=0, dtype=np.float64)
    dx[...] = inverses[:, None] * (g - normal * (g * normal).mean(axis=1, keepdims=True))
    means[...], sums[...] = 0, dy.sum(axis=0, dtype=np.float64)
