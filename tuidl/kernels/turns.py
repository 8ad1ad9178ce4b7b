"""The compiled loop over steps of objectives that take turns: it calls ``run_steps`` for each.

Every objective has tables of its own, and so arguments of its own; from step to step only places in
the epoch change. From Python, such a call takes as long as a fifth of a small network's step.
"""

import ctypes
import inspect
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types

from tuidl.kernels.cache import COMPILING
from tuidl.kernels.entries import Entry, make, place_of, pointers_of
from tuidl.kernels.jit import device_function, intrinsic_for
from tuidl.kernels.loop import loop_signature, run_steps
from tuidl.kernels.native import is_kept
from tuidl.kernels.step_state import STEP

NAME = "run_turns"
_PARAMETERS = list(inspect.signature(run_steps).parameters)
_KINDS = loop_signature(np.dtype(np.float32)).args
START, RATES, LOSSES = (
    place_of(_KINDS, _PARAMETERS.index(name)) for name in ("start", "rates", "losses")
)
"""Where a call of the loop has its first step, and where the addresses of what each step has."""
COUNT = place_of(_KINDS, len(_KINDS))
"""Numbers that a call of the loop has."""
POINTERS = pointers_of(_KINDS)
"""How many times their address is an argument."""
EIGHT = 8
"""Bytes of a rate and of a loss."""


def one_step_each(calls: Any) -> Any:
    """Calls of the loop for many steps, as calls for one step: the first."""
    calls[:, [RATES + 1, LOSSES + 1]] = 1
    return calls


def call_loop(address: int, numbers: Any) -> int:
    """Call the machine code at ``address`` on COUNT whole numbers and addresses."""
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, *(ctypes.c_void_p,) * POINTERS)
    return int(kind(int(address))(*(numbers.ctypes.data,) * POINTERS))


@intrinsic_for(call_loop)
def _call_loop(typing_context, address, numbers):
    def codegen(context, builder, signature, arguments):
        number = ir.IntType(64)
        data = context.make_array(signature.args[1])(context, builder, arguments[1]).data
        kind = ir.FunctionType(number, [data.type] * POINTERS).as_pointer()
        return builder.call(builder.inttoptr(arguments[0], kind), [data] * POINTERS)

    return types.int64(types.int64, numbers), codegen


def run_turns(address, calls, turns, counts, step_state):
    """Run ``len(turns)`` steps, each of the objective whose turn it is; returns how many were done.

    Parameters
    ----------
    address : machine code of ``run_steps``
    calls : (objectives, COUNT) what it is called with, for one step; changed in place
    turns : (steps,) the objective of each step
    counts : (objectives,) in and out: how many steps of each were done
    step_state : its step is that of the objective whose turn it is, as optimizers count
    """
    for k in range(len(turns)):
        turn = turns[k]
        step_state[STEP] = counts[turn]
        done = call_loop(address, calls[turn])
        counts[turn] = step_state[STEP]
        if done == 0:
            return k
        for n in range(calls.shape[0]):
            calls[n, START] += 1
            calls[n, RATES] += EIGHT
            calls[n, LOSSES] += EIGHT
    return len(turns)


_SIGNATURE = types.int64(
    types.int64, types.int64[:, ::1], types.int64[::1], types.float64[::1], types.float64[::1]
)
_PARTS = NAME, device_function(run_turns), _SIGNATURE


def compiled_turns() -> tuple[Any, bool]:
    """``run_turns``, and whether there was machine code for it before."""
    with COMPILING.hold():
        turns = _compiled_turns()
    return turns, turns.from_cache


@cache
def _compiled_turns() -> Entry:
    return Entry(*_PARTS)


def make_turns() -> None:
    """Compile it, without loading it."""
    make(*_PARTS)


def turns_are_compiled() -> bool:
    """Whether there is machine code of it, by its file's name."""
    return is_kept(NAME)
