"""Pooling over the steps of a sequence that are no padding, on the GPU.

A thread works out one number at a time.
"""

from numba import float32, float64

from tuidl.backends.cuda.arithmetic import quotient
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device


@device
def _counts(number, padding):
    return not padding - 0.5 <= number < padding + 0.5


@device
def _counting(mask, n, padding):
    """How many steps of an example are no padding, at least 1."""
    count = 0
    for t in range(mask.shape[1]):
        if _counts(mask[n, t], padding):
            count += 1
    return max(count, 1)


@cuda_kernel
def masked_average_pool(x, mask, y, part, padding, block_group):
    """The mean over the steps that are no padding; ``part`` stays as it is."""
    for e in range(start(block_group), y.size, stride(block_group)):
        n = quotient(e, y.shape[1])
        f = e - n * y.shape[1]
        total = float64(0)
        for t in range(x.shape[1]):
            if _counts(mask[n, t], padding):
                total += x[n, t, f]
        y[n, f] = float32(total / _counting(mask, n, padding))


@cuda_kernel
def masked_average_pool_gradient(dy, mask, dx, padding, block_group):
    """The gradient is divided equally among the steps that are no padding."""
    for e in range(start(block_group), dx.size, stride(block_group)):
        row = quotient(e, dx.shape[2])
        n = quotient(row, dx.shape[1])
        t, f = row - n * dx.shape[1], e - row * dx.shape[2]
        share = float32(1) / float32(_counting(mask, n, padding))
        dx[n, t, f] = dy[n, f] * share if _counts(mask[n, t], padding) else float32(0)


@cuda_kernel
def masked_max_pool(x, mask, y, winner, padding, block_group):
    """The largest value of each feature; ``winner`` is its step, the first of equals, or -1."""
    for e in range(start(block_group), y.size, stride(block_group)):
        n = quotient(e, y.shape[1])
        f = e - n * y.shape[1]
        best, place = float32(0), -1
        for t in range(x.shape[1]):
            if not _counts(mask[n, t], padding):
                continue
            value = x[n, t, f]
            if place < 0 or value > best or value != value:  # NaN wins, so that it stays visible
                best, place = value, t
        y[n, f] = best
        winner[n, f] = float32(place)


@cuda_kernel
def masked_max_pool_gradient(winner, dy, dx, block_group):
    """The gradient goes to the step that had the largest value."""
    for e in range(start(block_group), dx.size, stride(block_group)):
        row = quotient(e, dx.shape[2])
        n = quotient(row, dx.shape[1])
        t, f = row - n * dx.shape[1], e - row * dx.shape[2]
        dx[n, t, f] = dy[n, f] if winner[n, f] == float32(t) else float32(0)
