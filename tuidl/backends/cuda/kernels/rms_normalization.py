"""RMS normalisation on the GPU: SIDE threads work on a row, SIDE rows in a block."""

import math

from numba import cuda, float32, float64

from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import COLUMNS, PARTS, column_sum, row_sum
from tuidl.backends.cuda.target import SIDE, device


@device
def _row_product(a, b, c, i, is_square, scratch):
    """The sum over row ``i`` of a b c, or of a**2; nothing of use behind the last row."""
    part, total = cuda.threadIdx.x % SIDE, float64(0)
    end = a.shape[1] if i < a.shape[0] else 0
    for j in range(part, end, SIDE):
        total += a[i, j] * a[i, j] if is_square else a[i, j] * b[i, j] * c[j]
    return row_sum(float32(total), scratch)


@cuda_kernel
def rms_normalization(x, gamma, y, inverses, epsilon, block_group):
    """y = gamma x inverse, with inverse = 1 / sqrt(mean of x**2 + epsilon)."""
    row, part = cuda.threadIdx.x // SIDE, cuda.threadIdx.x % SIDE
    eps, share = float32(epsilon), float32(1) / float32(x.shape[1])
    for first in range(block_group.block * SIDE, x.shape[0], block_group.blocks * SIDE):
        i = first + row
        square = _row_product(x, x, gamma, i, True, block_group.scratch)
        inverse = float32(1) / math.sqrt(square * share + eps)
        if i < x.shape[0]:
            if part == 0:
                inverses[i] = inverse
            for j in range(part, x.shape[1], SIDE):
                y[i, j] = gamma[j] * (x[i, j] * inverse)


@cuda_kernel
def rms_normalization_gradient(
    x, dy, gamma, inverses, dx, d_gamma, means, sums, block_group
):  # fmt: skip
    """dx = inverse (g - x^ * mean of g x^) for g = gamma dy and x^ = x inverse."""
    rows, width = x.shape
    row, part, share = (
        cuda.threadIdx.x // SIDE,
        cuda.threadIdx.x % SIDE,
        float32(1) / float32(width),
    )
    for first in range(block_group.block * SIDE, rows, block_group.blocks * SIDE):
        i = first + row
        total = _row_product(x, dy, gamma, i, False, block_group.scratch)
        if i < rows:
            inverse = inverses[i]
            product = total * inverse * share
            if part == 0:
                means[i] = float32(0)
            for j in range(part, width, SIDE):
                dx[i, j] = inverse * (gamma[j] * dy[i, j] - x[i, j] * inverse * product)
    for first in range(block_group.block * COLUMNS, width, block_group.blocks * COLUMNS):
        j, found, total = first + cuda.threadIdx.x % COLUMNS, float64(0), float64(0)
        if j < width:
            for i in range(cuda.threadIdx.x // COLUMNS, rows, PARTS):
                found += dy[i, j] * (x[i, j] * inverses[i])
                total += dy[i, j]
        product = column_sum(float32(found), block_group.scratch)
        whole = column_sum(float32(total), block_group.scratch)
        if cuda.threadIdx.x < COLUMNS and j < width:
            d_gamma[j], sums[j] = product, whole
