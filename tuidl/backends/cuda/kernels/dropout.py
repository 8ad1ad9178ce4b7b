"""Dropout on the GPU, with the masks that the CPU draws: uint32 arithmetic, bit for bit."""

import numpy as np
from numba import float32

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import SIMULATED, device
from tuidl.kernels.elementary import ZERO
from tuidl.kernels.step_state import SEED, STEP

MIX_1, MIX_2, GOLDEN = 0x85EBCA6B, 0xC2B2AE35, 0x9E3779B9


def _simulated(x):
    """NumPy's uint32 warns of every overflow; Python's whole numbers have none."""
    return int(x) & 0xFFFFFFFF


U = _simulated if SIMULATED else np.uint32
"""The lowest 32 bits."""


@device
def mixed(x):
    """32 bits to 32 bits that look random; one to one."""
    a = U(x)  # products and sums are wider in compiled code: each is cut back at once
    b = U(U(a ^ (a >> 16)) * MIX_1)
    c = U(U(b ^ (b >> 13)) * MIX_2)
    return U(c ^ (c >> 16))


@device
def key_of(step_state, number):
    """Of a step's numbers drawn by one layer or input, which has a ``number`` of its own."""
    return mixed(mixed(mixed(U(step_state[SEED])) ^ U(step_state[STEP])) ^ U(number))


@device
def drawn_bits(place, key):
    """32 random bits of a place in the batch."""
    return mixed(mixed(U(U(place) * GOLDEN) + key) ^ key)


@cuda_kernel
def dropout(y, rate, layer, first, width, step_state, block_group):
    """Zero the fraction ``rate`` of the values in place, by seed, step, layer and place in the
    batch; scale the others by 1 / (1 - rate)."""
    key = key_of(step_state, layer)
    limit = U(rate * 4294967296.0)
    scale = float32(1.0 / (1.0 - rate))
    place = U(first * width)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] = ZERO if drawn_bits(place + U(i), key) < limit else y[i] * scale
