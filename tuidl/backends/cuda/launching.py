"""A launch for each instruction of a step: the GPU itself waits between two of them."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from numba import cuda, float32, float64, int64

from tuidl.backends.cuda.block_group import grid_group
from tuidl.backends.cuda.progress import DONE, GOING
from tuidl.backends.cuda.rows import row_function
from tuidl.backends.cuda.stepping import begin_step, collect, count_of, gather, position_of
from tuidl.backends.cuda.target import THREADS
from tuidl.backends.cuda.work import Work

ROW_SIGNATURE = (
    int64[:, :, :, ::1], float64[:, :, :, ::1], int64, int64, int64[::1], float32[::1],
    float64[::1],
)  # fmt: skip
BEGIN_SIGNATURE = (int64[::1], float64[::1], float64[::1])
GATHER_SIGNATURE = (
    int64[:, :, ::1], int64, int64[::1], float32[::1], float32[:, ::1], float32[:, ::1],
    int64[::1],
)  # fmt: skip
COLLECT_SIGNATURE = (
    int64[:, :, ::1], int64, float32[::1], float64[::1], float64[::1], int64[::1], float64[::1],
)  # fmt: skip


class Launch(NamedTuple):
    """A kernel on its ``arguments``: ``grid`` (blocks of a lane, lanes) of ``threads``."""

    kernel: Any
    grid: tuple[int, int]
    threads: int
    arguments: tuple[Any, ...]

    def on(self, stream: Any) -> None:
        self.kernel[self.grid, self.threads, stream](*self.arguments)


def row_function_of_grid(name: str) -> Any:
    """The kernel of ``row_kernel`` as a plain function."""
    run = row_function(name)

    def kernel(rows, numbers, kind, number, progress, arena, step_state):
        if progress[GOING] != 0:
            row = (kind, number, cuda.blockIdx.y)
            run(rows[row], numbers[row], arena, step_state, grid_group())

    kernel.__name__ = kernel.__qualname__ = name
    return kernel


def begin(progress, step_state, rates):
    """A step begins."""
    begin_step(progress, step_state, rates)


def gather_lanes(lanes, kind, progress, arena, x, y, order):
    """Every lane's examples, on a grid (blocks of a lane, lanes)."""
    if progress[GOING] != 0:
        position = position_of(progress[DONE], progress)
        gather(cuda.blockIdx.y, lanes[kind], position, arena, x, y, order, grid_group())


def collect_lanes(lanes, kind, arena, totals, losses, progress, step_state):
    """What is known before the update, by one block."""
    if progress[GOING] != 0:
        count = count_of(progress[DONE], progress)
        cuda.syncthreads()  # all have read how far it is before one thread counts on
        collect(lanes[kind], count, arena, totals, losses, progress, step_state)


@cache
def row_kernel(name: str) -> Any:
    """A kernel that runs one instruction in all its lanes, on a grid (blocks of a lane, lanes)."""
    return cuda.jit(ROW_SIGNATURE)(row_function_of_grid(name))


@cache
def frame_kernels() -> tuple[Any, Any, Any]:
    """The kernels around a step's instructions: begin, gather, collect."""
    return (
        cuda.jit(BEGIN_SIGNATURE)(begin),
        cuda.jit(GATHER_SIGNATURE)(gather_lanes),
        cuda.jit(COLLECT_SIGNATURE)(collect_lanes),
    )


def step_launches(work: Work, kind: int, most_blocks: int) -> Iterator[Launch]:
    """All launches of a step, in order. ``kind``: 0 for a whole batch, 1 for the short one."""
    begin_kernel, gather_kernel, collect_kernel = frame_kernels()
    tables, checked = work.tables, work.tables.checked
    yield Launch(begin_kernel, (1, 1), 1, (work.progress, work.step_state, work.rates))
    shards = tables.lanes.shape[2]
    blocks = blocks_for(tables.most_gathered, most_blocks // shards)
    place = (tables.lanes, kind, work.progress)
    examples = (work.arena, work.x, work.y, work.order)
    yield Launch(gather_kernel, (blocks, shards), THREADS, (*place, *examples))
    instructions = tables.instructions[kind]
    for number, (name, size, lanes) in enumerate(instructions):
        if number == checked:
            yield _collect(collect_kernel, work, kind)
        blocks = blocks_for(size, most_blocks // lanes)
        row = (tables.rows, tables.numbers, kind, number)
        arguments = (*row, work.progress, work.arena, work.step_state)
        yield Launch(row_kernel(name), (blocks, lanes), THREADS, arguments)
    if checked == len(instructions):
        yield _collect(collect_kernel, work, kind)


def _collect(kernel: Any, work: Work, kind: int) -> Launch:
    results = (work.arena, work.totals, work.losses, work.progress, work.step_state)
    return Launch(kernel, (1, 1), THREADS, (work.tables.lanes, kind, *results))


def blocks_for(elements: int, most: int) -> int:
    """Blocks for work on so many elements, a few for each thread."""
    return max(1, min(-(-elements // (2 * THREADS)), most))
