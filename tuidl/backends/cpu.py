"""The CPU backend: compiled kernels, run by the compiled loop on all threads asked for."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from inspect import signature
from typing import Any

import numba
import numpy as np

from tuidl.backends.base import (
    ArrayDataset,
    BatchPlan,
    Compiling,
    StepChunk,
    Turns,
    aligned_zeros,
    only_look,
    run_in_turn,
)
from tuidl.backends.compile_work import CompileWork
from tuidl.compiler.program import Program
from tuidl.compiler.routine import Rows
from tuidl.core.errors import BackendError
from tuidl.core.fair_lock import FairLock
from tuidl.core.lazy import Array
from tuidl.core.limits import default_threads
from tuidl.kernels import KERNELS, blas
from tuidl.kernels.ahead import shared_compilation, with_routines
from tuidl.kernels.jobs import LOOP, TURNS, job
from tuidl.kernels.loop import compiled_loop, run_steps
from tuidl.kernels.simd.intrinsics import call_kernel
from tuidl.kernels.simd.routines import ROUTINES
from tuidl.kernels.step_state import EPOCH, STEP_STATE_SIZE
from tuidl.kernels.subnormals import subnormals_flushed
from tuidl.kernels.timing import FIRST_ROW, compiled_timer
from tuidl.kernels.turns import compiled_turns, one_step_each

_PARALLEL = FairLock()
"""For parallel code: two threads in it at once abort the process where Numba's only threading layer
is workqueue."""

INPUTS = [*signature(run_steps).parameters].index("x")
"""Which argument of the loop the examples' inputs are."""

_threads_of: list[int] = []
"""The process that Numba's threads belong to, once there are any."""


def _most_threads() -> int:
    return int(numba.config.NUMBA_NUM_THREADS)


class CpuEngine:
    """A program bound to this machine's processor."""

    device = ""

    def __init__(self, program: Program, dtype: np.dtype[Any], threads: int | None) -> None:
        """``threads``: None for all cores, or Numba's limit (NUMBA_NUM_THREADS)."""
        self.program, self.dtype = program, dtype
        self.use_threads(min(default_threads(), _most_threads()) if threads is None else threads)
        self.arena = aligned_zeros(program.size, dtype)
        self.step_state = np.zeros(STEP_STATE_SIZE)
        self.stop = np.zeros(1, np.int64)
        self.notes: list[str] = []
        self.from_cache = True
        self._addresses = np.zeros(len(KERNELS), np.int64)
        self._loop: Any = None
        self._turns: Any = None

    def use_threads(self, threads: int) -> None:
        if not 1 <= threads <= _most_threads():
            raise BackendError(f"{threads} threads: this process can use 1 to {_most_threads()}")
        self.threads = threads

    def prepare(self) -> Iterator[Compiling]:
        """Load or compile the loop and the kernels that the program uses."""
        blas.load()
        names = [*self.program.kernels, LOOP, *[TURNS] * (len(self.program.objectives) > 1)]
        missing = [name for name in names if not job(name).is_compiled(self.dtype)]
        foreign = [name for name in missing if name in KERNELS and KERNELS[name].foreign]
        own = with_routines([name for name in missing if name not in foreign])
        own = [name for name in own if not job(name).is_compiled(self.dtype)]
        self.from_cache, work = not missing, CompileWork([*foreign, *own])
        total = len(names) + len(set(own) & ROUTINES.keys())
        for i, name in enumerate(foreign):  # the helper process does not know them
            yield work.step(i, total, name)
            self._load(name)
            work.done(name)
        with shared_compilation(own, self.dtype) as share:
            for name in share.taken():
                yield work.step(total - share.left - 1, total, name, share.finished)
                job(name).make(self.dtype)
                work.done(name)
            if (helped := share.helped) is not None:
                yield work.step(total - 1, total, helped, share.finished)
                share.wait()
        for name in names:
            if name in work.left and not job(name).is_compiled(self.dtype):
                yield work.step(total - 1, total, name)  # the helper died with it
            self.from_cache &= self._load(name)

    def _load(self, name: str) -> bool:
        """Load or compile a kernel or the loop; whether it came from the cache."""
        if name == LOOP:
            self._loop, from_cache = compiled_loop(self.dtype)
            return from_cache
        if name == TURNS:
            self._turns, from_cache = compiled_turns()
            return from_cache
        address, from_cache = KERNELS[name].compile(self.dtype)
        self._addresses[KERNELS[name].opcode] = address
        return from_cache

    def run(self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk) -> int:
        self.step_state[EPOCH] = dataset.epoch
        batches = batches.on(self.threads)
        if self.threads == 1:
            return self._run(batches, dataset, chunk)
        if batches.most_lanes == 1:
            return self._steps(batches, dataset, chunk)
        return self._in_parallel(lambda: self._run(batches, dataset, chunk))

    def run_turns(
        self, plans: Sequence[BatchPlan], dataset: ArrayDataset, chunk: StepChunk, turns: Turns
    ) -> int:
        if self.program.settle is not None:
            return run_in_turn(self, plans, dataset, chunk, turns)
        self.step_state[EPOCH] = dataset.epoch
        plans = [plan.on(self.threads) for plan in plans]
        if self.threads == 1:
            return self._alternate(plans, dataset, chunk, turns)
        if max(p.most_lanes for p in plans) == 1:
            return self._alternate(plans, dataset, chunk, turns)
        return self._in_parallel(lambda: self._alternate(plans, dataset, chunk, turns))

    def again(
        self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk
    ) -> Callable[[Array], None]:
        arguments = self._arguments(batches.on(1), dataset, chunk, alone=True)
        state, stop = self.step_state.copy(), np.zeros(1, np.int64)
        own = {id(self.step_state): state, id(self.stop): stop}  # nothing is to be put back
        call = self._loop.prepared(INPUTS, *(own.get(id(one), one) for one in arguments))

        def look(x: Array) -> None:
            if self.threads > 1 and batches.most_lanes > 1:
                only_look(self, batches, replace(dataset, x=x), chunk)
                return
            state[:] = self.step_state
            state[EPOCH] = dataset.epoch
            call(x)

        return look

    def _alternate(
        self, plans: Sequence[BatchPlan], dataset: ArrayDataset, chunk: StepChunk, turns: Turns
    ) -> int:
        alone = self.threads == 1
        calls = [self._loop.passed(*self._arguments(p, dataset, chunk, alone=alone)) for p in plans]
        done: int = self._turns(
            self._loop.address,
            one_step_each(np.array(calls, np.int64)),
            turns.numbers,
            turns.counts,
            self.step_state,
        )
        return done

    def _in_parallel(self, work: Callable[[], int]) -> int:
        with _PARALLEL.hold():
            self._require_threads()
            numba.set_num_threads(self.threads)
            return work()

    def _settle(self, dataset: ArrayDataset) -> None:
        """Do what steps left undone for rows of tables that they did not read."""
        if self.program.settle is None:
            return
        batches = BatchPlan.of(self.program.settle, 0, 0)
        nothing, number = np.zeros(1), np.zeros(1, np.int64)
        numba.set_num_threads(self.threads)
        self._loop(
            self._addresses,
            batches.rows,
            batches.stages,
            batches.lanes,
            self.arena,
            self.step_state.copy(),
            dataset.x[:0],
            dataset.y[:0],
            dataset.order[:0],
            0,
            0,
            0,
            int(self.threads == 1),
            nothing,
            nothing,
            np.zeros(0),
            number,
        )

    def _require_threads(self) -> None:
        """Raises BackendError where threads are needed that stayed behind when a process forked."""
        _threads_of[:] = _threads_of or [os.getpid()]
        if _threads_of[0] != os.getpid():
            problem = "this process was forked from one that has computed on several threads"
            raise BackendError(f"{problem}: start it with multiprocessing's 'spawn'")

    def _run(self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk) -> int:
        """Steps, and what they left undone."""
        try:
            return self._steps(batches, dataset, chunk)
        finally:
            if chunk.updates:
                self._settle(dataset)

    def _steps(self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk) -> int:
        alone = self.threads == 1
        done: int = self._loop(*self._arguments(batches, dataset, chunk, alone=alone))
        return done

    def _arguments(
        self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk, *, alone: bool
    ) -> tuple[Any, ...]:
        return (
            self._addresses,
            batches.rows,
            batches.stages if chunk.updates else batches.stages_before_update,
            batches.lanes,
            self.arena,
            self.step_state,
            dataset.x,
            dataset.y,
            dataset.order,
            chunk.start,
            batches.batch,
            batches.routine.stages_before_update,
            int(alone),
            chunk.rates,
            chunk.losses,
            chunk.totals,
            self.stop,
        )

    def run_instruction(self, rows: Rows, number: int) -> None:
        with subnormals_flushed():
            for lane in range(rows.lanes_of(number)):
                row = np.ascontiguousarray(rows.rows[number, lane])
                call_kernel(self._addresses[row[0]], row, self.arena, self.step_state)

    def time_rows(
        self, batches: BatchPlan, dataset: ArrayDataset, rate: float, steps: int, clock: int
    ) -> Array:
        """Run whole steps of an epoch on one thread, reading ``clock`` after each row.

        Returns nanoseconds (steps, rows + FIRST_ROW, lanes), laid out as in ``kernels/timing.py``.
        """
        batches = batches.on(1)
        rows = batches.whole.rows
        ticks = np.zeros((steps, FIRST_ROW + rows.shape[0], rows.shape[1]), np.int64)
        compiled_timer(self.dtype)(
            self._addresses,
            rows,
            batches.whole.stages,
            batches.lanes[0],
            self.arena,
            self.step_state,
            dataset.x,
            dataset.y,
            dataset.order[: steps * batches.batch],
            batches.batch,
            rate,
            clock,
            ticks,
        )
        with _PARALLEL.hold():
            self._settle(dataset)
        return ticks
