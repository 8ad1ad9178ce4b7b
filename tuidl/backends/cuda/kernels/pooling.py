"""Pooling over windows of an image, on the GPU; a thread works out one number at a time.

Gradients are gathered: each pixel adds up what the windows that hold it have for it.
"""

from numba import float32, float64

from tuidl.backends.cuda.arithmetic import quotient
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device


@device
def place_of(number, shape):
    """The four indices of element ``number`` of an array."""
    line = quotient(number, shape[3])
    plane = quotient(line, shape[2])
    n = quotient(plane, shape[1])
    return n, plane - n * shape[1], line - plane * shape[2], number - line * shape[3]


@device
def _pixels(window, size, step, before, extent):
    """First and end of a window's pixels along an axis, inside the image."""
    first = window * step - before
    return max(first, 0), min(first + size, extent)


@device
def _windows(pixel, size, step, before, count):
    """First and end of the windows along an axis that hold a pixel."""
    reach = pixel + before
    return quotient(max(reach - size + step, 0), step), min(quotient(reach, step) + 1, count)


@cuda_kernel
def max_pool2d(x, y, winner, size_y, size_x, stride_y, stride_x, top, left, rectified, block_group):
    """The largest value of each window; ``winner`` keeps its place there, the first of equals.

    Where ``rectified`` is 1, as if ReLU came first: a largest value of 0 or less becomes 0, and has
    no winner: -1.
    """
    for e in range(start(block_group), y.size, stride(block_group)):
        n, p, q, c = place_of(e, y.shape)
        upper, lower = _pixels(p, size_y, stride_y, top, x.shape[1])
        first, end = _pixels(q, size_x, stride_x, left, x.shape[2])
        best, best_row, best_column = x[n, upper, first, c], upper, first
        for row in range(upper, lower):
            for column in range(first, end):
                value = x[n, row, column, c]
                if value > best or value != value:  # NaN wins, so that it stays visible
                    best, best_row, best_column = value, row, column
        i, j = best_row - p * stride_y + top, best_column - q * stride_x + left
        has_none = rectified != 0 and best <= float32(0)
        y.flat[e] = float32(0) if has_none else best
        winner.flat[e] = float32(-1) if has_none else float32(i * size_x + j)


@cuda_kernel
def max_pool2d_gradient(winner, dy, dx, size_y, size_x, stride_y, stride_x, top, left, block_group):
    """The gradient of each window goes to its winner."""
    for e in range(start(block_group), dx.size, stride(block_group)):
        n, row, column, c = place_of(e, dx.shape)
        upper, lower = _windows(row, size_y, stride_y, top, dy.shape[1])
        first, end = _windows(column, size_x, stride_x, left, dy.shape[2])
        total = float32(0)
        for p in range(upper, lower):
            i = row + top - p * stride_y
            for q in range(first, end):
                j = column + left - q * stride_x
                if winner[n, p, q, c] == float32(i * size_x + j):
                    total += dy[n, p, q, c]
        dx.flat[e] = total


@cuda_kernel
def average_pool2d(x, y, size_y, size_x, stride_y, stride_x, top, left, block_group):
    """The mean of each window's pixels that lie inside the image."""
    for e in range(start(block_group), y.size, stride(block_group)):
        n, p, q, c = place_of(e, y.shape)
        upper, lower = _pixels(p, size_y, stride_y, top, x.shape[1])
        first, end = _pixels(q, size_x, stride_x, left, x.shape[2])
        total = float64(0)
        for row in range(upper, lower):
            for column in range(first, end):
                total += x[n, row, column, c]
        y.flat[e] = float32(total / ((lower - upper) * (end - first)))


@cuda_kernel
def average_pool2d_gradient(dy, dx, size_y, size_x, stride_y, stride_x, top, left, block_group):
    """The gradient of each window is divided equally among its pixels."""
    for e in range(start(block_group), dx.size, stride(block_group)):
        n, row, column, c = place_of(e, dx.shape)
        upper, lower = _windows(row, size_y, stride_y, top, dy.shape[1])
        first, end = _windows(column, size_x, stride_x, left, dy.shape[2])
        total = float32(0)
        for p in range(upper, lower):
            above, below = _pixels(p, size_y, stride_y, top, dx.shape[1])
            for q in range(first, end):
                before, behind = _pixels(q, size_x, stride_x, left, dx.shape[2])
                share = float32(1) / float32((below - above) * (behind - before))
                total += dy[n, p, q, c] * share
        dx.flat[e] = total
