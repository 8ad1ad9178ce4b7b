"""Random inputs, by counters: a number depends on the seed, the step, its input and its place.

The same bits come from any number of shards or threads, and from every backend up to the rounding
of their logarithm and cosine; nothing has to be stored. See ``dropout.py`` for the mixing.
"""

import math

import numpy as np

from tuidl.kernels.dropout import GOLDEN, U, mixed, mixed_oracle
from tuidl.kernels.jit import device_function, rounded_function
from tuidl.kernels.normal_numbers import cosine_of_turn, log_of
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.step_state import SEED, STEP

SECOND = U(0x27D4EB2F)
"""Added to the key of the second number of a pair."""
SHARE = 2.0**-32


@device_function
def key_of(step_state, source):
    return mixed(mixed(mixed(U(step_state[SEED])) ^ U(step_state[STEP])) ^ U(source))


@device_function
def drawn(place, key):
    """In (0, 1), both ends left out."""
    return (np.float64(mixed(mixed(U(place) * GOLDEN + key) ^ key)) + 0.5) * SHARE


@rounded_function
def normal_at(place, key, other):
    """A normal number, mean 0 and deviation 1 (Box and Muller, 1958), of this place; float64."""
    radius = math.sqrt(-2.0 * log_of(drawn(place, key)))
    return radius * cosine_of_turn(drawn(place, other))


@device_function
def fill_normal(values, start, key):
    """Normal numbers of the places from ``start`` on."""
    other = mixed(key ^ SECOND)
    for i in range(values.shape[0]):
        values[i] = normal_at(U(start + U(i)), key, other)


@kernel("-> e", cost="16e")
def noise_uniform(y, source, first, width, step_state):
    """Even over -1 to 1. y[0] is the first of ``width`` values of the batch's example number
    ``first``; ``source`` is a number of the input's own."""
    key = key_of(step_state, source)
    start = U(first * width)
    for i in range(y.shape[0]):
        y[i] = 2.0 * drawn(U(start + U(i)), key) - 1.0


@kernel("-> e", cost="40e")
def noise_normal(y, source, first, width, step_state):
    """Normal, mean 0 and deviation 1; operands as of ``noise_uniform``."""
    fill_normal(y, U(first * width), key_of(step_state, source))


# --- the definition in plain NumPy ----------------------------------------------------------------


def drawn_oracle(y, key, first, width):
    place = np.arange(len(y), dtype=np.uint32) + np.uint32(first * width)
    return np.asarray(
        (mixed_oracle(mixed_oracle(place * np.uint32(0x9E3779B9) + key) ^ key) + 0.5) * SHARE
    )


def key_oracle(step_state, source):
    key = np.zeros(1, np.uint32)
    for part in (step_state[SEED], step_state[STEP], source):
        key = mixed_oracle(key ^ np.uint32(part))
    return key


@oracle(noise_uniform)
def noise_uniform_oracle(y, source, first, width, step_state):
    y[...] = 2 * drawn_oracle(y, key_oracle(step_state, source), first, width) - 1


@oracle(noise_normal)
def noise_normal_oracle(y, source, first, width, step_state):
    key = key_oracle(step_state, source)
    radius = np.sqrt(-2 * np.log(drawn_oracle(y, key, first, width)))
    angle = 2 * np.pi * drawn_oracle(y, mixed_oracle(key ^ np.uint32(SECOND)), first, width)
    y[...] = radius * np.cos(angle)
