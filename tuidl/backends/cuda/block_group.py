"""The blocks that work on one instruction together, and what a block's threads do in common."""

from typing import Any, NamedTuple

from numba import cuda

from tuidl.backends.cuda.target import THREADS, device


class BlockGroup(NamedTuple):
    """``block``: this block's number among the ``blocks`` that share an instruction of a lane.

    ``scratch``: shared memory (SCRATCH,) float32. A function that uses it calls
    ``cuda.syncthreads`` before the first write, as the one before it may still be reading.
    """

    block: int
    blocks: int
    scratch: Any


@device
def start(team):
    """This thread's first element of work that is dealt out to all threads of the team."""
    return team.block * THREADS + cuda.threadIdx.x


@device
def stride(team):
    """From one such element to the next."""
    return team.blocks * THREADS
