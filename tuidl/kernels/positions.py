"""Positions in a sequence: sines and cosines of them, and their sum with each example; and the same
waves of one number."""

import math

import numpy as np

from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel

LONGEST = 10000.0
"""The waves' lengths go from 2 pi to 2 pi times this (Vaswani et al., 2017)."""


@kernel("nf f -> nf", cost="nf")
def add_to_rows(x, row, y):
    """The same row is added to each row of x."""
    for i in range(x.shape[0]):
        values, sums = x[i], y[i]
        for j in range(row.shape[0]):
            sums[j] = values[j] + row[j]


@kernel("-> td", cost="20td")
def sine_positions(y):
    """Of features 2 i and 2 i + 1 sine and cosine of time / 10000**(2 i / d)."""
    width = y.shape[1]
    for j in range(width):
        rate = LONGEST ** (-(j - j % 2) / width)
        for t in range(y.shape[0]):
            y[t, j] = math.sin(t * rate) if j % 2 == 0 else math.cos(t * rate)


@kernel("n -> nf", cost="20nf")
def sine_encoding(x, y, scale: float):
    """Of features 2 i and 2 i + 1 sine and cosine of scale x / 10000**(2 i / f)."""
    width = y.shape[1]
    for j in range(width):
        rate = scale * LONGEST ** (-(j - j % 2) / width)
        for i in range(x.shape[0]):
            angle = rate * x[i]
            y[i, j] = math.sin(angle) if j % 2 == 0 else math.cos(angle)


@kernel("n nf -> n", cost="20nf")
def sine_encoding_gradient(x, dy, dx, scale: float):
    """Each number gets the sum of dy times the slopes of its waves."""
    width = dy.shape[1]
    for i in range(x.shape[0]):
        total = 0.0
        for j in range(width):
            rate = scale * LONGEST ** (-(j - j % 2) / width)
            angle = rate * x[i]
            slope = math.cos(angle) if j % 2 == 0 else -math.sin(angle)
            total += rate * slope * dy[i, j]
        dx[i] = total


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(add_to_rows)
def add_to_rows_oracle(x, row, y):
    y[...] = x + row


@oracle(sine_positions)
def sine_positions_oracle(y):
    steps, width = y.shape
    features = np.arange(width)
    angles = np.arange(steps)[:, None] / LONGEST ** (features // 2 * 2 / width)
    y[...] = np.where(features % 2, np.cos(angles), np.sin(angles))


def angles_oracle(x, width, scale):
    features = np.arange(width)
    rates = scale / LONGEST ** (features // 2 * 2 / width)
    return rates, x.astype(np.float64)[:, None] * rates, features % 2 == 1


@oracle(sine_encoding)
def sine_encoding_oracle(x, y, scale):
    _, angles, is_odd = angles_oracle(x, y.shape[1], scale)
    y[...] = np.where(is_odd, np.cos(angles), np.sin(angles))


@oracle(sine_encoding_gradient)
def sine_encoding_gradient_oracle(x, dy, dx, scale):
    rates, angles, is_odd = angles_oracle(x, dy.shape[1], scale)
    dx[...] = (rates * np.where(is_odd, -np.sin(angles), np.cos(angles)) * dy).sum(axis=1)
