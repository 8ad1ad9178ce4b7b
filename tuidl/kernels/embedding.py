"""Embedding: a learned vector for each of a number of words."""

import math

import numpy as np

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.memory import copy_values


@kernel("e kd -> ed")
def embedding(x, table, y):
    """Row number x[i] of the table; a number that is no row's gives NaN, so that it is noticed."""
    for i in range(x.shape[0]):
        number = math.floor(x[i] + 0.5) if x[i] == x[i] else -1
        if 0 <= number < table.shape[0]:
            copy_values(y[i], table[number])
        else:
            y[i][:] = math.nan


@kernel("e ed -> kd", cost="ed")
def embedding_gradient(x, dy, d_table):
    """Each row's gradient is the sum over the places where it was read."""
    d_table[:] = ZERO
    for i in range(x.shape[0]):
        number = math.floor(x[i] + 0.5) if x[i] == x[i] else -1
        if 0 <= number < d_table.shape[0]:
            row, d = d_table[number], dy[i]
            for j in range(row.shape[0]):
                row[j] += d[j]


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(embedding)
def embedding_oracle(x, table, y):
    number = np.floor(x + 0.5)
    known = (number >= 0) & (number < len(table))
    y[...] = np.nan
    y[known] = table[number[known].astype(int)]


@oracle(embedding_gradient)
def embedding_gradient_oracle(x, dy, d_table):
    number = np.floor(x + 0.5)
    known = (number >= 0) & (number < len(d_table))
    d_table[...] = 0
    np.add.at(d_table, number[known].astype(int), dy[known])
