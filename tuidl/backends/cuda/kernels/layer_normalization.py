"""Layer normalisation on the GPU: SIDE threads work on a row, SIDE rows in a block."""

import math

from numba import cuda, float32, float64

from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import COLUMNS, PARTS, column_sum, row_sum
from tuidl.backends.cuda.target import SIDE, device
from tuidl.kernels.elementary import ZERO


@device
def _row_moments(x, i, eps, scratch):
    """Mean of row ``i`` and 1 / sqrt(variance + eps); nothing of use behind the last row."""
    part, width = cuda.threadIdx.x % SIDE, x.shape[1]
    end = width if i < x.shape[0] else 0
    share = float32(1) / float32(width)
    total = float64(0)
    for j in range(part, end, SIDE):
        total += x[i, j]
    mean = row_sum(float32(total), scratch) * share
    off, squares = float64(0), float64(0)
    for j in range(part, end, SIDE):
        gap = x[i, j] - mean
        off += gap
        squares += gap * gap
    missed, distance = row_sum(float32(off), scratch), row_sum(float32(squares), scratch)
    variance = (distance - missed * missed * share) * share  # what rounding took from the mean
    return mean, float32(1) / math.sqrt((ZERO if variance < ZERO else variance) + eps)


@cuda_kernel
def layer_normalization(x, gamma, beta, y, means, inverses, epsilon, block_group):
    """y = gamma (x - mean) inverse + beta, with inverse = 1 / sqrt(variance + epsilon)."""
    row, part = cuda.threadIdx.x // SIDE, cuda.threadIdx.x % SIDE
    eps = float32(epsilon)
    for first in range(block_group.block * SIDE, x.shape[0], block_group.blocks * SIDE):
        i = first + row
        mean, inverse = _row_moments(x, i, eps, block_group.scratch)
        if i < x.shape[0]:
            if part == 0:
                means[i], inverses[i] = mean, inverse
            for j in range(part, x.shape[1], SIDE):
                y[i, j] = gamma[j] * ((x[i, j] - mean) * inverse) + beta[j]


@device
def _row_gradient(x, dy, gamma, mean, inverse, dx, i, scratch):
    """dx of row ``i``; every thread of the block calls it, also where there is no such row."""
    part, width = cuda.threadIdx.x % SIDE, x.shape[1]
    end = width if i < x.shape[0] else 0
    share = float32(1) / float32(width)
    total, product = float32(0), float32(0)
    for j in range(part, end, SIDE):
        g = gamma[j] * dy[i, j]
        total += g
        product += g * ((x[i, j] - mean) * inverse)
    total, product = row_sum(total, scratch) * share, row_sum(product, scratch) * share
    for j in range(part, end, SIDE):
        normal = (x[i, j] - mean) * inverse
        dx[i, j] = inverse * (gamma[j] * dy[i, j] - total - normal * product)


@device
def _column_gradients(x, dy, means, inverses, j, scratch):
    """Gradients of gamma and beta in column ``j``; of none behind the last."""
    part = cuda.threadIdx.x // COLUMNS
    product, total = float64(0), float64(0)
    if j < x.shape[1]:
        for i in range(part, x.shape[0], PARTS):
            product += dy[i, j] * ((x[i, j] - means[i]) * inverses[i])
            total += dy[i, j]
    return column_sum(float32(product), scratch), column_sum(float32(total), scratch)


@cuda_kernel
def layer_normalization_gradient(x, dy, gamma, means, inverses, dx, d_gamma, d_beta, block_group):
    """dx = inverse (g - mean of g - x^ * mean of g x^) for g = gamma dy."""
    rows, width = x.shape
    for first in range(block_group.block * SIDE, rows, block_group.blocks * SIDE):
        i = first + cuda.threadIdx.x // SIDE
        known = min(i, rows - 1)
        _row_gradient(x, dy, gamma, means[known], inverses[known], dx, i, block_group.scratch)
    for first in range(block_group.block * COLUMNS, width, block_group.blocks * COLUMNS):
        j = first + cuda.threadIdx.x % COLUMNS
        product, total = _column_gradients(x, dy, means, inverses, j, block_group.scratch)
        if cuda.threadIdx.x < COLUMNS and j < width:
            d_gamma[j], d_beta[j] = product, total
