"""The blocks that work on one instruction together, and what a block's threads do in common."""

from typing import Any, NamedTuple

from numba import cuda, float32

from tuidl.backends.cuda.target import SCRATCH, THREADS, device


class BlockGroup(NamedTuple):
    """``block``: this block's number among the ``blocks`` that share an instruction of a lane.

    ``scratch``: shared memory (SCRATCH,) float32. A function that uses it calls
    ``cuda.syncthreads`` before the first write, as the one before it may still be reading.
    """

    block: int
    blocks: int
    scratch: Any


@device
def grid_group():
    """The blocks of a grid (blocks of a lane, lanes) that share a lane."""
    scratch = cuda.shared.array(SCRATCH, float32)
    return BlockGroup(cuda.blockIdx.x, cuda.gridDim.x, scratch)


@device
def start(block_group):
    """This thread's first element of work that is divided among all threads of the group."""
    return block_group.block * THREADS + cuda.threadIdx.x


@device
def stride(block_group):
    """From one such element to the next."""
    return block_group.blocks * THREADS
