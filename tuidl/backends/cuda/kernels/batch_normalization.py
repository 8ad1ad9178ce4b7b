"""Batch normalisation on the GPU; a lane's rows are a shard of the batch.

Columns are summed by a few threads of one block each. What all rows share (mean, deviation) every
block works out for itself, as it could not wait for another's.
"""

import math

from numba import cuda, float32, float64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import COLUMNS, PARTS, column_sum
from tuidl.backends.cuda.target import THREADS, device


@device
def _column_moments(x, j, scratch):
    """Mean, what it has in addition, and squared distances from it, of column ``j``; of none behind
    the last."""
    part, rows = cuda.threadIdx.x // COLUMNS, x.shape[0]
    is_column = j < x.shape[1]
    share = float32(1) / float32(max(rows, 1))
    total = float64(0)
    if is_column:
        for i in range(part, rows, PARTS):
            total += x[i, j]
    mean = column_sum(float32(total), scratch) * share
    off, squares = float64(0), float64(0)
    if is_column:
        for i in range(part, rows, PARTS):
            gap = x[i, j] - mean
            off += gap
            squares += gap * gap
    missed, distance = column_sum(float32(off), scratch), column_sum(float32(squares), scratch)
    distance -= missed * missed * share
    return mean, missed * share, float32(0) if distance < float32(0) else distance


@cuda_kernel
def batch_moments(x, means, rests, distances, counts, lane, block_group):
    """Mean, what rounding took from it, and squared distances from it, of each column of the
    shard's rows."""
    if start(block_group) == 0:
        counts[lane] = float32(x.shape[0])
    for first in range(block_group.block * COLUMNS, x.shape[1], block_group.blocks * COLUMNS):
        j = first + cuda.threadIdx.x % COLUMNS
        mean, rest, distance = _column_moments(x, j, block_group.scratch)
        if cuda.threadIdx.x < COLUMNS and j < x.shape[1]:
            means[lane, j], rests[lane, j] = mean, rest
            distances[lane, j] = distance


@device
def _combine(means, rests, distances, counts, j):
    """Mean and variance (biased) of column ``j`` of all shards' rows together."""
    total, center, distance = float64(0), float64(0), float64(0)
    for s in range(counts.shape[0]):
        total += counts[s]
        center += counts[s] * (float64(means[s, j]) + rests[s, j])
    rows = max(total, float64(1))
    center /= rows
    for s in range(counts.shape[0]):
        gap = (means[s, j] - center) + rests[s, j]
        distance += distances[s, j] + counts[s] * (gap * gap)
    return float32(center), float32(distance / rows)


@device
def _normalize_columns(x, gamma, beta, y, rectified, first, width, block_group):
    """y for ``width`` columns, whose means and inverses are in shared memory."""
    mean, inverse = block_group.scratch[:THREADS], block_group.scratch[THREADS : 2 * THREADS]
    for e in range(start(block_group), x.shape[0] * width, stride(block_group)):
        i = e // width
        k = e - i * width
        j = first + k
        value = gamma[j] * ((x[i, j] - mean[k]) * inverse[k]) + beta[j]
        y[i, j] = float32(0) if rectified != 0 and value < float32(0) else value


@cuda_kernel
def batch_normalization(
    x, gamma, beta, means, rests, distances, counts, y, mean, inverse, epsilon, rectified,
    block_group,
):  # fmt: skip
    """y = gamma (x - mean) inverse + beta; ``inverse`` is 1 / sqrt(variance + epsilon)."""
    thread, eps = cuda.threadIdx.x, float32(epsilon)
    for first in range(0, x.shape[1], THREADS):
        width, j = min(THREADS, x.shape[1] - first), first + thread
        cuda.syncthreads()
        if thread < width:
            center, variance = _combine(means, rests, distances, counts, j)
            factor = float32(1) / math.sqrt(variance + eps)
            block_group.scratch[thread], block_group.scratch[THREADS + thread] = center, factor
            if block_group.block == 0:
                mean[j], inverse[j] = center, factor
        cuda.syncthreads()
        _normalize_columns(x, gamma, beta, y, rectified, first, width, block_group)


@device
def _slope(normal, dy, gamma, beta, rectified):
    """``dy``, but 0 where the answer was made 0."""
    if rectified != 0 and gamma * normal + beta <= float32(0):
        return float32(0)
    return dy


@cuda_kernel
def batch_normalization_sums(
    x, dy, gamma, beta, mean, inverse, products, sums, d_gamma, d_beta, lane, rectified, block_group
):
    """Sums of dy (x - mean) inverse, the gradient of gamma, and of dy, that of beta."""
    part = cuda.threadIdx.x // COLUMNS
    for first in range(block_group.block * COLUMNS, x.shape[1], block_group.blocks * COLUMNS):
        j = first + cuda.threadIdx.x % COLUMNS
        product, total = float64(0), float64(0)
        if j < x.shape[1]:
            for i in range(part, x.shape[0], PARTS):
                normal = (x[i, j] - mean[j]) * inverse[j]
                slope = _slope(normal, dy[i, j], gamma[j], beta[j], rectified)
                product += slope * normal
                total += slope
        with_x = column_sum(float32(product), block_group.scratch)
        alone = column_sum(float32(total), block_group.scratch)
        if part == 0 and j < x.shape[1]:
            products[lane, j] = d_gamma[j] = with_x
            sums[lane, j] = d_beta[j] = alone


@device
def _sum_shards(values, j):
    total = float32(0)
    for s in range(values.shape[0]):
        total += values[s, j]
    return total


@device
def _columns_gradient(
    x, dy, gamma, beta, mean, inverse, dx, share, rectified, first, width, block_group
):  # fmt: skip
    """dx for ``width`` columns, whose products and totals are in shared memory."""
    product, total = block_group.scratch[:THREADS], block_group.scratch[THREADS : 2 * THREADS]
    for e in range(start(block_group), x.shape[0] * width, stride(block_group)):
        i = e // width
        k = e - i * width
        j = first + k
        normal = (x[i, j] - mean[j]) * inverse[j]
        slope = _slope(normal, dy[i, j], gamma[j], beta[j], rectified)
        dx[i, j] = gamma[j] * inverse[j] * (slope - share * (total[k] + normal * product[k]))


@cuda_kernel
def batch_normalization_input_gradient(
    x, dy, gamma, beta, mean, inverse, products, sums, counts, dx, product, total, rectified,
    block_group,
):  # fmt: skip
    """dx = gamma inverse (dy - mean of dy - x^ * mean of dy x^), means over the whole batch."""
    thread, rows = cuda.threadIdx.x, float32(0)
    for s in range(counts.shape[0]):
        rows += counts[s]
    share = float32(1) / max(rows, float32(1))
    for first in range(0, x.shape[1], THREADS):
        width, j = min(THREADS, x.shape[1] - first), first + thread
        cuda.syncthreads()
        if thread < width:
            with_x, alone = _sum_shards(products, j), _sum_shards(sums, j)
            block_group.scratch[thread], block_group.scratch[THREADS + thread] = with_x, alone
            if block_group.block == 0:
                product[j], total[j] = with_x, alone
        cuda.syncthreads()
        _columns_gradient(
            x, dy, gamma, beta, mean, inverse, dx, share, rectified, first, width, block_group
        )  # fmt: skip


@cuda_kernel
def move_averages(
    means,
    rests,
    distances,
    counts,
    mean,
    variance,
    moving_mean,
    moving_variance,
    momentum,
    lane,
    block_group,
):
    """moving = momentum * moving + (1 - momentum) * that of this batch.

    Every lane runs this row; the first one does it. ``mean`` and ``variance``, the CPU's workspace,
    stay unused.
    """
    if lane == 0:
        kept = float32(momentum)
        new = float32(1) - kept
        for j in range(start(block_group), moving_mean.shape[0], stride(block_group)):
            center, distance = _combine(means, rests, distances, counts, j)
            moving_mean[j] = kept * moving_mean[j] + new * center
            moving_variance[j] = kept * moving_variance[j] + new * distance


@cuda_kernel
def normalize(x, gamma, beta, mean, variance, y, epsilon, block_group):
    """Batch normalisation at inference, by the moving averages."""
    eps, width = float32(epsilon), x.shape[1]
    for e in range(start(block_group), x.size, stride(block_group)):
        i = e // width
        j = e - i * width
        factor = gamma[j] / math.sqrt(variance[j] + eps)
        y[i, j] = (x[i, j] - mean[j]) * factor + beta[j]
