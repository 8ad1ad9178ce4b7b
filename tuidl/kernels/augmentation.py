"""Augmentation: examples that training sees a little changed, by counters.

What is done to an example depends on the seed, the epoch and the example's own number, by the
mixing of ``dropout.py``: the same in batches of any size and beside any other examples, on any
number of shards or threads and on every backend, and again where a run goes on. The number stands
in the example's row of targets, from ``column`` on, in two parts (``compiler/augmentation.py``).
"""

import math

import numpy as np

from tuidl.kernels.dropout import GOLDEN, U, mixed, mixed_oracle
from tuidl.kernels.jit import device_function
from tuidl.kernels.noise import SECOND, SHARE, drawn, normal_at
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.step_state import EPOCH, SEED

HALF = 1 << 16
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


@device_function
def _key_of(step_state, source):
    """Of an epoch."""
    return mixed(mixed(mixed(U(step_state[SEED])) ^ U(step_state[EPOCH])) ^ U(source))


@device_function
def _own_key(key, targets, column):
    """Of an example."""
    number = U(np.int64(targets[column]) + HALF * np.int64(targets[column + 1]))
    return mixed(mixed(U(number * GOLDEN)) ^ key)


@kernel("nhwc nf -> nhwc", cost="20nhwc")
def augment_images(x, targets, y, flip, shift, crop: float, source, column, step_state):
    """Each picture changed by chance: mirrored or upside down in half of the cases each, as the
    bits of ``flip`` allow; moved by up to ``shift`` whole pixels along both axes; cut down to a
    window of at least ``crop`` of its sides, which is scaled to the size of the picture.

    ``source`` is a number of this instruction's own.
    """
    epoch_key = _key_of(step_state, source)
    for i in range(x.shape[0]):
        key = _own_key(epoch_key, targets[i], column)
        mirrored = (flip & MIRRORED) != 0 and drawn(U(0), key) < 0.5
        upside_down = (flip & UPSIDE_DOWN) != 0 and drawn(U(1), key) < 0.5
        down, right = _shifted(U(2), key, shift), _shifted(U(3), key, shift)
        if crop >= 1.0:
            _copy_moved(x[i], y[i], down, right, upside_down, mirrored)
        else:
            scale = 1.0 - (1.0 - crop) * drawn(U(4), key)
            top = drawn(U(5), key) * x.shape[1] * (1.0 - scale) + down
            left = drawn(U(6), key) * x.shape[2] * (1.0 - scale) + right
            _copy_scaled(x[i], y[i], top, left, scale, upside_down, mirrored)


@device_function
def _nearest(place, extent):
    """The pixel along an axis that lies nearest to a place between two."""
    inside = min(max(place, 0.0), extent - 1.0)
    before = math.floor(inside)
    return before + 1 if inside - before >= 0.5 else before


@kernel("nf -> nf", cost="20nf")
def augment_masks(targets, y, height, width, flip, shift, crop: float, source, column, step_state):
    """Masks moved as ``augment_images`` moves their pictures, where ``source`` is the same; of a
    scaled window each pixel is the nearest one.

    Up to ``column`` a row of ``targets`` holds values of the pixels, one or several times
    ``height`` x ``width`` (classes, weights); what follows stays as it is.
    """
    epoch_key, size = _key_of(step_state, source), height * width
    for i in range(targets.shape[0]):
        key = _own_key(epoch_key, targets[i], column)
        mirrored = (flip & MIRRORED) != 0 and drawn(U(0), key) < 0.5
        upside_down = (flip & UPSIDE_DOWN) != 0 and drawn(U(1), key) < 0.5
        top, left = 0.0 + _shifted(U(2), key, shift), 0.0 + _shifted(U(3), key, shift)
        scale = 1.0
        if crop < 1.0:
            scale = 1.0 - (1.0 - crop) * drawn(U(4), key)
            top += drawn(U(5), key) * height * (1.0 - scale)
            left += drawn(U(6), key) * width * (1.0 - scale)
        for p in range(height):
            row = height - 1 - p if upside_down else p
            row = _nearest(top + (row + 0.5) * scale - 0.5, height)
            for q in range(width):
                from_left = width - 1 - q if mirrored else q
                from_left = _nearest(left + (from_left + 0.5) * scale - 0.5, width)
                for start in range(0, column, size):
                    y[i, start + p * width + q] = targets[i, start + row * width + from_left]
        for j in range(column, targets.shape[1]):
            y[i, j] = targets[i, j]


@kernel("nk nf -> nk", cost="40nk")
def add_noise(x, targets, y, deviation: float, source, column, step_state):
    """Normal noise of this ``deviation`` on top (Box and Muller, 1958)."""
    epoch_key = _key_of(step_state, source)
    for i in range(y.shape[0]):
        key = _own_key(epoch_key, targets[i], column)
        other = mixed(key ^ SECOND)
        for j in range(y.shape[1]):
            y[i, j] = x[i, j] + deviation * normal_at(U(j), key, other)


# --- the definition in plain NumPy ----------------------------------------------------------------


def _keys_oracle(targets, source, column, step_state):
    """(examples,) a key for each."""
    key = np.zeros(1, np.uint32)
    for part in (step_state[SEED], step_state[EPOCH], source):
        key = mixed_oracle(key ^ np.uint32(part))
    numbers = (targets[:, column] + 65536.0 * targets[:, column + 1]).astype(np.uint64)
    return mixed_oracle(mixed_oracle(numbers.astype(np.uint32) * np.uint32(0x9E3779B9)) ^ key)


def _drawn_oracle(keys, count):
    """(examples, count) in (0, 1)."""
    place, key = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9), keys[:, None]
    return (mixed_oracle(mixed_oracle(place + key) ^ key) + 0.5) * SHARE


def _between_oracle(size, offset, scale, is_flipped):
    """The two pixels along an axis that each new one lies between, and how far from the first."""
    place = np.arange(size)[::-1] if is_flipped else np.arange(size)
    place = np.clip(offset + (place + 0.5) * scale - 0.5, 0, size - 1)
    before = np.floor(place).astype(int)
    return before, np.minimum(before + 1, size - 1), place - before


def _moved_oracle(keys, height, width, flip, shift, crop):
    """Of each example what ``_between_oracle`` says of its rows and of its columns."""
    for draws in _drawn_oracle(keys, 7):
        mirrored, upside_down = flip & 1 and draws[0] < 0.5, flip & 2 and draws[1] < 0.5
        down, right = np.floor(draws[2:4] * (2 * shift + 1)) - shift
        scale = 1 - (1 - crop) * draws[4]
        top, left = draws[5] * height * (1 - scale) + down, draws[6] * width * (1 - scale) + right
        rows = _between_oracle(height, top, scale, upside_down)
        yield rows, _between_oracle(width, left, scale, mirrored)


@oracle(augment_images)
def augment_images_oracle(x, targets, y, flip, shift, crop, source, column, step_state):
    _, height, width, _ = x.shape
    keys = _keys_oracle(targets, source, column, step_state)
    for i, axes in enumerate(_moved_oracle(keys, height, width, flip, shift, crop)):
        (r0, r1, low), (c0, c1, far) = axes
        low, far = low[:, None, None], far[:, None]
        above = x[i][r0][:, c0] * (1 - far) + x[i][r0][:, c1] * far
        below = x[i][r1][:, c0] * (1 - far) + x[i][r1][:, c1] * far
        y[i] = above * (1 - low) + below * low


@oracle(augment_masks)
def augment_masks_oracle(targets, y, height, width, flip, shift, crop, source, column, step_state):
    y[...] = targets
    keys = _keys_oracle(targets, source, column, step_state)
    for i, axes in enumerate(_moved_oracle(keys, height, width, flip, shift, crop)):
        (r0, r1, low), (c0, c1, far) = axes
        rows, columns = np.where(low < 0.5, r0, r1), np.where(far < 0.5, c0, c1)
        masks = targets[i, :column].reshape(-1, height, width)
        y[i, :column] = masks[:, rows][:, :, columns].reshape(-1)


@oracle(add_noise)
def add_noise_oracle(x, targets, y, deviation, source, column, step_state):
    keys = _keys_oracle(targets, source, column, step_state)
    radius = np.sqrt(-2 * np.log(_drawn_oracle(keys, x.shape[1])))
    angle = 2 * np.pi * _drawn_oracle(mixed_oracle(keys ^ np.uint32(SECOND)), x.shape[1])
    y[...] = x + deviation * radius * np.cos(angle)
