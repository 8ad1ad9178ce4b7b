"""Images made larger, on the GPU; a thread works out one number at a time.

Gradients are gathered: each pixel adds up what the pixels that it is part of have for it.
"""

from numba import float32

from tuidl.backends.cuda.arithmetic import quotient
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.pooling import place_of
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device
from tuidl.kernels.elementary import ONE


@device
def _between(place, factor, length):
    """The two pixels that pixel ``place`` of the larger image lies between; the second's share."""
    reach = max(2 * place + 1 - factor, 0)
    low = quotient(reach, 2 * factor)
    share = float32(reach - 2 * factor * low) / float32(2 * factor)
    return low, min(low + 1, length - 1), share


@device
def _share(place, pixel, factor, length):
    """How much of the smaller image's ``pixel`` is in ``place`` of the larger one."""
    low, high, share = _between(place, factor, length)
    total = ONE - share if low == pixel else float32(0)
    return total + share if high == pixel else total


@cuda_kernel
def upsample2d_nearest(x, y, factor_y, factor_x, block_group):
    for e in range(start(block_group), y.size, stride(block_group)):
        n, p, q, c = place_of(e, y.shape)
        y.flat[e] = x[n, quotient(p, factor_y), quotient(q, factor_x), c]


@cuda_kernel
def upsample2d_nearest_gradient(dy, dx, factor_y, factor_x, block_group):
    for e in range(start(block_group), dx.size, stride(block_group)):
        n, row, column, c = place_of(e, dx.shape)
        total = float32(0)
        for p in range(row * factor_y, (row + 1) * factor_y):
            for q in range(column * factor_x, (column + 1) * factor_x):
                total += dy[n, p, q, c]
        dx.flat[e] = total


@cuda_kernel
def upsample2d_bilinear(x, y, factor_y, factor_x, block_group):
    for e in range(start(block_group), y.size, stride(block_group)):
        n, p, q, c = place_of(e, y.shape)
        upper, lower, below = _between(p, factor_y, x.shape[1])
        left, right, behind = _between(q, factor_x, x.shape[2])
        above, before = ONE - below, ONE - behind
        top = before * x[n, upper, left, c] + behind * x[n, upper, right, c]
        bottom = before * x[n, lower, left, c] + behind * x[n, lower, right, c]
        y.flat[e] = above * top + below * bottom


@cuda_kernel
def upsample2d_bilinear_gradient(dy, dx, factor_y, factor_x, block_group):
    (_, height, width, _), (_, tall, wide, _) = dx.shape, dy.shape
    for e in range(start(block_group), dx.size, stride(block_group)):
        n, row, column, c = place_of(e, dx.shape)
        total = float32(0)
        for p in range(max(row - 1, 0) * factor_y, min((row + 2) * factor_y, tall)):
            down = _share(p, row, factor_y, height)
            for q in range(max(column - 1, 0) * factor_x, min((column + 2) * factor_x, wide)):
                total += down * _share(q, column, factor_x, width) * dy[n, p, q, c]
        dx.flat[e] = total
