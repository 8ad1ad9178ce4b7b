"""Layer normalisation (Ba, Kiros and Hinton, 2016): each row by its own mean and deviation."""

import math

import numpy as np

from tuidl.kernels.elementary import ONE, ZERO
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.rows import PART, mean_of, variance_of
from tuidl.kernels.simd.sums import sum_products_by_row


@device_function
def _inner_means(row, d, gamma, mean, inverse):
    """Means over the row of g = gamma d, and of g times the normalised row."""
    total, product = 0.0, 0.0
    for start in range(0, row.shape[0], PART):
        end = start + PART
        values, slopes, factors = row[start:end], d[start:end], gamma[start:end]
        sums, products = ZERO, ZERO
        for j in range(values.shape[0]):
            g = factors[j] * slopes[j]
            sums += g
            products += g * ((values[j] - mean) * inverse)
        total += sums
        product += products
    kind, share = row.dtype.type, 1.0 / row.shape[0]
    return kind(total * share), kind(product * share)


@kernel("nf f f -> nf n n", cost="8nf")
def layer_normalization(x, gamma, beta, y, means, inverses, epsilon: float):
    """y = gamma (x - mean) inverse + beta, with inverse = 1 / sqrt(variance + epsilon)."""
    kind = x.dtype.type
    eps = kind(epsilon)
    for i in range(x.shape[0]):
        row, out = x[i], y[i]
        mean = mean_of(row)
        inverse = ONE / kind(math.sqrt(variance_of(row, mean) + eps))
        means[i], inverses[i] = mean, inverse
        for j in range(row.shape[0]):
            out[j] = gamma[j] * ((row[j] - mean) * inverse) + beta[j]


@kernel("nf nf f n n -> nf f f", cost="14nf")
def layer_normalization_gradient(x, dy, gamma, means, inverses, dx, d_gamma, d_beta):
    """dx = inverse (g - mean of g - x^ * mean of g x^) for g = gamma dy."""
    sum_products_by_row(x, dy, means, inverses, d_gamma, d_beta)
    for i in range(x.shape[0]):
        row, d, out = x[i], dy[i], dx[i]
        mean, inverse = means[i], inverses[i]
        total, product = _inner_means(row, d, gamma, mean, inverse)
        for j in range(row.shape[0]):
            normal = (row[j] - mean) * inverse
            out[j] = inverse * (gamma[j] * d[j] - total - normal * product)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(layer_normalization)
def layer_normalization_oracle(x, gamma, beta, y, means, inverses, epsilon):
    means[...] = x.mean(axis=1, dtype=np.float64)
    inverses[...] = 1 / np.sqrt(x.var(axis=1, dtype=np.float64) + epsilon)
    y[...] = gamma * (x - means[:, None]) * inverses[:, None] + beta


@oracle(layer_normalization_gradient)
def layer_normalization_gradient_oracle(x, dy, gamma, means, inverses, dx, d_gamma, d_beta):
    normal = (x - means[:, None]) * inverses[:, None]
    g = gamma * dy
    d_gamma[...] = (dy * normal).sum(axis=0, dtype=np.float64)
    d_beta[...] = dy.sum(axis=0, dtype=np.float64)
    center = g - g.mean(axis=1, keepdims=True)
    dx[...] = inverses[:, None] * (center - normal * (g * normal).mean(axis=1, keepdims=True))
