"""The forward half of diffusion on the GPU, from the counters that the CPU draws from."""

import math

from numba import float32, float64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.dropout import U, key_of
from tuidl.backends.cuda.kernels.noise import cosine_of_pi, drawn
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device
from tuidl.kernels.diffusion import FIRST, HIGHEST, LAST, OFFSET, QUARTER

WIDE = 1.0 + 2.0 * OFFSET


@device
def _kept(share, schedule):
    """a(s), of 0 <= s <= 1."""
    if schedule == 1:
        return cosine_of_pi(0.5 * (share + OFFSET) / WIDE) / HIGHEST
    return math.exp(-0.5 * share * (FIRST + 0.5 * (LAST - FIRST) * share))


@device
def _slope(share, kept, schedule):
    """The derivative of a by s."""
    if schedule == 1:
        return -cosine_of_pi(0.5 - 0.5 * (share + OFFSET) / WIDE) * QUARTER / (WIDE * HIGHEST)
    return -0.5 * kept * (FIRST + (LAST - FIRST) * share)


@device
def _within(place):
    return min(max(place, 0.0), 1.0)


@device
def _noise(kept):
    """b(s)."""
    return math.sqrt(max(1.0 - kept * kept, 0.0))


@cuda_kernel
def noise_step(y, source, first, width, steps, step_state, block_group):
    """1 / steps, 2 / steps, … 1, by seed, step, ``source`` and place in the batch."""
    key = key_of(step_state, source)
    place = U(first * width)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] = float32((1.0 + math.floor(drawn(place + U(i), key) * steps)) / steps)


@cuda_kernel
def diffuse(x, noise, step, y, schedule, block_group):
    """y = a(step) x + b(step) noise."""
    width = x.shape[1]
    for e in range(start(block_group), x.size, stride(block_group)):
        i, j = e // width, e % width
        kept = _kept(_within(float64(step[i])), schedule)
        y[i, j] = float32(kept) * x[i, j] + float32(_noise(kept)) * noise[i, j]


@cuda_kernel
def diffuse_gradient(x, noise, step, dy, dx, d_noise, d_step, schedule, block_group):
    """A thread works out all of an example."""
    for i in range(start(block_group), x.shape[0], stride(block_group)):
        place = float64(step[i])
        share = _within(place)
        kept = _kept(share, schedule)
        added = _noise(kept)
        slope, other, total = _slope(share, kept, schedule), 0.0, 0.0
        if added > 0.0:
            other = -kept * slope / added
        for j in range(x.shape[1]):
            dx[i, j] = float32(kept) * dy[i, j]
            d_noise[i, j] = float32(added) * dy[i, j]
            total += dy[i, j] * (slope * x[i, j] + other * noise[i, j])
        d_step[i] = float32(total if share == place else 0.0)
