"""Codes that are normal distributions (Kingma and Welling, 2013): samples, and what they cost.

A row holds the means of k numbers and, behind them, the logarithms of their variances. Noise is
counted as in ``noise.py``: the same on any number of shards or threads, and backward finds the
noise that forward used.
"""

import numpy as np

from tuidl.kernels.dropout import U, mixed_oracle
from tuidl.kernels.elementary import ONE, exp
from tuidl.kernels.noise import SECOND, drawn_oracle, fill_normal, key_of, key_oracle
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.intrinsics import flat

HALF = np.float32(0.5)


@kernel("nb -> nd", cost="50nd")
def sample_normal(x, y, source, first, step_state):
    """y = mean + exp(log variance / 2) * noise; ``first``: the number of the first example in the
    batch, ``source``: a number of the layer's own."""
    width = y.shape[1]
    fill_normal(flat(y), U(first * width), key_of(step_state, source))
    for i in range(y.shape[0]):
        for j in range(width):
            y[i, j] = x[i, j] + exp(HALF * x[i, width + j]) * y[i, j]


@kernel("nb nd -> nb", cost="60nd")
def sample_normal_gradient(x, dy, dx, source, first, step_state):
    """The mean gets dy, the log variance dy * noise * exp(log variance / 2) / 2.

    All noise is drawn at once, into the first half of ``dx``, of which a row is twice as wide: rows
    from the last one on, and what belongs to the variance first, nothing is lost.
    """
    width = dy.shape[1]
    noise = flat(dx)[: dy.size]
    fill_normal(noise, U(first * width), key_of(step_state, source))
    for i in range(dy.shape[0] - 1, -1, -1):
        for j in range(width):
            deviation = exp(HALF * x[i, width + j])
            dx[i, width + j] = HALF * dy[i, j] * noise[i * width + j] * deviation
        for j in range(width):
            dx[i, j] = dy[i, j]


@kernel("nb -> nb a", cost="16nb")
def normal_kl_divergence(x, d, statistics, batch):
    """KL(N(mean, variance) || N(0, 1)) = (mean**2 + variance - log variance - 1) / 2, summed over
    an example's numbers, in nats."""
    width = x.shape[1] // 2
    scale = x.dtype.type(1.0 / max(batch, 1))
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(width):
            mean, log_variance = x[i, j], x[i, width + j]
            variance = exp(log_variance)
            total += 0.5 * (np.float64(mean) * mean + variance - log_variance - 1.0)
            d[i, j] = scale * mean
            d[i, width + j] = scale * HALF * (variance - ONE)
    statistics[0] = total


# --- the definition in plain NumPy ----------------------------------------------------------------


def normal_oracle(shape, source, first, step_state):
    """The noise of a layer for the examples from ``first`` on."""
    key = key_oracle(step_state, source)
    flat = np.empty(shape[0] * shape[1])
    radius = np.sqrt(-2 * np.log(drawn_oracle(flat, key, first, shape[1])))
    other = mixed_oracle(key ^ np.uint32(SECOND))
    angle = 2 * np.pi * drawn_oracle(flat, other, first, shape[1])
    return (radius * np.cos(angle)).reshape(shape)


@oracle(sample_normal)
def sample_normal_oracle(x, y, source, first, step_state):
    mean, log_variance = np.split(x, 2, axis=1)
    noise = normal_oracle(y.shape, source, first, step_state)
    y[...] = mean + np.exp(log_variance / 2) * noise.astype(y.dtype)


@oracle(sample_normal_gradient)
def sample_normal_gradient_oracle(x, dy, dx, source, first, step_state):
    _, log_variance = np.split(x, 2, axis=1)
    noise = normal_oracle(dy.shape, source, first, step_state).astype(dy.dtype)
    dx[...] = np.hstack([dy, dy * noise * np.exp(log_variance / 2) / 2])


@oracle(normal_kl_divergence)
def normal_kl_divergence_oracle(x, d, statistics, batch):
    mean, log_variance = np.split(x, 2, axis=1)
    variance = np.exp(log_variance)
    d[...] = np.hstack([mean, (variance - 1) / 2]) / max(batch, 1)
    each = mean.astype(np.float64) ** 2 + variance - log_variance - 1
    statistics[0] = each.sum(dtype=np.float64) / 2
