"""Augmentation on the GPU, by the counters of the CPU; a thread works out one number at a time."""

import math

from numba import float32, float64, int64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.dropout import U, key_of, mixed
from tuidl.backends.cuda.kernels.noise import SECOND, cosine_of_pi, drawn
from tuidl.backends.cuda.kernels.pooling import place_of
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device

DRAWS = 8
MIRRORED, UPSIDE_DOWN = 1, 2


@device
def _shifted(number, key, shift):
    """A whole number from -shift to shift."""
    return math.floor(drawn(number, key) * float64(2 * shift + 1)) - shift


@device
def _window(at, key, crop, number, size):
    """Where a window begins along an axis, and its share of the picture."""
    scale = 1.0 - (1.0 - crop) * drawn(at + U(4), key)
    return drawn(at + U(number), key) * float64(size) * (1.0 - scale), scale


@device
def _source(at, key, axis, flips, shift, crop, number, size):
    """Where pixel ``number`` along an axis comes from: between which two pixels, and how far from
    the first. ``axis``: 0 for columns, 1 for rows."""
    flipped = number
    if flips != 0 and drawn(at + U(axis), key) < 0.5:
        flipped = size - 1 - number
    moved = _shifted(at + U(3 - axis), key, shift)
    offset, scale = 0.0, 1.0
    if crop < 1.0:
        offset, scale = _window(at, key, crop, 6 - axis, size)
    place = offset + float64(moved) + (float64(flipped) + 0.5) * scale - 0.5
    place = min(max(place, 0.0), float64(size - 1))
    before = int64(math.floor(place))
    return before, min(before + 1, size - 1), place - float64(before)


@cuda_kernel
def augment_images(x, y, flip, shift, crop, source, first, step_state, block_group):
    """Each picture mirrored, moved and cut down by chance; the border's pixels are repeated."""
    key = key_of(step_state, source)
    for e in range(start(block_group), y.size, stride(block_group)):
        n, p, q, c = place_of(e, y.shape)
        at = U((first + n) * DRAWS)
        upper, lower, down = _source(at, key, 1, flip & UPSIDE_DOWN, shift, crop, p, x.shape[1])
        left, right, far = _source(at, key, 0, flip & MIRRORED, shift, crop, q, x.shape[2])
        above = float64(x[n, upper, left, c]) * (1.0 - far) + float64(x[n, upper, right, c]) * far
        below = float64(x[n, lower, left, c]) * (1.0 - far) + float64(x[n, lower, right, c]) * far
        y.flat[e] = float32(above * (1.0 - down) + below * down)


@cuda_kernel
def add_noise(x, y, deviation, source, first, width, step_state, block_group):
    """Normal noise on top; operands as of ``noise_normal``."""
    key = key_of(step_state, source)
    other = mixed(key ^ SECOND)
    place = U(first * width)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        radius = math.sqrt(-2.0 * math.log(drawn(place + U(i), key)))
        noise = radius * cosine_of_pi(2.0 * drawn(place + U(i), other))
        y[i] = float32(float64(x[i]) + float64(deviation) * noise)
