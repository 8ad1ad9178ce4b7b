"""The definition of the normalisations in plain NumPy; sums over rows are float64."""

import numpy as np

from tuidl.backends.numpy.registry import Array, oracle


@oracle
def batch_moments(
    x: Array, means: Array, rests: Array, distances: Array, counts: Array, lane: int
) -> None:
    counts[lane] = len(x)
    wide = x.astype(np.float64)
    mean = wide.mean(axis=0) if len(x) else 0
    means[lane], distances[lane] = mean, ((wide - mean) ** 2).sum(axis=0)
    rests[lane] = mean - means[lane]


def _combined(means: Array, rests: Array, distances: Array, counts: Array) -> tuple[Array, Array]:
    """Mean and biased variance of all shards' rows together."""
    weights = counts[:, None].astype(np.float64) / max(counts.sum(), 1)
    means = means.astype(np.float64) + rests
    mean = (weights * means).sum(axis=0)
    between = (weights * (means - mean) ** 2).sum(axis=0)
    return mean, between + distances.sum(axis=0) / max(counts.sum(), 1)


@oracle
def batch_normalization(
    x: Array, gamma: Array, beta: Array, means: Array, rests: Array, distances: Array,
    counts: Array,
    y: Array, mean: Array, inverse: Array, epsilon: float,
) -> None:  # fmt: skip
    mean[...], variance = _combined(means, rests, distances, counts)
    inverse[...] = 1 / np.sqrt(variance + epsilon)
    y[...] = gamma * (x - mean) * inverse + beta


@oracle
def batch_normalization_sums(
    x: Array, dy: Array, mean: Array, inverse: Array, products: Array, sums: Array,
    d_gamma: Array, d_beta: Array, lane: int,
) -> None:  # fmt: skip
    products[lane] = (dy * (x - mean) * inverse).sum(axis=0, dtype=np.float64)
    sums[lane] = dy.sum(axis=0, dtype=np.float64)
    d_gamma[...], d_beta[...] = products[lane], sums[lane]


@oracle
def batch_normalization_input_gradient(
    x: Array, dy: Array, gamma: Array, mean: Array, inverse: Array, products: Array,
    sums: Array, counts: Array, dx: Array, product: Array, total: Array,
) -> None:  # fmt: skip
    rows = max(counts.sum(), 1)
    product[...], total[...] = products.sum(axis=0), sums.sum(axis=0)
    normal = (x - mean) * inverse
    dx[...] = gamma * inverse * (dy - (total + normal * product) / rows)


@oracle
def move_averages(
    means: Array, rests: Array, distances: Array, counts: Array, mean: Array, variance: Array,
    moving_mean: Array, moving_variance: Array, momentum: float, lane: int,
) -> None:  # fmt: skip
    if lane == 0:
        new_mean, new_variance = _combined(means, rests, distances, counts)
        moving_mean[...] = momentum * moving_mean + (1 - momentum) * new_mean
        moving_variance[...] = momentum * moving_variance + (1 - momentum) * new_variance


@oracle
def normalize(
    x: Array, gamma: Array, beta: Array, mean: Array, variance: Array, y: Array, epsilon: float
) -> None:
    y[...] = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


@oracle
def layer_normalization(
    x: Array, gamma: Array, beta: Array, y: Array, means: Array, inverses: Array, epsilon: float
) -> None:
    means[...] = x.mean(axis=1, dtype=np.float64)
    inverses[...] = 1 / np.sqrt(x.var(axis=1, dtype=np.float64) + epsilon)
    y[...] = gamma * (x - means[:, None]) * inverses[:, None] + beta


@oracle
def layer_normalization_gradient(
    x: Array, dy: Array, gamma: Array, means: Array, inverses: Array,
    dx: Array, d_gamma: Array, d_beta: Array,
) -> None:  # fmt: skip
    normal = (x - means[:, None]) * inverses[:, None]
    g = gamma * dy
    d_gamma[...] = (dy * normal).sum(axis=0, dtype=np.float64)
    d_beta[...] = dy.sum(axis=0, dtype=np.float64)
    center = g - g.mean(axis=1, keepdims=True)
    dx[...] = inverses[:, None] * (center - normal * (g * normal).mean(axis=1, keepdims=True))
