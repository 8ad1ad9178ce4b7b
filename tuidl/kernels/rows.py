"""Sums along rows; wide rows are added in float64, from float32 sums of parts."""

from tuidl.kernels.elementary import ZERO, exp
from tuidl.kernels.jit import device_function

PART = 1024
"""Numbers of a row whose sum is a float32. Slices, as LLVM makes vectors of loops from 0 on."""


@device_function
def mean_of(row):
    total = 0.0
    for start in range(0, row.shape[0], PART):
        values, part = row[start : start + PART], ZERO
        for j in range(values.shape[0]):
            part += values[j]
        total += part
    return row.dtype.type(total / row.shape[0])


@device_function
def variance_of(row, mean):
    """By the corrected two-pass algorithm (Chan, Golub and LeVeque, 1983): what rounding took from
    the mean is taken off again."""
    off, squares = 0.0, 0.0
    for start in range(0, row.shape[0], PART):
        values, gaps, part = row[start : start + PART], ZERO, ZERO
        for j in range(values.shape[0]):
            gap = values[j] - mean
            gaps += gap
            part += gap * gap
        off += gaps
        squares += part
    share = 1.0 / row.shape[0]
    variance = (squares - off * off * share) * share
    return row.dtype.type(0.0 if variance < 0.0 else variance)


@device_function
def inner_product(a, b):
    total = 0.0
    for start in range(0, a.shape[0], PART):
        left, right, part = a[start : start + PART], b[start : start + PART], ZERO
        for j in range(left.shape[0]):
            part += left[j] * right[j]
        total += part
    return a.dtype.type(total)


@device_function
def exp_row(values, top, powers):
    """``powers`` = e**(values - top), for two arrays that do not overlap; returns their sum."""
    total = 0.0
    for start in range(0, values.shape[0], PART):
        x, y, part = values[start : start + PART], powers[start : start + PART], ZERO
        for j in range(x.shape[0]):
            y[j] = exp(x[j] - top)
            part += y[j]
        total += part
    return total


@device_function
def exp_in_place(values, top):
    """``values`` = e**(values - top); returns their sum, of the same kind."""
    total = 0.0
    for start in range(0, values.shape[0], PART):
        x, part = values[start : start + PART], ZERO
        for j in range(x.shape[0]):
            x[j] = exp(x[j] - top)
            part += x[j]
        total += part
    return values.dtype.type(total)
