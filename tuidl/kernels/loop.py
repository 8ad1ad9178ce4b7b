"""The compiled loop: chunks of training steps without Python.

The one place with ``parallel=True``. Kernels are called by address, so the loop is compiled once
and never again, whatever programs it runs.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import prange, types
from numba.np.ufunc.parallel import _launch_threads

from tuidl.kernels.cache import COMPILING
from tuidl.kernels.entries import Entry, make
from tuidl.kernels.jit import device_function, parallel_function
from tuidl.kernels.native import is_kept
from tuidl.kernels.simd.gathering import gather_rows
from tuidl.kernels.simd.intrinsics import call_kernel, data_of, pointer_at
from tuidl.kernels.step_state import LEARNING_RATE, STEP
from tuidl.kernels.subnormals import flush_subnormals, restore_mode

EXAMPLES, FIRST, INPUTS, TARGETS, STATISTICS = range(5)
"""Rows of ``lanes``: what each column states of one shard."""


@device_function
def gather(lane, lanes, arena, x, y, order, position):
    """Copy a shard's examples of this step to where its instructions read them."""
    chosen = pointer_at(data_of(order), position + lanes[FIRST, lane])
    count, memory = lanes[EXAMPLES, lane], data_of(arena)
    inputs = pointer_at(memory, lanes[INPUTS, lane])
    targets = pointer_at(memory, lanes[TARGETS, lane])
    gather_rows(inputs, data_of(x), x.shape[0], chosen, count, x.shape[1])
    gather_rows(targets, data_of(y), y.shape[0], chosen, count, y.shape[1])


@device_function
def _collect(lanes, arena, totals):
    """Add the shards' statistics to ``totals``, in their order; returns the sum of the loss.

    Shards without examples have none: what lies there is an earlier batch's.
    """
    loss = 0.0
    sums, slots = data_of(totals), totals.shape[0]
    if slots == 0:
        return loss
    for lane in range(lanes.shape[1]):
        if lanes[EXAMPLES, lane] == 0:
            continue
        found = pointer_at(data_of(arena), lanes[STATISTICS, lane])
        loss += found[0]
        for j in range(slots):
            sums[j] += found[j]
    return loss


@device_function
def _run_lane(lane, stage, part, addresses, rows, lanes, arena, step_state, x, y, order, position):
    """The rows of one stage in one lane; in the first stage the examples before them.

    ``part``: the first row and the end row. In pointers: for an array, Numba asks at every access
    whether the index is negative.
    """
    if stage == 0:
        gather(lane, lanes, arena, x, y, order, position)
    codes, across = data_of(addresses), rows.shape[1] * rows.shape[2]
    row = pointer_at(data_of(rows), part[0] * across + lane * rows.shape[2])
    for _ in range(part[0], part[1]):
        call_kernel(codes[row[0]], row, arena, step_state)
        row = pointer_at(row, across)


@device_function
def _flush_lane(
    mode, lane, stage, part, addresses, rows, lanes, arena, step_state, x, y, order, position
):
    """``_run_lane`` on any thread; ``mode``: of the calling thread, the one to leave it in."""
    flush_subnormals()
    _run_lane(lane, stage, part, addresses, rows, lanes, arena, step_state, x, y, order, position)
    restore_mode(mode)


def run_steps(
    addresses, rows, stages, lanes, arena, step_state,
    x, y, order, start, batch, checked, alone, rates, losses, totals, stop,
):  # fmt: skip
    """Run ``len(rates)`` steps from step ``start`` of an epoch on; returns how many were done.

    Parameters
    ----------
    addresses : (kernels,) machine code of each opcode
    rows : (kinds, rows, lanes, width) for a whole batch and for the short one that ends an epoch;
        where there is no short one, one kind is enough
    stages : (kinds, stages, 3) for each, first row, end row, lanes
    lanes : (kinds, 5, shards) for each, what EXAMPLES to STATISTICS say
    arena, step_state : the memory of the program, changed in place
    x, y, order : (N, inputs), (N, targets), (N,) all examples and this epoch's order of them
    start, batch : steps of this epoch done before, examples of a whole batch
    alone : not 0 for one lane after the other on this thread: nothing parallel is begun
    checked : stages after which loss and gradients are known; those that follow update
    rates : (steps,) learning rate of each step
    losses : (steps,) out: mean loss of each step
    totals : (statistics,) in and out: sums over the examples
    stop : (1,) the loop ends before the next step once this is not 0

    A loss that is not finite ends the loop before its update, if there is one: the parameters are
    the last ones that were good. Subnormal numbers are zeros here (``subnormals.py``), and the
    calling thread has its own mode again at the end.
    """
    mode = flush_subnormals()
    for k in range(len(rates)):
        if stop[0] != 0:
            restore_mode(mode)
            return k
        position = (start + k) * batch
        count = min(batch, len(order) - position)
        kind = 0 if count == batch else 1
        step_state[STEP] += 1.0
        step_state[LEARNING_RATE] = rates[k]
        for stage in range(stages.shape[1]):
            first, end, width = stages[kind, stage]
            part = (first, end)
            if width == 1 or alone != 0:
                for lane in range(width):
                    _run_lane(lane, stage, part, addresses, rows[kind], lanes[kind], arena,
                              step_state, x, y, order, position)  # fmt: skip
            else:
                for lane in prange(width):
                    _flush_lane(mode, np.int64(lane), stage, part, addresses, rows[kind],
                                lanes[kind], arena, step_state, x, y, order, position)  # fmt: skip
                flush_subnormals()  # this thread may have done a lane too
            if stage == checked - 1:
                losses[k] = _collect(lanes[kind], arena, totals) / count
                if not np.isfinite(losses[k]) and checked < stages.shape[1]:
                    step_state[STEP] -= 1.0
                    restore_mode(mode)
                    return k
    restore_mode(mode)
    return len(rates)


def compiled_loop(dtype: np.dtype[Any]) -> tuple[Any, bool]:
    """``run_steps`` for arenas of ``dtype``, and whether there was machine code for it before."""
    with COMPILING.hold():
        loop = _compiled_loop(dtype)
    return loop, loop.from_cache


@cache
def _compiled_loop(dtype: np.dtype[Any]) -> Entry:
    _launch_threads()  # defines symbols that the code needs
    return Entry(*_parts(dtype))


def _parts(dtype: np.dtype[Any]) -> tuple[str, Any, Any]:
    """Of the Entry: name, function and signature."""
    return _name(dtype), parallel_function(run_steps), loop_signature(dtype)


def loop_signature(dtype: np.dtype[Any]) -> Any:
    """Of ``run_steps`` for arenas of ``dtype``."""
    scalar = types.float32 if dtype == np.float32 else types.float64
    return types.int64(
        types.int64[::1], types.int64[:, :, :, ::1], types.int64[:, :, ::1], types.int64[:, :, ::1],
        scalar[::1], types.float64[::1], scalar[:, ::1], scalar[:, ::1], types.int64[::1],
        types.int64, types.int64, types.int64, types.int64,
        types.float64[::1], types.float64[::1], types.float64[::1], types.int64[::1],
    )  # fmt: skip


def make_loop(dtype: np.dtype[Any]) -> None:
    """Compile the loop for arenas of ``dtype``, without loading it."""
    make(*_parts(dtype))


def loop_is_compiled(dtype: np.dtype[Any]) -> bool:
    """Whether there is machine code of the loop, by its file's name."""
    return is_kept(_name(dtype))


def _name(dtype: np.dtype[Any]) -> str:
    return f"run_steps-{dtype.name}"
