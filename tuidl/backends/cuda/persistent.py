"""One kernel that stays on the GPU and interprets the program for many steps.

Its blocks wait for each other only where an instruction needs what others wrote: with a grid
barrier, or, where one block is all there is, with the block's own, which costs next to nothing.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from numba import cuda, float32

from tuidl.backends.cuda.block_group import BlockGroup
from tuidl.backends.cuda.progress import BATCH, FAILED, GOING, STEPS
from tuidl.backends.cuda.rows import row_function
from tuidl.backends.cuda.stepping import begin_step, collect, count_of, gather, position_of
from tuidl.backends.cuda.target import SCRATCH, device
from tuidl.kernels import KERNELS


@device
def _block_barrier():
    cuda.syncthreads()


@device
def _grid_barrier():
    cuda.cg.this_grid().sync()


def _switch(names: Sequence[str]) -> Any:
    """A device function that runs a row of any of these kernels, by its opcode."""
    lines = ["def execute(row, numbers, arena, step_state, block_group):", "    opcode = row[0]"]
    for i, name in enumerate(names):
        lines.append(f"    {'el' if i else ''}if opcode == {KERNELS[name].opcode}:")
        lines.append(f"        {name}(row, numbers, arena, step_state, block_group)")
    scope = {"__name__": __name__, **{name: row_function(name) for name in names}}
    exec(compile("\n".join(lines), __file__, "exec"), scope)
    return device(scope["execute"])


@cache
def persistent_function(names: tuple[str, ...], one_block: bool) -> Any:
    """The kernel for programs of these kernels, as a plain function: ``cuda.jit`` compiles it.

    Its parameters are those of ``PERSISTENT_SIGNATURE`` in ``strategies.py``.
    """
    barrier = _block_barrier if one_block else _grid_barrier
    run_stage = _run_stage_by(_switch(names), barrier)

    def persistent(
        rows, numbers, dependencies, stages, lanes, arena, step_state, x, y, order,
        checked, rates, losses, totals, progress,
    ):  # fmt: skip
        scratch = cuda.shared.array(SCRATCH, float32)
        tables = (rows, numbers, dependencies, stages, lanes)
        for step in range(progress[STEPS]):
            barrier()  # every block has finished the last step's update
            if cuda.blockIdx.x == 0 and cuda.threadIdx.x == 0:
                begin_step(progress, step_state, rates)
            count = count_of(step, progress)
            kind = 0 if count == progress[BATCH] else 1
            _gather_all(lanes[kind], position_of(step, progress), arena, (x, y, order), scratch)
            barrier()
            if progress[GOING] == 0:
                break
            # The one call of run_stage: each would bring all kernels in once more.
            for stage in range(stages.shape[1] + 1):
                if stage == checked:
                    barrier()
                    if cuda.blockIdx.x == 0:
                        collect(lanes[kind], count, arena, totals, losses, progress, step_state)
                    barrier()
                    if progress[FAILED] != 0:
                        break
                if stage < stages.shape[1]:
                    run_stage(kind, stage, tables, arena, step_state, scratch)
            if progress[FAILED] != 0:
                break

    return persistent


def _run_stage_by(execute: Any, barrier: Any) -> Any:
    """A device function that runs the rows of one stage."""

    @device
    def run_stage(kind, stage, tables, arena, step_state, scratch):
        """The lanes share the blocks; where there are fewer blocks, each takes several lanes."""
        rows, numbers, dependencies, stages, _ = tables
        first, end, lanes = stages[kind, stage, 0], stages[kind, stage, 1], stages[kind, stage, 2]
        blocks = max(cuda.gridDim.x // lanes, 1)
        block_group = BlockGroup(cuda.blockIdx.x % blocks, blocks, scratch)
        for number in range(first, end):
            if dependencies[kind, number] != 0:
                barrier()
            for lane in range(cuda.blockIdx.x // blocks, lanes, cuda.gridDim.x // blocks):
                row = (kind, number, lane)
                execute(rows[row], numbers[row], arena, step_state, block_group)

    return run_stage


@device
def _gather_all(lanes, position, arena, examples, scratch):
    x, y, order = examples
    blocks = max(cuda.gridDim.x // lanes.shape[1], 1)
    block_group = BlockGroup(cuda.blockIdx.x % blocks, blocks, scratch)
    for lane in range(cuda.blockIdx.x // blocks, lanes.shape[1], cuda.gridDim.x // blocks):
        gather(lane, lanes, position, arena, x, y, order, block_group)
