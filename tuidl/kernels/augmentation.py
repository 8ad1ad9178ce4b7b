"""Augmentation: examples that training sees a little changed, by counters.

What is done to an example depends on the seed, the step and its place in the batch, as dropout's
masks do (see ``noise.py``): the same on any number of shards or threads and on every backend, and
again where a run goes on.
"""

import math

import numpy as np

from tuidl.kernels.dropout import U, mixed, mixed_oracle
from tuidl.kernels.jit import device_function
from tuidl.kernels.noise import SECOND, SHARE, drawn, drawn_oracle, key_of, key_oracle
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel

DRAWS = U(8)
"""Numbers that are drawn for each picture, some of them spare."""
MIRRORED, UPSIDE_DOWN = 1, 2
"""Bits of ``flip``: columns, rows."""


@device_function
def _inside(place, extent):
    """The nearest pixel along an axis, for places that lie outside."""
    return min(max(place, 0), extent - 1)


@device_function
def _shifted(number, key, shift):
    """A whole number from -shift to shift."""
    return math.floor(drawn(number, key) * (2 * shift + 1)) - shift


@device_function
def _copy_moved(x, y, down, right, upside_down, mirrored):
    """One picture moved by whole pixels; those at its border are repeated."""
    height, width = x.shape[0], x.shape[1]
    for p in range(height):
        row = _inside((height - 1 - p if upside_down else p) + down, height)
        for q in range(width):
            column = _inside((width - 1 - q if mirrored else q) + right, width)
            for c in range(x.shape[2]):
                y[p, q, c] = x[row, column, c]


@device_function
def _copy_scaled(x, y, top, left, scale, upside_down, mirrored):
    """A window of one picture, from (``top``, ``left``) on, between the pixels linearly."""
    height, width = x.shape[0], x.shape[1]
    for p in range(height):
        flipped = height - 1 - p if upside_down else p
        row = min(max(top + (flipped + 0.5) * scale - 0.5, 0.0), height - 1.0)
        upper = math.floor(row)
        lower, down = min(upper + 1, height - 1), row - upper
        for q in range(width):
            flipped = width - 1 - q if mirrored else q
            column = min(max(left + (flipped + 0.5) * scale - 0.5, 0.0), width - 1.0)
            first = math.floor(column)
            last, right = min(first + 1, width - 1), column - first
            for c in range(x.shape[2]):
                above = x[upper, first, c] * (1.0 - right) + x[upper, last, c] * right
                below = x[lower, first, c] * (1.0 - right) + x[lower, last, c] * right
                y[p, q, c] = above * (1.0 - down) + below * down


@kernel("nhwc -> nhwc", cost="20nhwc")
def augment_images(x, y, flip, shift, crop: float, source, first, step_state):
    """Each picture changed by chance: mirrored or upside down in half of the cases each, as the
    bits of ``flip`` allow; moved by up to ``shift`` whole pixels along both axes; cut down to a
    window of at least ``crop`` of its sides, which is scaled to the size of the picture.

    x[0] is the batch's example number ``first``; ``source`` is a number of this instruction's own.
    """
    key = key_of(step_state, source)
    for i in range(x.shape[0]):
        at = U(U(first + i) * DRAWS)
        mirrored = (flip & MIRRORED) != 0 and drawn(at, key) < 0.5
        upside_down = (flip & UPSIDE_DOWN) != 0 and drawn(U(at + U(1)), key) < 0.5
        down, right = _shifted(U(at + U(2)), key, shift), _shifted(U(at + U(3)), key, shift)
        if crop >= 1.0:
            _copy_moved(x[i], y[i], down, right, upside_down, mirrored)
        else:
            scale = 1.0 - (1.0 - crop) * drawn(U(at + U(4)), key)
            top = drawn(U(at + U(5)), key) * x.shape[1] * (1.0 - scale) + down
            left = drawn(U(at + U(6)), key) * x.shape[2] * (1.0 - scale) + right
            _copy_scaled(x[i], y[i], top, left, scale, upside_down, mirrored)


@kernel("e -> e", cost="40e")
def add_noise(x, y, deviation: float, source, first, width, step_state):
    """Normal noise of this ``deviation`` on top; operands as of ``noise_normal``."""
    key = key_of(step_state, source)
    other = mixed(key ^ SECOND)
    start = U(first * width)
    for i in range(y.shape[0]):
        radius = math.sqrt(-2.0 * math.log(drawn(U(start + U(i)), key)))
        y[i] = x[i] + deviation * radius * math.cos(2.0 * math.pi * drawn(U(start + U(i)), other))


# --- the definition in plain NumPy ----------------------------------------------------------------


def _draws_oracle(count, key, first):
    """(count, 8) in (0, 1): a row for each picture."""
    place = np.arange(first * 8, (first + count) * 8, dtype=np.uint64).astype(np.uint32)
    bits = mixed_oracle(mixed_oracle(place * np.uint32(0x9E3779B9) + key) ^ key)
    return ((bits + 0.5) * SHARE).reshape(count, 8)


def _between_oracle(size, offset, scale, is_flipped):
    """The two pixels along an axis that each new one lies between, and how far from the first."""
    place = np.arange(size)[::-1] if is_flipped else np.arange(size)
    place = np.clip(offset + (place + 0.5) * scale - 0.5, 0, size - 1)
    before = np.floor(place).astype(int)
    return before, np.minimum(before + 1, size - 1), place - before


@oracle(augment_images)
def augment_images_oracle(x, y, flip, shift, crop, source, first, step_state):
    count, height, width, _ = x.shape
    for i, draws in enumerate(_draws_oracle(count, key_oracle(step_state, source), first)):
        mirrored, upside_down = flip & 1 and draws[0] < 0.5, flip & 2 and draws[1] < 0.5
        down, right = np.floor(draws[2:4] * (2 * shift + 1)) - shift
        scale = 1 - (1 - crop) * draws[4]
        top, left = draws[5] * height * (1 - scale) + down, draws[6] * width * (1 - scale) + right
        r0, r1, low = _between_oracle(height, top, scale, upside_down)
        c0, c1, far = _between_oracle(width, left, scale, mirrored)
        low, far = low[:, None, None], far[:, None]
        above = x[i][r0][:, c0] * (1 - far) + x[i][r0][:, c1] * far
        below = x[i][r1][:, c0] * (1 - far) + x[i][r1][:, c1] * far
        y[i] = above * (1 - low) + below * low


@oracle(add_noise)
def add_noise_oracle(x, y, deviation, source, first, width, step_state):
    key = key_oracle(step_state, source)
    radius = np.sqrt(-2 * np.log(drawn_oracle(y, key, first, width)))
    angle = 2 * np.pi * drawn_oracle(y, mixed_oracle(key ^ np.uint32(SECOND)), first, width)
    y[...] = x + deviation * radius * np.cos(angle)
