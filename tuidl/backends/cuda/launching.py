"""A launch for each instruction: the GPU waits between two of them by itself."""

from functools import cache
from typing import Any

from numba import cuda, float32

from tuidl.backends.cuda.progress import GOING
from tuidl.backends.cuda.rows import row_function
from tuidl.backends.cuda.target import SCRATCH
from tuidl.backends.cuda.team import Team


@cache
def row_kernel(name: str) -> Any:
    """A kernel that runs one instruction in all its lanes, on a grid (blocks of a lane, lanes)."""
    run = row_function(name)

    def kernel(rows, numbers, kind, number, progress, arena, clock):
        if progress[GOING] != 0:
            team = Team(cuda.blockIdx.x, cuda.gridDim.x, cuda.shared.array(SCRATCH, float32))
            lane = cuda.blockIdx.y
            run(rows[kind, number, lane], numbers[kind, number, lane], arena, clock, team)

    kernel.__name__ = kernel.__qualname__ = name
    return cuda.jit(kernel)
