"""The compiled loop: whole stretches of training without Python.

The one place with ``parallel=True``. Kernels are called by address, so the loop is compiled once
and never again, whatever programs it runs.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import njit, prange, types

from tuidl.kernels.cache import cache_folder, compile_cached
from tuidl.kernels.clock import LEARNING_RATE, STEP
from tuidl.kernels.intrinsics import call_kernel
from tuidl.kernels.jit import FLAGS, helper
from tuidl.kernels.vectors import copy_values

EXAMPLES, FIRST, INPUTS, TARGETS, STATISTICS = range(5)
"""What the columns of ``lanes`` say of each shard."""


@helper
def _gather(lane, lanes, arena, x, y, order, position):
    """Copy a shard's examples of this step to where its instructions read them."""
    _gather_part(lane, lanes, INPUTS, arena, x, order, position)
    _gather_part(lane, lanes, TARGETS, arena, y, order, position)


@helper
def _gather_part(lane, lanes, place, arena, values, order, position):
    """Copy the inputs or the targets; single numbers without the trouble of taking rows."""
    width, start = values.shape[1], lanes[place, lane]
    chosen = order[position + lanes[FIRST, lane] :]
    count = lanes[EXAMPLES, lane]
    if width == 1:
        target = arena[start : start + count]
        for i in range(count):
            target[i] = values[chosen[i], 0]
        return
    for i in range(count):
        copy_values(arena[start + i * width : start + (i + 1) * width], values[chosen[i]])


@helper
def _collect(lanes, arena, totals):
    """Add the shards' statistics to ``totals``, in their order; returns the sum of the loss."""
    loss = 0.0
    if totals.shape[0] == 0:
        return loss
    for lane in range(lanes.shape[1]):
        start = lanes[STATISTICS, lane]
        loss += arena[start]
        for j in range(totals.shape[0]):
            totals[j] += arena[start + j]
    return loss


@helper
def _lane(lane, first, end, addresses, rows, arena, clock):
    for r in range(first, end):
        row = rows[r, lane]
        call_kernel(addresses[row[0]], row, arena, clock)


def run_steps(
    addresses, rows, stages, lanes, arena, clock,
    x, y, order, start, batch, checked, rates, losses, totals, stop,
):  # fmt: skip
    """Run ``len(rates)`` steps from step ``start`` of an epoch on; returns how many were done.

    Parameters
    ----------
    addresses : (kernels,) machine code of each opcode
    rows : (2, rows, lanes, width) for a whole batch and for the short one that ends an epoch
    stages : (stages, 3) first row, end row, lanes
    lanes : (2, 5, shards) for each of the two, what EXAMPLES to STATISTICS say
    arena, clock : the memory of the program, changed in place
    x, y, order : (N, inputs), (N, targets), (N,) all examples and this epoch's order of them
    start, batch : steps of this epoch done before, examples of a whole batch
    checked : stages after which loss and gradients are known; those that follow update
    rates : (steps,) learning rate of each step
    losses : (steps,) out: mean loss of each step
    totals : (statistics,) in and out: sums over the examples
    stop : (1,) the loop ends before the next step once this is not 0

    A loss that is not finite ends the loop before its update, if there is one: the parameters are
    the last ones that were good.
    """
    for k in range(len(rates)):
        if stop[0] != 0:
            return k
        position = (start + k) * batch
        count = min(batch, len(order) - position)
        kind = 0 if count == batch else 1
        clock[STEP] += 1.0
        clock[LEARNING_RATE] = rates[k]
        for stage in range(stages.shape[0]):
            first, end, width = stages[stage]
            if width == 1:
                if stage == 0:
                    _gather(0, lanes[kind], arena, x, y, order, position)
                _lane(0, first, end, addresses, rows[kind], arena, clock)
            else:
                for lane in prange(width):
                    if stage == 0:
                        _gather(lane, lanes[kind], arena, x, y, order, position)
                    _lane(lane, first, end, addresses, rows[kind], arena, clock)
            if stage == checked - 1:
                losses[k] = _collect(lanes[kind], arena, totals) / count
                if not np.isfinite(losses[k]) and checked < stages.shape[0]:
                    clock[STEP] -= 1.0
                    return k
    return len(rates)


@cache
def compiled_loop(dtype: np.dtype[Any]) -> tuple[Any, bool]:
    """``run_steps`` for arenas of ``dtype``, and whether the cache had it."""
    scalar = types.float32 if dtype == np.float32 else types.float64
    signature = types.int64(
        types.int64[::1], types.int64[:, :, :, ::1], types.int64[:, ::1], types.int64[:, :, ::1],
        scalar[::1], types.float64[::1], scalar[:, ::1], scalar[:, ::1], types.int64[::1],
        types.int64, types.int64, types.int64,
        types.float64[::1], types.float64[::1], types.float64[::1], types.int64[::1],
    )  # fmt: skip
    loop = compile_cached(
        lambda cached: njit(signature, parallel=True, cache=cached, **FLAGS)(run_steps)
    )
    return loop, bool(loop.stats.cache_hits)


def loop_is_compiled() -> bool:
    """Whether the cache has the loop, by its file's name, for either dtype."""
    folder = cache_folder()
    return folder is not None and any(folder.glob("*/loop.run_steps-*.nbi"))
