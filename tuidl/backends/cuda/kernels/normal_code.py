"""Samples of normal codes and their KL divergence on the GPU, with the noise that the CPU draws."""

import math

import numpy as np
from numba import cuda, float32, float64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.dropout import U, key_of, mixed
from tuidl.backends.cuda.kernels.noise import SECOND, cosine_of_pi, drawn
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import keep_sum
from tuidl.backends.cuda.target import THREADS, device
from tuidl.kernels.elementary import ONE

HALF = np.float32(0.5)


@device
def normal_at(place, key, other):
    """A normal number, mean 0 and deviation 1, of this place."""
    radius = math.sqrt(-2.0 * math.log(drawn(place, key)))
    return float32(radius * cosine_of_pi(2.0 * drawn(place, other)))


@cuda_kernel
def sample_normal(x, y, source, first, step_state, block_group):
    """y = mean + exp(log variance / 2) * noise, by seed, step, ``source`` and place."""
    key = key_of(step_state, source)
    other = mixed(key ^ SECOND)
    width = y.shape[1]
    place = U(first * width)
    for i in range(start(block_group), y.size, stride(block_group)):
        row, j = i // width, i % width
        noise = normal_at(place + U(i), key, other)
        y[row, j] = x[row, j] + float32(math.exp(HALF * x[row, width + j])) * noise


@cuda_kernel
def sample_normal_gradient(x, dy, dx, source, first, step_state, block_group):
    """The mean gets dy, the log variance dy * noise * exp(log variance / 2) / 2."""
    key = key_of(step_state, source)
    other = mixed(key ^ SECOND)
    width = dy.shape[1]
    place = U(first * width)
    for i in range(start(block_group), dy.size, stride(block_group)):
        row, j = i // width, i % width
        noise = normal_at(place + U(i), key, other)
        deviation = float32(math.exp(HALF * x[row, width + j]))
        dx[row, j] = dy[row, j]
        dx[row, width + j] = HALF * dy[row, j] * noise * deviation


@device
def divergence(x, width):
    """This thread's part of the sum over all examples, where one block adds up all of them."""
    total = float64(0)
    for i in range(cuda.threadIdx.x, x.shape[0] * width, THREADS):
        mean, log_variance = x[i // width, i % width], x[i // width, width + i % width]
        total += 0.5 * (mean * mean + math.exp(log_variance) - log_variance - 1.0)
    return total


@cuda_kernel
def normal_kl_divergence(x, d, statistics, batch, block_group):
    """(mean**2 + variance - log variance - 1) / 2, summed over an example's numbers."""
    width = x.shape[1] // 2
    scale = ONE / float32(max(batch, 1))
    for i in range(start(block_group), x.shape[0] * width, stride(block_group)):
        row, j = i // width, i % width
        d[row, j] = scale * x[row, j]
        variance = float32(math.exp(x[row, width + j]))
        d[row, width + j] = scale * HALF * (variance - ONE)
    if block_group.block == 0:
        keep_sum(float32(divergence(x, width)), statistics, block_group.scratch)
