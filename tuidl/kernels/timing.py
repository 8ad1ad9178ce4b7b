"""The training loop with a clock: how long each row of a program takes within real steps.

Rows run in the order of the training loop, all lanes on one thread, so each finds the cache as its
neighbours leave it. Rows repeated on their own would find everything they need there.
"""

import time
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils

from tuidl.core.errors import BackendError
from tuidl.kernels.cache import COMPILING, compile_cached
from tuidl.kernels.jit import FLAGS, intrinsic_for
from tuidl.kernels.loop import gather
from tuidl.kernels.simd.intrinsics import call_kernel
from tuidl.kernels.step_state import LEARNING_RATE, STEP
from tuidl.kernels.subnormals import flush_subnormals, restore_mode

READING, GATHER, FIRST_ROW = range(3)
"""Places of ``ticks``: reading the clock itself, the copying of examples, then the rows."""

MONOTONIC = getattr(time, "CLOCK_MONOTONIC", None)
OF_THREAD = getattr(time, "CLOCK_THREAD_CPUTIME_ID", MONOTONIC)
"""Processor time, which other processes hardly change; asking for it is a call of the system."""
LONG_STEP = 1e-3
"""Seconds of a step from which on others interrupt one often enough to be seen in a median."""
SECOND = 1_000_000_000


def clock_for(step: float) -> int:
    """The clock for steps of so many seconds: the thread's for long ones. In short ones the rows
    may take less time than asking for it, and hardly any is interrupted. Raises BackendError where
    no such clock is."""
    clock = OF_THREAD if step >= LONG_STEP else MONOTONIC
    if clock is None:
        raise BackendError("a profile needs the clocks of POSIX systems: none here")
    return int(clock)


def nanoseconds(clock, scratch):
    """What the system's ``clock`` says. ``scratch``: (2,) int64, overwritten."""
    return time.clock_gettime_ns(clock)


@intrinsic_for(nanoseconds)
def _nanoseconds(typing_context, clock, scratch):
    def codegen(context, builder, signature, arguments):
        data = context.make_array(signature.args[1])(context, builder, arguments[1]).data
        number, size = ir.IntType(32), ir.IntType(64)
        kind = ir.FunctionType(number, [number, data.type])
        function = cgutils.get_or_insert_function(builder.module, kind, "clock_gettime")
        builder.call(function, [builder.trunc(arguments[0], number), data])
        seconds = builder.load(data)
        rest = builder.load(builder.gep(data, [size(1)]))
        return builder.add(builder.mul(seconds, size(SECOND)), rest)

    return types.int64(types.int64, scratch), codegen


def timed_steps(
    addresses, rows, stages, lanes, arena, step_state, x, y, order, batch, rate, clock, ticks,
):  # fmt: skip
    """Run whole steps from the start of ``order`` on, as ``run_steps`` does on one thread.

    Parameters
    ----------
    rows : (rows, lanes, width) for whole batches
    lanes : (5, shards), as in ``loop.py``
    rate : the learning rate of every step
    clock : the number of the system's clock that is read
    ticks : (steps, rows + FIRST_ROW, lanes) out: nanoseconds
    """
    scratch = np.zeros(2, np.int64)
    mode = flush_subnormals()
    for k in range(ticks.shape[0]):
        step_state[STEP] += 1.0
        step_state[LEARNING_RATE] = rate
        before = nanoseconds(clock, scratch)
        ticks[k, READING, 0] = nanoseconds(clock, scratch) - before
        for stage in range(stages.shape[0]):
            first, end, width = stages[stage]
            for lane in range(width):
                before = nanoseconds(clock, scratch)
                if stage == 0:
                    gather(lane, lanes, arena, x, y, order, k * batch)
                    after = nanoseconds(clock, scratch)
                    ticks[k, GATHER, lane] = after - before
                    before = after
                for r in range(first, end):
                    row = rows[r, lane]
                    call_kernel(addresses[row[0]], row, arena, step_state)
                    after = nanoseconds(clock, scratch)
                    ticks[k, FIRST_ROW + r, lane] = after - before
                    before = after
    restore_mode(mode)


def compiled_timer(dtype: np.dtype[Any]) -> Any:
    """``timed_steps`` for arenas of ``dtype``."""
    with COMPILING.hold():
        return _compiled_timer(dtype)


@cache
def _compiled_timer(dtype: np.dtype[Any]) -> Any:
    scalar = types.float32 if dtype == np.float32 else types.float64
    signature = types.void(
        types.int64[::1], types.int64[:, :, ::1], types.int64[:, ::1], types.int64[:, ::1],
        scalar[::1], types.float64[::1], scalar[:, ::1], scalar[:, ::1], types.int64[::1],
        types.int64, types.float64, types.int64, types.int64[:, :, ::1],
    )  # fmt: skip
    return compile_cached(lambda cached: njit(signature, cache=cached, **FLAGS)(timed_steps))
