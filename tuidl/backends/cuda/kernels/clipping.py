"""Gradient clipping on the GPU, before the optimizer's step."""

import math

from numba import cuda, float32

from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import block_sum
from tuidl.backends.cuda.target import THREADS, device
from tuidl.backends.cuda.team import start as first_of
from tuidl.backends.cuda.team import stride
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


@cuda_kernel
def sum_shards(gradients, squares, start, stop, lane, limit, team):
    """Add the shards' gradients of a slice into the first shard's, cut off at ``limit`` (0: not at
    all); squares[lane] = the sum of their squares.

    The sum is written over a part of itself, so no second block could still read it.
    """
    if team.block == 0:
        most, limited = float32(limit), limit > 0
        sums, total = cuda.local.array(AT_A_TIME, float32), ZERO
        for first in range(start + cuda.threadIdx.x, stop, AT_A_TIME * THREADS):
            read(gradients, first, stop, sums)
            for j in range(AT_A_TIME):
                value = cut(sums[j], most) if limited else sums[j]
                total += value * value
                if first + j * THREADS < stop:
                    gradients[0, first + j * THREADS] = value
        total = block_sum(total, team.scratch)
        if cuda.threadIdx.x == 0:
            squares[lane] = total


@cuda_kernel
def clip_norm(squares, gradient, start, stop, lanes, limit, team):
    """Scale a slice so that the whole gradient is at most ``limit`` long."""
    total = ZERO
    for lane in range(lanes):
        total += squares[lane]
    norm = math.sqrt(total)
    if norm > float32(limit):
        factor = float32(limit) / norm
        for i in range(start + first_of(team), stop, stride(team)):
            gradient[i] *= factor
