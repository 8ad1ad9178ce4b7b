"""Batch normalisation (Ioffe and Szegedy, 2015) over a batch that is worked on in shards.

Each shard leaves the mean of its rows, the sum of their squared distances from it and their count;
once all have, every shard puts them together in the same order (Chan, Golub and LeVeque, 1979) and
so has the same statistics, to the last bit. Rows are examples, or positions in images.
"""

import math

from tuidl.kernels.elementary import ONE, ZERO
from tuidl.kernels.jit import helper, kernel


@kernel("nf -> sf sf s", cost="4nf")
def batch_moments(x, means, distances, counts, lane):
    """Mean, and squared distances from it, of each column of the shard's rows."""
    mean, distance = means[lane], distances[lane]
    mean[:] = 0
    distance[:] = 0
    rows = x.shape[0]
    counts[lane] = rows
    if rows == 0:
        return
    for row in x:
        for j in range(mean.shape[0]):
            mean[j] += row[j]
    share = ONE / x.dtype.type(rows)
    for j in range(mean.shape[0]):
        mean[j] *= share
    for row in x:
        for j in range(mean.shape[0]):
            distance[j] += (row[j] - mean[j]) * (row[j] - mean[j])


@helper
def _combine(means, distances, counts, mean, variance):
    """Mean and variance (biased) of all shards' rows together; returns the number of rows."""
    mean[:] = 0
    variance[:] = 0
    total = ZERO
    for s in range(counts.shape[0]):
        count = counts[s]
        if count == ZERO:
            continue
        new, spread = means[s], distances[s]
        share = count / (total + count)
        cross = total * share
        for j in range(mean.shape[0]):
            gap = new[j] - mean[j]
            mean[j] += gap * share
            variance[j] += spread[j] + gap * gap * cross
        total += count
    if total > ZERO:
        for j in range(variance.shape[0]):
            variance[j] /= total
    return total


@kernel("nf f f sf sf s -> nf f f", cost="2nf")
def batch_normalization(x, gamma, beta, means, distances, counts, y, mean, inverse, epsilon: float):
    """y = gamma (x - mean) inverse + beta; ``inverse`` is 1 / sqrt(variance + epsilon)."""
    _combine(means, distances, counts, mean, inverse)
    eps = x.dtype.type(epsilon)
    for j in range(inverse.shape[0]):
        inverse[j] = ONE / math.sqrt(inverse[j] + eps)
    for i in range(x.shape[0]):
        row, out = x[i], y[i]
        for j in range(mean.shape[0]):
            out[j] = gamma[j] * ((row[j] - mean[j]) * inverse[j]) + beta[j]


@kernel("nf nf f f -> sf sf f f", cost="5nf")
def batch_normalization_sums(x, dy, mean, inverse, products, sums, d_gamma, d_beta, lane):
    """Sums of dy (x - mean) inverse, the gradient of gamma, and of dy, that of beta."""
    product, total = products[lane], sums[lane]
    product[:] = 0
    total[:] = 0
    for i in range(x.shape[0]):
        row, d = x[i], dy[i]
        for j in range(mean.shape[0]):
            product[j] += d[j] * ((row[j] - mean[j]) * inverse[j])
            total[j] += d[j]
    for j in range(mean.shape[0]):
        d_gamma[j] = product[j]
        d_beta[j] = total[j]


@kernel("nf nf f f f sf sf s -> nf f f", cost="7nf")
def batch_normalization_input_gradient(
    x, dy, gamma, mean, inverse, products, sums, counts, dx, product, total
):
    """dx = gamma inverse (dy - mean of dy - x^ * mean of dy x^), means over the whole batch."""
    product[:] = 0
    total[:] = 0
    rows = ZERO
    for s in range(counts.shape[0]):
        rows += counts[s]
        for j in range(mean.shape[0]):
            product[j] += products[s, j]
            total[j] += sums[s, j]
    share = ONE / max(rows, ONE)
    for i in range(x.shape[0]):
        row, d, out = x[i], dy[i], dx[i]
        for j in range(mean.shape[0]):
            normal = (row[j] - mean[j]) * inverse[j]
            out[j] = gamma[j] * inverse[j] * (d[j] - share * (total[j] + normal * product[j]))


@kernel("sf sf s -> f f f f", cost="4f")
def move_averages(
    means, distances, counts, mean, variance, moving_mean, moving_variance, momentum: float, lane
):
    """Keep the share ``momentum`` of the moving averages, and take the rest from this batch.

    ``mean`` and ``variance`` are scratch. Every lane runs this row; the first one does it.
    """
    if lane == 0:
        _combine(means, distances, counts, mean, variance)
        kept = moving_mean.dtype.type(momentum)
        for j in range(mean.shape[0]):
            moving_mean[j] = kept * moving_mean[j] + (ONE - kept) * mean[j]
            moving_variance[j] = kept * moving_variance[j] + (ONE - kept) * variance[j]


@kernel("nf f f f f -> nf", cost="2nf")
def normalize(x, gamma, beta, mean, variance, y, epsilon: float):
    """Batch normalisation at inference, by the moving averages."""
    eps = x.dtype.type(epsilon)
    for i in range(x.shape[0]):
        row, out = x[i], y[i]
        for j in range(mean.shape[0]):
            factor = gamma[j] / math.sqrt(variance[j] + eps)
            out[j] = (row[j] - mean[j]) * factor + beta[j]
