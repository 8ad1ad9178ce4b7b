"""Augmentation on the GPU, by the counters of the CPU; a thread works out one number at a time."""

import math

from numba import float32, float64, int64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.dropout import GOLDEN, U, mixed
from tuidl.backends.cuda.kernels.noise import SECOND, cosine_of_pi, drawn
from tuidl.backends.cuda.kernels.pooling import place_of
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device
from tuidl.kernels.step_state import EPOCH, SEED

HALF = 1 << 16
MIRRORED, UPSIDE_DOWN = 1, 2


@device
def _shifted(number, key, shift):
    """A whole number from -shift to shift."""
    return math.floor(drawn(number, key) * float64(2 * shift + 1)) - shift


@device
def _key_of(targets, i, source, column, step_state):
    """Of an example in an epoch."""
    key = mixed(mixed(mixed(U(step_state[SEED])) ^ U(step_state[EPOCH])) ^ U(source))
    number = int64(targets[i, column]) + HALF * int64(targets[i, column + 1])
    return mixed(mixed(U(U(number) * GOLDEN)) ^ key)


@device
def _window(key, crop, number, size):
    """Where a window begins along an axis, and its share of the picture."""
    scale = 1.0 - (1.0 - crop) * drawn(U(4), key)
    return drawn(U(number), key) * float64(size) * (1.0 - scale), scale


@device
def _source(key, axis, flips, shift, crop, number, size):
    """Where pixel ``number`` along an axis comes from: between which two pixels, and how far from
    the first. ``axis``: 0 for columns, 1 for rows."""
    flipped = number
    if flips != 0 and drawn(U(axis), key) < 0.5:
        flipped = size - 1 - number
    moved = _shifted(U(3 - axis), key, shift)
    offset, scale = 0.0, 1.0
    if crop < 1.0:
        offset, scale = _window(key, crop, 6 - axis, size)
    place = offset + float64(moved) + (float64(flipped) + 0.5) * scale - 0.5
    place = min(max(place, 0.0), float64(size - 1))
    before = int64(math.floor(place))
    return before, min(before + 1, size - 1), place - float64(before)


@cuda_kernel
def augment_images(x, targets, y, flip, shift, crop, source, column, step_state, block_group):
    """Each picture mirrored, moved and cut down by chance; the border's pixels are repeated."""
    for e in range(start(block_group), y.size, stride(block_group)):
        n, p, q, c = place_of(e, y.shape)
        key = _key_of(targets, n, source, column, step_state)
        upper, lower, down = _source(key, 1, flip & UPSIDE_DOWN, shift, crop, p, x.shape[1])
        left, right, far = _source(key, 0, flip & MIRRORED, shift, crop, q, x.shape[2])
        above = float64(x[n, upper, left, c]) * (1.0 - far) + float64(x[n, upper, right, c]) * far
        below = float64(x[n, lower, left, c]) * (1.0 - far) + float64(x[n, lower, right, c]) * far
        y.flat[e] = float32(above * (1.0 - down) + below * down)


@cuda_kernel
def augment_masks(
    targets, y, height, width, flip, shift, crop, source, column, step_state, block_group
):
    """The nearest pixels of masks, moved as their pictures are."""
    for e in range(start(block_group), y.size, stride(block_group)):
        i, j = e // y.shape[1], e % y.shape[1]
        if j < column:
            p, q = j % (height * width) // width, j % width
            key = _key_of(targets, i, source, column, step_state)
            upper, lower, down = _source(key, 1, flip & UPSIDE_DOWN, shift, crop, p, height)
            left, right, far = _source(key, 0, flip & MIRRORED, shift, crop, q, width)
            row, place = (upper if down < 0.5 else lower), (left if far < 0.5 else right)
            y[i, j] = targets[i, j - p * width - q + row * width + place]
        else:
            y[i, j] = targets[i, j]


@cuda_kernel
def add_noise(x, targets, y, deviation, source, column, step_state, block_group):
    """Normal noise on top."""
    for e in range(start(block_group), y.size, stride(block_group)):
        i, j = e // y.shape[1], e % y.shape[1]
        key = _key_of(targets, i, source, column, step_state)
        other = mixed(key ^ SECOND)
        radius = math.sqrt(-2.0 * math.log(drawn(U(j), key)))
        noise = radius * cosine_of_pi(2.0 * drawn(U(j), other))
        y[i, j] = float32(float64(x[i, j]) + float64(deviation) * noise)
