"""Images made larger: each pixel repeated, or lines drawn between the middles of pixels."""

import numpy as np

from tuidl.kernels.elementary import ONE
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.intrinsics import data_of, flat, pointer_at
from tuidl.kernels.simd.memory import copy_values
from tuidl.kernels.simd.squares import Sides, sum_square


@device_function
def _between(place, factor, length):
    """The two pixels that pixel ``place`` of the larger image lies between, and the second one's
    share in 1 / (2 factor): at (place + 1/2) / factor - 1/2 of the smaller one, not before 0."""
    reach = max(2 * place + 1 - factor, 0)
    low = reach // (2 * factor)
    return low, min(low + 1, length - 1), reach - 2 * factor * low


@kernel("nhwc -> npqc", cost="npqc")
def upsample2d_nearest(x, y, factor_y, factor_x):
    """y[n, p, q] = x[n, p // factor_y, q // factor_x]."""
    _, height, width, _ = x.shape
    for n in range(x.shape[0]):
        for row in range(height):
            first = y[n, row * factor_y]
            for column in range(width):
                pixel = x[n, row, column]
                for q in range(column * factor_x, (column + 1) * factor_x):
                    copy_values(first[q], pixel)
            for p in range(row * factor_y + 1, (row + 1) * factor_y):
                copy_values(flat(y[n, p]), flat(first))


@kernel("npqc -> nhwc", cost="npqc")
def upsample2d_nearest_gradient(dy, dx, factor_y, factor_x):
    """dx: the sum over what each pixel became."""
    _, height, width, channels = dx.shape
    line, size = width * factor_x * channels, dy.shape[1] * dy.shape[2] * channels
    for n in range(dx.shape[0]):
        for row in range(height):
            for column in range(width):
                pixel = (row * factor_y * width + column) * factor_x
                square = pointer_at(data_of(dy), n * size + pixel * channels)
                sides = Sides(factor_y, line, factor_x, channels)
                sum_square(data_of(dx[n, row, column]), square, sides, channels)


@kernel("nhwc -> npqc", cost="8npqc")
def upsample2d_bilinear(x, y, factor_y, factor_x):
    """y: the mean of the four pixels around, by how near they are."""
    _, height, width, channels = x.shape
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            upper, lower, down = _between(p, factor_y, height)
            below = x.dtype.type(down) / x.dtype.type(2 * factor_y)
            above = ONE - below
            for q in range(y.shape[2]):
                left, right, across = _between(q, factor_x, width)
                behind = x.dtype.type(across) / x.dtype.type(2 * factor_x)
                before = ONE - behind
                a, b = x[n, upper, left], x[n, upper, right]
                c, d = x[n, lower, left], x[n, lower, right]
                out = y[n, p, q]
                for k in range(channels):
                    top = before * a[k] + behind * b[k]
                    out[k] = above * top + below * (before * c[k] + behind * d[k])


@kernel("npqc -> nhwc", cost="8npqc")
def upsample2d_bilinear_gradient(dy, dx, factor_y, factor_x):
    """dx: each pixel's shares of what lies around it."""
    _, height, width, channels = dx.shape
    dx[:] = 0
    for n in range(dy.shape[0]):
        for p in range(dy.shape[1]):
            upper, lower, down = _between(p, factor_y, height)
            below = dx.dtype.type(down) / dx.dtype.type(2 * factor_y)
            above = ONE - below
            for q in range(dy.shape[2]):
                left, right, across = _between(q, factor_x, width)
                behind = dx.dtype.type(across) / dx.dtype.type(2 * factor_x)
                before = ONE - behind
                d = dy[n, p, q]
                for k in range(channels):  # one after the other: the four may be the same pixel
                    dx[n, upper, left, k] += above * before * d[k]
                    dx[n, upper, right, k] += above * behind * d[k]
                    dx[n, lower, left, k] += below * before * d[k]
                    dx[n, lower, right, k] += below * behind * d[k]


# --- the definition in plain NumPy ----------------------------------------------------------------


def _matrix(length, factor):
    """(larger, smaller): how much of each pixel along an axis is in each of the larger image."""
    place = np.maximum((np.arange(length * factor) + 0.5) / factor - 0.5, 0)
    low = place.astype(int)
    shares = np.zeros((length * factor, length))
    for p, (at, first) in enumerate(zip(place, low, strict=True)):
        shares[p, first] += 1 - (at - first)
        shares[p, min(first + 1, length - 1)] += at - first
    return shares


@oracle(upsample2d_nearest)
def upsample2d_nearest_oracle(x, y, factor_y, factor_x):
    y[...] = x.repeat(factor_y, axis=1).repeat(factor_x, axis=2)


@oracle(upsample2d_nearest_gradient)
def upsample2d_nearest_gradient_oracle(dy, dx, factor_y, factor_x):
    n, height, width, channels = dx.shape
    parts = dy.reshape(n, height, factor_y, width, factor_x, channels)
    dx[...] = parts.sum(axis=(2, 4))


@oracle(upsample2d_bilinear)
def upsample2d_bilinear_oracle(x, y, factor_y, factor_x):
    down, across = _matrix(x.shape[1], factor_y), _matrix(x.shape[2], factor_x)
    y[...] = np.einsum("ph,qw,nhwc->npqc", down, across, x, optimize=True)


@oracle(upsample2d_bilinear_gradient)
def upsample2d_bilinear_gradient_oracle(dy, dx, factor_y, factor_x):
    down, across = _matrix(dx.shape[1], factor_y), _matrix(dx.shape[2], factor_x)
    dx[...] = np.einsum("ph,qw,npqc->nhwc", down, across, dy, optimize=True)
