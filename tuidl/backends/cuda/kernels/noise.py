"""Random inputs on the GPU, from the counters that the CPU draws them from.

The drawn bits are the same; logarithm and cosine are float64 here too, so that normal numbers
differ by their last digit at most.
"""

import math

from numba import float32, float64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.dropout import U, drawn_bits, key_of, mixed
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import SIMULATED, device

SECOND = 0x27D4EB2F
SHARE = 2.0**-32


def _simulated(x):
    return math.cos(math.pi * x)


if SIMULATED:
    cosine_of_pi = _simulated
    """cos(pi x)."""
else:
    from numba.cuda import libdevice

    cosine_of_pi = libdevice.cospi  # math.cos has a branch for large angles, in local memory


@device
def drawn(place, key):
    """In (0, 1), both ends left out."""
    return (float64(drawn_bits(place, key)) + 0.5) * SHARE


@cuda_kernel
def noise_uniform(y, source, first, width, step_state, block_group):
    """Even over -1 to 1, by seed, step, ``source`` and place in the batch."""
    key = key_of(step_state, source)
    place = U(first * width)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] = float32(2.0 * drawn(place + U(i), key) - 1.0)


@cuda_kernel
def noise_normal(y, source, first, width, step_state, block_group):
    """Normal, mean 0 and deviation 1 (Box and Muller, 1958); operands as of ``noise_uniform``."""
    key = key_of(step_state, source)
    other = mixed(key ^ SECOND)
    place = U(first * width)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        radius = math.sqrt(-2.0 * math.log(drawn(place + U(i), key)))
        y[i] = float32(radius * cosine_of_pi(2.0 * drawn(place + U(i), other)))
