"""Embedding: a learned vector for each of a number of words."""

import math

import numpy as np

from tuidl.kernels.elementary import ONE, ZERO
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.memory import add_scaled, clear_values, copy_values
from tuidl.kernels.simd.tiles import LINE


@device_function
def row_number(value, rows):
    """The row that a number in the input stands for, -1 where there is none."""
    place = value + 0.5
    return int(place) if 0 <= place < rows else -1


@kernel("e kd -> ed")
def embedding(x, table, y):
    """Row number x[i] of the table; a number that is no row's gives NaN, so that it is noticed."""
    for i in range(x.shape[0]):
        number = row_number(x[i], table.shape[0])
        if number >= 0:
            copy_values(y[i], table[number])
        else:
            y[i][:] = math.nan


@kernel("e ed -> kd", cost="ed")
def embedding_gradient(x, dy, d_table):
    """Each row's gradient is the sum over the places where it was read."""
    add_to_rows(x, dy, 1, d_table)


@device_function
def add_to_rows(x, dy, places, d_table):
    """``d_table`` = each row's sum over where it was read; so many ``places`` share a row of
    ``dy``, in equal parts."""
    d_table[:] = ZERO
    share = ONE / d_table.dtype.type(places)
    for i in range(x.shape[0]):
        number = row_number(x[i], d_table.shape[0])
        if number >= 0:
            add_scaled(d_table[number], dy[i // places], share)


@device_function
def neighbours_of(width):
    """The exponent of how many rows, a power of two, fill a cache line: lanes share none."""
    exponent = 0
    while width << exponent < LINE:
        exponent += 1
    return exponent


@device_function
def own_row(value, rows, exponent, part, parts):
    """The row that a number in the input stands for, where this lane looks after it; else -1.

    Lanes, a power of two, take turns: frequent words often have the lowest numbers.
    """
    number = row_number(value, rows)
    return number if (number >> exponent) & (parts - 1) == part and number >= 0 else -1


@kernel("e ed -> kd mz k", cost="ed")
def embedding_gradient_rows(x, dy, d_table, lists, places, part, parts):
    """The same for the rows of one lane, each in the order of the batch; no others are looked at.

    ``lists``: of each lane, how many rows have a gradient, and which: those of the step before
    become 0, all others are. ``places``: where in its list a row stands, if it does.
    """
    add_to_own_rows(x, dy, 1, d_table, lists[part], places, part, parts)


@device_function
def add_to_own_rows(x, dy, steps, d_table, rows, places, part, parts):
    """``embedding_gradient_rows`` with the list of this lane alone, ``rows``; so many ``steps``
    share a row of ``dy``, in equal parts."""
    exponent, share = neighbours_of(d_table.shape[1]), ONE / d_table.dtype.type(steps)
    for i in range(int(rows[0])):
        clear_values(d_table[int(rows[1 + i])])
    count = 0
    for i in range(x.shape[0]):
        number = own_row(x[i], d_table.shape[0], exponent, part, parts)
        if number < 0:
            continue
        place, row, d = int(places[number]), d_table[number], dy[i // steps]
        if place < count and rows[1 + place] == number:
            add_scaled(row, d, share)
        else:
            clear_values(row)
            add_scaled(row, d, share)
            rows[1 + count] = number
            places[number] = count
            count += 1
    rows[0] = count


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


def own_rows(rows, width, part, parts):
    """A lane's rows of a table, as numbers."""
    return np.array([n for n in range(rows) if (n >> neighbours_of(width)) % parts == part], int)


@oracle(embedding_gradient_rows)
def embedding_gradient_rows_oracle(x, dy, d_table, lists, places, part, parts):
    own = own_rows(*d_table.shape, part, parts)
    numbers = np.floor(x + 0.5)
    mine = np.isin(numbers, own)
    numbers = numbers[mine].astype(int)
    d_table[own] = 0
    np.add.at(d_table, numbers, dy[mine])
    found = list(dict.fromkeys(numbers.tolist()))
    lists[part, 0] = len(found)
    lists[part, 1 : 1 + len(found)] = found
    places[found] = range(len(found))
