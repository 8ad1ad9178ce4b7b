"""Positions in a sequence: sines and cosines of them, and their sum with each example."""

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
