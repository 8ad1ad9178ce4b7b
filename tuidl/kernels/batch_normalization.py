"""Batch normalisation (Ioffe and Szegedy, 2015) over a batch that is worked on in shards.

Each shard writes the mean of its rows, the sum of their squared distances from it and their count;
once all have, every shard combines them in the same order (after Chan, Golub and LeVeque,
1979) and so has the same statistics, to the last bit. Rows are examples, or positions in images;
however many there are, their sums are as exact as float64 (``column_sums.py``).
"""

import math

import numpy as np

from tuidl.kernels.elementary import ONE, ZERO
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.column_maps import (
    normalize_rows,
    normalize_rows_by_averages,
    normalized_rows_gradient,
)
from tuidl.kernels.simd.sums import sum_distances, sum_products_by_column, sum_rows


@kernel("nf -> sf sf sf s", cost="4nf")
def batch_moments(x, means, rests, distances, counts, lane):
    """Mean, and squared distances from it, of each column of the shard's rows.

    ``rests``: what rounding took from the means (compensation).
    """
    mean, rest, distance = means[lane], rests[lane], distances[lane]
    rows = x.shape[0]
    counts[lane] = rows
    sum_rows(x, mean)
    for j in range(mean.shape[0]):
        mean[j] = mean[j] / max(rows, 1)
    sum_distances(x, mean, rest, distance)


@device_function
def _combine(means, rests, distances, counts, mean, variance):
    """Mean and variance (biased) of all shards' rows together, by sums in float64."""
    total = 0.0
    for s in range(counts.shape[0]):
        total += counts[s]
    rows = max(total, 1.0)
    for j in range(mean.shape[0]):
        center = 0.0
        for s in range(counts.shape[0]):
            center += counts[s] * (np.float64(means[s, j]) + rests[s, j])
        center /= rows
        squares = 0.0
        for s in range(counts.shape[0]):
            gap = (means[s, j] - center) + rests[s, j]
            squares += distances[s, j] + counts[s] * (gap * gap)
        mean[j] = center
        variance[j] = squares / rows


@kernel("nf f f sf sf sf s -> nf f f", cost="2nf")
def batch_normalization(
    x, gamma, beta, means, rests, distances, counts, y, mean, inverse, epsilon: float, rectified
):
    """y = gamma (x - mean) inverse + beta; ``inverse`` is 1 / sqrt(variance + epsilon).

    Where ``rectified`` is 1, ReLU of that; so in both gradients below, which find out by x again
    which of the answers it has made 0.
    """
    _combine(means, rests, distances, counts, mean, inverse)
    kind = x.dtype.type
    eps = kind(epsilon)
    for j in range(inverse.shape[0]):
        inverse[j] = ONE / kind(math.sqrt(inverse[j] + eps))
    normalize_rows(x, mean, inverse, gamma, beta, rectified, y)


@kernel("nf nf f f f f -> sf sf f f", cost="5nf")
def batch_normalization_sums(
    x, dy, gamma, beta, mean, inverse, products, sums, d_gamma, d_beta, lane, rectified
):
    """Sums of dy (x - mean) inverse, the gradient of gamma, and of dy, that of beta."""
    product, total = products[lane], sums[lane]
    sum_products_by_column(x, dy, mean, inverse, gamma, beta, rectified, product, total)
    for j in range(mean.shape[0]):
        d_gamma[j] = product[j]
        d_beta[j] = total[j]


@kernel("nf nf f f f f sf sf s -> nf f f", cost="7nf")
def batch_normalization_input_gradient(
    x, dy, gamma, beta, mean, inverse, products, sums, counts, dx, product, total, rectified
):
    """dx = gamma inverse (dy - mean of dy - x^ * mean of dy x^), means over the whole batch."""
    rows = ZERO
    for s in range(counts.shape[0]):
        rows += counts[s]
    for j in range(mean.shape[0]):
        with_x, alone = 0.0, 0.0
        for s in range(counts.shape[0]):
            with_x += products[s, j]
            alone += sums[s, j]
        product[j], total[j] = with_x, alone
    share = ONE / max(rows, ONE)
    normalized_rows_gradient(
        x, dy, mean, inverse, gamma, beta, product, total, share, rectified, dx
    )  # fmt: skip


@kernel("sf sf sf s -> f f f f", cost="4f")
def move_averages(
    means,
    rests,
    distances,
    counts,
    mean,
    variance,
    moving_mean,
    moving_variance,
    momentum: float,
    lane,
):
    """moving = momentum * moving + (1 - momentum) * that of this batch.

    ``mean`` and ``variance`` are workspace. Every lane runs this row; the first one does it.
    """
    if lane == 0:
        _combine(means, rests, distances, counts, mean, variance)
        kept = moving_mean.dtype.type(momentum)
        for j in range(mean.shape[0]):
            moving_mean[j] = kept * moving_mean[j] + (ONE - kept) * mean[j]
            moving_variance[j] = kept * moving_variance[j] + (ONE - kept) * variance[j]


@kernel("nf f f f f -> nf", cost="2nf")
def normalize(x, gamma, beta, mean, variance, y, epsilon: float):
    """Batch normalisation at inference, by the moving averages."""
    normalize_rows_by_averages(x, mean, variance, gamma, beta, x.dtype.type(epsilon), y)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(batch_moments)
def batch_moments_oracle(x, means, rests, distances, counts, lane):
    counts[lane] = len(x)
    wide = x.astype(np.float64)
    mean = wide.mean(axis=0) if len(x) else 0
    means[lane], distances[lane] = mean, ((wide - mean) ** 2).sum(axis=0)
    rests[lane] = mean - means[lane]


def _combined(means, rests, distances, counts):
    """Mean and biased variance of all shards' rows together."""
    weights = counts[:, None].astype(np.float64) / max(counts.sum(), 1)
    means = means.astype(np.float64) + rests
    mean = (weights * means).sum(axis=0)
    between = (weights * (means - mean) ** 2).sum(axis=0)
    return mean, between + distances.sum(axis=0) / max(counts.sum(), 1)


@oracle(batch_normalization)
def batch_normalization_oracle(
    x, gamma, beta, means, rests, distances, counts, y, mean, inverse, epsilon, rectified
):
    mean[...], variance = _combined(means, rests, distances, counts)
    inverse[...] = 1 / np.sqrt(variance + epsilon)
    y[...] = gamma * ((x - mean) * inverse) + beta
    if rectified:
        y[y < 0] = 0


def _slopes(normal, dy, gamma, beta, rectified):
    """``dy``, but 0 where the answer was made 0."""
    return np.where(gamma * normal + beta <= 0, 0, dy) if rectified else dy


@oracle(batch_normalization_sums)
def batch_normalization_sums_oracle(
    x, dy, gamma, beta, mean, inverse, products, sums, d_gamma, d_beta, lane, rectified
):
    normal = (x - mean) * inverse
    dy = _slopes(normal, dy, gamma, beta, rectified)
    products[lane] = (dy * normal).sum(axis=0, dtype=np.float64)
    sums[lane] = dy.sum(axis=0, dtype=np.float64)
    d_gamma[...], d_beta[...] = products[lane], sums[lane]


@oracle(batch_normalization_input_gradient)
def batch_normalization_input_gradient_oracle(
    x, dy, gamma, beta, mean, inverse, products, sums, counts, dx, product, total, rectified
):
    rows = max(counts.sum(), 1)
    product[...], total[...] = products.sum(axis=0), sums.sum(axis=0)
    normal = (x - mean) * inverse
    dy = _slopes(normal, dy, gamma, beta, rectified)
    dx[...] = gamma * inverse * (dy - (total + normal * product) / rows)


@oracle(move_averages)
def move_averages_oracle(
    means, rests, distances, counts, mean, variance, moving_mean, moving_variance, momentum, lane
):
    if lane == 0:
        new_mean, new_variance = _combined(means, rests, distances, counts)
        moving_mean[...] = momentum * moving_mean + (1 - momentum) * new_mean
        moving_variance[...] = momentum * moving_variance + (1 - momentum) * new_variance
