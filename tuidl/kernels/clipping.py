"""Gradient clipping, before the optimizer's step: by value, and by the length of the whole."""

import math

from tuidl.kernels.jit import kernel
from tuidl.kernels.optimizers import reduce_shards


@kernel("-> sv s", cost="3sv")
def sum_shards(gradients, squares, start, stop, lane, limit: float):
    """Add the shards' gradients of a slice into the first shard's, cut off at ``limit`` (0: not at
    all); squares[lane] = the sum of their squares."""
    g = reduce_shards(gradients, start, stop)
    most = gradients.dtype.type(limit)
    if limit > 0:
        for i in range(g.shape[0]):
            low = -most if g[i] < -most else g[i]
            g[i] = most if low > most else low
    total = 0.0
    for i in range(g.shape[0]):
        total += g[i] * g[i]
    squares[lane] = total


@kernel("s -> v", cost="v")
def clip_norm(squares, gradient, start, stop, lanes, limit: float):
    """Scale a slice so that the whole gradient is at most ``limit`` long (Pascanu et al., 2013)."""
    total = 0.0
    for lane in range(lanes):
        total += squares[lane]
    norm = math.sqrt(total)
    if norm > limit:
        factor = gradient.dtype.type(limit / norm)
        for i in range(start, stop):
            gradient[i] *= factor
