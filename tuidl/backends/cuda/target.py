"""Numba's CUDA target: the sizes that GPU kernels are cut into, and how one is declared.

Under Numba's simulator (``NUMBA_ENABLE_CUDASIM=1``) every thread is one of Python's: blocks are
small there, so that small arrays still fill several and leave rests.
"""

from collections.abc import Callable
from typing import Any

from numba import config, cuda

config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # a small grid is often just right here
SIMULATED = bool(config.ENABLE_CUDASIM)

SIDE = 2 if SIMULATED else 16
"""Threads along a side of the square that a block is in matrix products."""
THREADS = SIDE * SIDE
"""Threads of every block: sums are added in an order that follows from it, on any GPU."""
PER_THREAD = 2 if SIMULATED else 4
"""Rows and columns of a product that one thread works out."""
TILE = SIDE * PER_THREAD
"""Rows and columns of a product that a block works out at a time."""
DEPTH = 4 if SIMULATED else 16
"""Terms of a product that are in shared memory at a time."""
PITCH = TILE + 1
"""From one term to the next in shared memory; one more than a tile keeps banks apart."""
SCRATCH = max(2 * DEPTH * PITCH, THREADS)
"""float32 of shared memory that a block's kernels have in common."""


def device(function: Callable[..., Any]) -> Any:
    """A function that GPU kernels call. Not fastmath: NaN must stay visible."""
    return cuda.jit(device=True)(function)
