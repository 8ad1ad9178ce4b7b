"""Positions in a sequence on the GPU: sines and cosines, and their sum with each example; and the
same waves of one number."""

import math

from numba import float32

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device
from tuidl.kernels.positions import LONGEST

TERMS = 11
"""Of the sine's series: from -pi to pi the next one is below 1e-9."""


@device
def _sine(angle):
    """The library's own keeps numbers in local memory, which is slow."""
    turn = 2 * math.pi
    x = angle - turn * math.floor(angle / turn + 0.5)
    term, total = x, x
    for k in range(1, TERMS):
        term *= -x * x / (2 * k * (2 * k + 1))
        total += term
    return float32(total)


@cuda_kernel
def add_to_rows(x, row, y, block_group):
    """The same row is added to each row of x."""
    width = row.shape[0]
    for e in range(start(block_group), x.size, stride(block_group)):
        y.flat[e] = x.flat[e] + row[e % width]


@cuda_kernel
def sine_positions(y, block_group):
    """Of features 2 i and 2 i + 1 sine and cosine of time / 10000**(2 i / d)."""
    width = y.shape[1]
    for e in range(start(block_group), y.size, stride(block_group)):
        t, j = e // width, e % width
        angle = t * math.exp(-math.log(LONGEST) * (j - j % 2) / width)
        y.flat[e] = _sine(angle if j % 2 == 0 else angle + 0.5 * math.pi)


@device
def _rate(j, width, scale):
    return scale * math.exp(-math.log(LONGEST) * (j - j % 2) / width)


@cuda_kernel
def sine_encoding(x, y, scale, block_group):
    """Of features 2 i and 2 i + 1 sine and cosine of scale x / 10000**(2 i / f)."""
    width = y.shape[1]
    for e in range(start(block_group), y.size, stride(block_group)):
        i, j = e // width, e % width
        angle = _rate(j, width, scale) * x[i]
        y.flat[e] = _sine(angle if j % 2 == 0 else angle + 0.5 * math.pi)


@cuda_kernel
def sine_encoding_gradient(x, dy, dx, scale, block_group):
    """A thread adds up what is for a number."""
    width = dy.shape[1]
    for i in range(start(block_group), x.shape[0], stride(block_group)):
        total = 0.0
        for j in range(width):
            rate = _rate(j, width, scale)
            angle = rate * x[i] + 0.5 * math.pi
            total += rate * _sine(angle if j % 2 == 0 else angle + 0.5 * math.pi) * dy[i, j]
        dx[i] = float32(total)
