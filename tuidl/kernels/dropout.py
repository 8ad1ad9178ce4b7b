"""Dropout (Srivastava et al., 2014) with masks that are computed, not stored.

Whether an element is dropped follows from the seed, the step, the layer and the element's place in
the whole batch, by the finishing steps of MurmurHash3: the same on any number of shards or threads
and on every backend, and backward finds the mask that forward used.
"""

import numpy as np

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.step_state import SEED, STEP

U = np.uint32
MIX_1, MIX_2, GOLDEN = U(0x85EBCA6B), U(0xC2B2AE35), U(0x9E3779B9)
S16, S13 = U(16), U(13)


@device_function
def mixed(x):
    """32 bits to 32 bits that look random; one to one."""
    a = U(x)  # products of uint32 are uint64 in compiled code: each is cut back at once
    b = U(U(a ^ (a >> S16)) * MIX_1)
    c = U(U(b ^ (b >> S13)) * MIX_2)
    return U(c ^ (c >> S16))


@kernel("-> e", cost="8e")
def dropout(y, rate: float, layer, first, width, step_state):
    """Zero the fraction ``rate`` of the values in place, and scale the others by 1 / (1 - rate).

    Takes values and gradients alike. y[0] is the first of ``width`` values of the batch's example
    number ``first``; ``layer`` is the layer's number.
    """
    key = mixed(mixed(mixed(U(step_state[SEED])) ^ U(step_state[STEP])) ^ U(layer))
    limit = U(rate * 4294967296.0)
    scale = y.dtype.type(1.0 / (1.0 - rate))
    start = U(first * width)
    for i in range(y.shape[0]):
        drawn = mixed(mixed(U(start + U(i)) * GOLDEN + key) ^ key)
        y[i] = ZERO if drawn < limit else y[i] * scale


# --- the definition in plain NumPy ----------------------------------------------------------------


def mixed_oracle(x):
    """MurmurHash3's finishing steps, on uint32."""
    u = np.uint32
    x = (x ^ (x >> u(16))) * u(0x85EBCA6B)
    x = (x ^ (x >> u(13))) * u(0xC2B2AE35)
    return np.asarray(x ^ (x >> u(16)))


@oracle(dropout)
def dropout_oracle(y, rate, layer, first, width, step_state):
    key = np.zeros(1, np.uint32)
    for part in (step_state[SEED], step_state[STEP], layer):
        key = mixed_oracle(key ^ np.uint32(part))
    place = np.arange(len(y), dtype=np.uint32) + np.uint32(first * width)
    drawn = mixed_oracle(mixed_oracle(place * np.uint32(0x9E3779B9) + key) ^ key)
    y[...] = np.where(drawn < np.uint32(rate * 2**32), 0, y / (1 - rate))
