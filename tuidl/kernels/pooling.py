"""Pooling over windows of an image; what lies outside the image counts for nothing."""

import numpy as np

from tuidl.kernels.elementary import ONE
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import add_windows, oracle, windows_of
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.intrinsics import data_of, flat
from tuidl.kernels.simd.max_pool import give_to_winners, largest_of_windows
from tuidl.kernels.simd.memory import clear_values
from tuidl.kernels.simd.sums import sum_lines
from tuidl.kernels.simd.windows import Images, Windows

MANY = 64
"""Pixels of a window up to which their sum may be a float32."""


@device_function
def _average_many(x, y, size, stride, before):
    """``average_pool2d`` where a window has so many pixels that their sum must not be a float32."""
    _, height, width, channels = x.shape
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            top = p * stride[0] - before[0]
            first, last = max(top, 0), min(top + size[0], height)
            for q in range(y.shape[2]):
                left = q * stride[1] - before[1]
                start, end = max(left, 0), min(left + size[1], width)
                place = ((n * height + first) * width + start) * channels
                out = y[n, p, q]
                sum_lines(x, place, last - first, width, end - start, out)
                for c in range(channels):
                    out[c] = out[c] / ((last - first) * (end - start))


@kernel("nhwc -> npqc npqc", cost="4npqc", inline=True)
def max_pool2d(x, y, winner, size_y, size_x, stride_y, stride_x, top, left, rectified):
    """The largest value of each window; ``winner`` keeps its place there, the first of equals.

    Where ``rectified`` is 1, as if ReLU came first: a largest value of 0 or less becomes 0, and has
    no winner: -1.
    """
    (examples, height, width, channels), (_, down, across, _) = x.shape, y.shape
    shape = Images(examples, height, width, channels, down, across)
    sizes = Windows(size_y, size_x, stride_y, stride_x, top, left)
    largest_of_windows(data_of(x), shape, sizes, data_of(y), data_of(winner), rectified)


@kernel("npqc npqc -> nhwc", cost="4npqc", inline=True)
def max_pool2d_gradient(winner, dy, dx, size_y, size_x, stride_y, stride_x, top, left):
    """The gradient of each window goes to its winner; windows that tile the image just write it."""
    (examples, height, width, channels), (_, down, across, _) = dx.shape, dy.shape
    is_tiled = size_y == stride_y and size_x == stride_x
    covers = down * size_y >= height + top and across * size_x >= width + left
    if not (is_tiled and covers):
        clear_values(flat(dx))
    shape = Images(examples, height, width, channels, down, across)
    sizes, adds = Windows(size_y, size_x, stride_y, stride_x, top, left), 0 if is_tiled else 1
    give_to_winners(data_of(winner), data_of(dy), data_of(dx), shape, sizes, adds)


@kernel("nhwc -> npqc", cost="4npqc")
def average_pool2d(x, y, size_y, size_x, stride_y, stride_x, top, left):
    """The mean of each window's pixels that lie inside the image."""
    if size_y * size_x > MANY:
        _average_many(x, y, (size_y, size_x), (stride_y, stride_x), (top, left))
        return
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            rows = range(max(p * stride_y - top, 0), min(p * stride_y - top + size_y, x.shape[1]))
            for q in range(y.shape[2]):
                start = q * stride_x - left
                columns = range(max(start, 0), min(start + size_x, x.shape[2]))
                out = y[n, p, q]
                out[:] = 0
                for row in rows:
                    for column in columns:
                        value = x[n, row, column]
                        for c in range(out.shape[0]):
                            out[c] += value[c]
                share = ONE / y.dtype.type(len(rows) * len(columns))
                for c in range(out.shape[0]):
                    out[c] *= share


@kernel("npqc -> nhwc", cost="4npqc")
def average_pool2d_gradient(dy, dx, size_y, size_x, stride_y, stride_x, top, left):
    """The gradient of each window is divided equally among its pixels; windows that tile the image
    just write it."""
    (_, height, width, channels), (_, down, across, _) = dx.shape, dy.shape
    is_tiled = size_y == stride_y and size_x == stride_x
    covers = down * size_y >= height + top and across * size_x >= width + left
    if not (is_tiled and covers):
        clear_values(flat(dx))
    for n in range(dy.shape[0]):
        for p in range(down):
            rows = range(max(p * stride_y - top, 0), min(p * stride_y - top + size_y, height))
            for q in range(across):
                start = q * stride_x - left
                columns = range(max(start, 0), min(start + size_x, width))
                share = ONE / dx.dtype.type(len(rows) * len(columns))
                d = dy[n, p, q]
                for row in rows:
                    for column in columns:
                        target = dx[n, row, column]
                        if is_tiled:
                            for c in range(channels):
                                target[c] = d[c] * share
                        else:
                            for c in range(channels):
                                target[c] += d[c] * share


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(max_pool2d)
def max_pool2d_oracle(x, y, winner, size_y, size_x, stride_y, stride_x, top, left, rectified):
    strides, before = (stride_y, stride_x), (top, left)
    seen = windows_of(x, (size_y, size_x), strides, before, y.shape[1:3], fill=-np.inf)
    flat = seen.reshape(*seen.shape[:3], size_y * size_x, seen.shape[-1])
    y[...] = flat.max(axis=3)
    winner[...] = flat.argmax(axis=3)
    if rectified:
        winner[y <= 0] = -1
        y[y <= 0] = 0


@oracle(max_pool2d_gradient)
def max_pool2d_gradient_oracle(winner, dy, dx, size_y, size_x, stride_y, stride_x, top, left):
    place = np.arange(size_y * size_x).reshape(size_y, size_x)[:, :, None]
    patches = (winner[:, :, :, None, None, :] == place) * dy[:, :, :, None, None, :]
    add_windows(patches, dx, (stride_y, stride_x), (top, left))


def _inside(x, y, size, strides, before):
    """(1, p, q, 1): how many pixels of each window lie inside the image."""
    ones = np.ones((1, *x.shape[1:3], 1))
    seen = windows_of(ones, size, strides, before, y.shape[1:3])
    return np.asarray(seen.sum(axis=(3, 4)))


@oracle(average_pool2d)
def average_pool2d_oracle(x, y, size_y, size_x, stride_y, stride_x, top, left):
    strides, before = (stride_y, stride_x), (top, left)
    seen = windows_of(x, (size_y, size_x), strides, before, y.shape[1:3])
    y[...] = seen.sum(axis=(3, 4), dtype=np.float64) / _inside(
        x, y, (size_y, size_x), strides, before
    )


@oracle(average_pool2d_gradient)
def average_pool2d_gradient_oracle(dy, dx, size_y, size_x, stride_y, stride_x, top, left):
    strides, before = (stride_y, stride_x), (top, left)
    share = dy / _inside(dx, dy, (size_y, size_x), strides, before)
    patches = np.broadcast_to(
        share[:, :, :, None, None, :], (*dy.shape[:3], size_y, size_x, dy.shape[3])
    )
    add_windows(patches, dx, strides, before)
