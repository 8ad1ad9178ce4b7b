"""Embedding whose vectors are averaged over an example's words at once: they are never written.

The bits are those of ``embedding`` and ``average_pool2d`` one after the other.
"""

import math

import numpy as np

from tuidl.kernels.elementary import ONE
from tuidl.kernels.embedding import (
    add_to_own_rows,
    add_to_rows,
    embedding_gradient_oracle,
    embedding_gradient_rows_oracle,
    row_number,
)
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.pooling import MANY
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.intrinsics import flat
from tuidl.kernels.simd.memory import add_scaled, clear_values, prefetch_values
from tuidl.kernels.simd.sums import sum_listed_rows


@device_function
def _are_rows(x, table):
    """Whether each number in ``x`` is a row's; all these rows are asked for."""
    are_rows = True
    for value in x:
        number = row_number(value, table.shape[0])
        if number < 0:
            are_rows = False
        else:
            prefetch_values(table[number])
    return are_rows


@device_function
def _average_few(x, table, out):
    """The mean of so few rows that their sum may be a float32."""
    clear_values(out)
    for value in x:
        add_scaled(out, table[row_number(value, table.shape[0])], ONE)
    share = ONE / out.dtype.type(x.shape[0])
    for j in range(out.shape[0]):
        out[j] *= share


@kernel("nt kd -> nd", cost="ntd")
def embedding_average(x, table, y):
    """The mean of the rows x[n, t] over t; NaN where one of these numbers is no row's."""
    for n in range(x.shape[0]):
        out = y[n]
        if not _are_rows(x[n], table):
            out[:] = math.nan
        elif x.shape[1] <= MANY:
            _average_few(x[n], table, out)
        else:
            sum_listed_rows(table, x[n], out)
            for j in range(out.shape[0]):
                out[j] = out[j] / x.shape[1]


@kernel("nt nd -> kd", cost="2ntd")
def embedding_average_gradient(x, dy, d_table):
    """Each row's gradient is the sum over the places where it was read, of equal shares of dy."""
    add_to_rows(flat(x), dy, x.shape[1], d_table)


@kernel("nt nd -> kd mz k", cost="2ntd")
def embedding_average_gradient_rows(x, dy, d_table, lists, places, part, parts):
    """The same as ``embedding_gradient_rows``, for the rows of one lane."""
    words = flat(x)
    add_to_own_rows(words, dy, x.shape[1], d_table, lists[part], places, part, parts)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(embedding_average)
def embedding_average_oracle(x, table, y):
    numbers = np.floor(x + 0.5)
    known = ((numbers >= 0) & (numbers < len(table))).all(axis=1)
    y[...] = np.nan
    y[known] = table[numbers[known].astype(int)].mean(axis=1, dtype=np.float64)


def _shares(x, dy):
    """Each word's part of the gradient (n t, d)."""
    return np.repeat(dy / x.shape[1], x.shape[1], axis=0)


@oracle(embedding_average_gradient)
def embedding_average_gradient_oracle(x, dy, d_table):
    embedding_gradient_oracle(x.reshape(-1), _shares(x, dy), d_table)


@oracle(embedding_average_gradient_rows)
def embedding_average_gradient_rows_oracle(x, dy, d_table, lists, places, part, parts):
    words = x.reshape(-1)
    embedding_gradient_rows_oracle(words, _shares(x, dy), d_table, lists, places, part, parts)
