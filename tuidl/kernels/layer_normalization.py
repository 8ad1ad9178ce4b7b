"""Layer normalisation (Ba, Kiros and Hinton, 2016): each row by its own mean and deviation."""

import math

from tuidl.kernels.elementary import ONE, ZERO
from tuidl.kernels.jit import kernel


@kernel("nf f f -> nf n n", cost="8nf")
def layer_normalization(x, gamma, beta, y, means, inverses, epsilon: float):
    """y = gamma (x - mean) inverse + beta, with inverse = 1 / sqrt(variance + epsilon)."""
    share = ONE / x.dtype.type(x.shape[1])
    eps = x.dtype.type(epsilon)
    for i in range(x.shape[0]):
        row, out = x[i], y[i]
        total = ZERO
        for j in range(row.shape[0]):
            total += row[j]
        mean = total * share
        spread = ZERO
        for j in range(row.shape[0]):
            spread += (row[j] - mean) * (row[j] - mean)
        inverse = ONE / math.sqrt(spread * share + eps)
        means[i], inverses[i] = mean, inverse
        for j in range(row.shape[0]):
            out[j] = gamma[j] * ((row[j] - mean) * inverse) + beta[j]


@kernel("nf nf f n n -> nf f f", cost="14nf")
def layer_normalization_gradient(x, dy, gamma, means, inverses, dx, d_gamma, d_beta):
    """dx = inverse (g - mean of g - x^ * mean of g x^) for g = gamma dy."""
    d_gamma[:] = 0
    d_beta[:] = 0
    share = ONE / x.dtype.type(x.shape[1])
    for i in range(x.shape[0]):
        row, d, out = x[i], dy[i], dx[i]
        mean, inverse = means[i], inverses[i]
        total, product = ZERO, ZERO
        for j in range(row.shape[0]):
            normal = (row[j] - mean) * inverse
            d_gamma[j] += d[j] * normal
            d_beta[j] += d[j]
            g = gamma[j] * d[j]
            total += g
            product += g * normal
        total *= share
        product *= share
        for j in range(row.shape[0]):
            normal = (row[j] - mean) * inverse
            out[j] = inverse * (gamma[j] * d[j] - total - normal * product)
