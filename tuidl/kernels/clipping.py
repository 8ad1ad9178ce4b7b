"""Gradient clipping, before the optimizer's step: by value, and by the length of the whole."""

import math

import numpy as np

from tuidl.kernels.optimizers import reduce_shards
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel

SCALE = 2.0**-16
"""Lengths (L2 norms) are stored times this: a float32 then holds that of 2**32 numbers, however
large each is. Their squares would overflow from 1e19 on."""


@kernel("-> sv a", cost="3sv")
def sum_shards(gradients, lengths, start, stop, lane, limit: float):
    """Add the shards' gradients of a slice into the first shard's, cut off at ``limit`` (0: not at
    all); lengths[lane] = the root of the sum of their squares, times SCALE."""
    g = reduce_shards(gradients, start, stop)
    most = gradients.dtype.type(limit)
    if limit > 0:
        for i in range(g.shape[0]):
            low = -most if g[i] < -most else g[i]
            g[i] = most if low > most else low
    total = 0.0
    for i in range(g.shape[0]):
        value = np.float64(g[i])  # Python's float leaves a float32 one
        total += value * value
    lengths[lane] = math.sqrt(total) * SCALE


@kernel("a -> v", cost="v")
def clip_norm(lengths, gradient, start, stop, lanes, limit: float):
    """Scale a slice so that the whole gradient is at most ``limit`` long (Pascanu et al., 2013).

    Numbers that are not finite stay visible: NaN as it is, and infinity becomes NaN.
    """
    total = 0.0
    for lane in range(lanes):
        length = np.float64(lengths[lane])
        total += length * length
    norm = math.sqrt(total) / SCALE
    if norm > limit:
        part, factor = gradient[start:stop], limit / norm
        for i in range(part.shape[0]):
            part[i] = part[i] * factor


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(sum_shards)
def sum_shards_oracle(gradients, lengths, start, stop, lane, limit):
    g = gradients[:, start:stop].sum(axis=0)
    g = np.clip(g, -limit, limit) if limit else g
    gradients[0, start:stop] = g
    lengths[lane] = np.linalg.norm(g.astype(np.float64)) * SCALE


@oracle(clip_norm)
def clip_norm_oracle(lengths, gradient, start, stop, lanes, limit):
    norm = np.linalg.norm(lengths[:lanes].astype(np.float64)) / SCALE
    if norm > limit:
        gradient[start:stop] = gradient[start:stop] * (limit / norm)
