"""Arithmetic that is faster on a GPU than the plain form, or that several kernels share."""

import math

from numba import int64, uint32

from tuidl.backends.cuda.target import device
from tuidl.kernels.elementary import ONE


@device
def quotient(a, b):
    """a // b for numbers from 0 to 2^32 - 1; in 64 bits it would take several times as long."""
    return int64(uint32(a) // uint32(b))


@device
def sigmoid(x):
    """1 / (1 + e**-x)."""
    return ONE / (ONE + math.exp(-x))
