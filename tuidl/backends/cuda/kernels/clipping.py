"""Gradient clipping on the GPU, before the optimizer's step."""

import math

from numba import cuda, float32, float64

from tuidl.backends.cuda.block_group import start as first_of
from tuidl.backends.cuda.block_group import stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import THREADS, device
from tuidl.kernels.clipping import SCALE
from tuidl.kernels.elementary import ZERO

AT_A_TIME = 8
"""Elements that a thread reads before it writes them: one block works alone, and reads of memory
that come one after the other would hold it up."""


@device
def read(gradients, first, stop, sums):
    """sums[j] = the shards' gradients of element ``first + j * THREADS``, added up; 0 beyond
    ``stop``."""
    for j in range(AT_A_TIME):
        i = first + j * THREADS
        total = gradients[0, i] if i < stop else ZERO
        for s in range(1, gradients.shape[0]):
            total += gradients[s, i] if i < stop else ZERO
        sums[j] = total


@device
def cut(value, most):
    low = -most if value < -most else value
    return most if low > most else low


@device
def length_of(parts, count):
    """The root of the sum of the squares of ``count`` numbers, of which a float32 may hold none."""
    total = float64(0)
    for i in range(count):
        total += float64(parts[i]) * float64(parts[i])
    return math.sqrt(total)


@cuda_kernel
def sum_shards(gradients, lengths, start, stop, lane, limit, block_group):
    """Add the shards' gradients of a slice into the first shard's, cut off at ``limit`` (0: not at
    all); lengths[lane] = the root of the sum of their squares, times SCALE.

    The sum is written over a part of itself, so no second block could still read it.
    """
    if block_group.block == 0:
        most, limited = float32(limit), limit > 0
        sums, total = cuda.local.array(AT_A_TIME, float32), float64(0)
        for first in range(start + cuda.threadIdx.x, stop, AT_A_TIME * THREADS):
            read(gradients, first, stop, sums)
            for j in range(AT_A_TIME):
                value = cut(sums[j], most) if limited else sums[j]
                total += float64(value) * float64(value)
                if first + j * THREADS < stop:
                    gradients[0, first + j * THREADS] = value
        cuda.syncthreads()
        block_group.scratch[cuda.threadIdx.x] = float32(math.sqrt(total) * SCALE)
        cuda.syncthreads()
        if cuda.threadIdx.x == 0:
            lengths[lane] = float32(length_of(block_group.scratch, THREADS))


@cuda_kernel
def clip_norm(lengths, gradient, start, stop, lanes, limit, block_group):
    """Scale a slice so that the whole gradient is at most ``limit`` long."""
    norm = length_of(lengths, lanes) / SCALE
    if norm > limit:
        factor = limit / norm
        for i in range(start + first_of(block_group), stop, stride(block_group)):
            gradient[i] = float32(float64(gradient[i]) * factor)
