"""Runs a program's rows with NumPy, one after the other."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from tuidl.backends.base import (
    ArrayDataset,
    BatchPlan,
    Compiling,
    StepChunk,
    Turns,
    aligned_zeros,
    looking,
    require_one_thread,
    run_in_turn,
)
from tuidl.backends.numpy.registry import oracle_of
from tuidl.compiler.program import Program
from tuidl.compiler.routine import Rows
from tuidl.core.lazy import Array
from tuidl.kernels import KERNELS, NAMES
from tuidl.kernels.step_state import EPOCH, LEARNING_RATE, STEP, STEP_STATE_SIZE
from tuidl.kernels.subnormals import subnormals_flushed


class NumpyEngine:
    """A program bound to plain NumPy: the reference for the other backends."""

    threads = 1
    device = ""
    from_cache = True

    def __init__(self, program: Program, dtype: np.dtype[Any], threads: int | None = None) -> None:
        self.program, self.dtype = program, dtype
        self.arena = aligned_zeros(program.size, dtype)
        self.step_state = np.zeros(STEP_STATE_SIZE)
        self.stop = np.zeros(1, np.int64)
        self.notes: list[str] = []
        trained = [slice(0, program.span)]
        for objective in program.objectives:
            trained += [slice(at, at + objective.span) for at in objective.state.values()]
        kept = [slot for slot in program.parameters if not slot.trainable]
        self._lasting = [*trained, *(slice(s.offset, s.offset + s.size) for s in kept)]
        if program.settle is not None:  # the rows that steps left behind, and those with gradients
            self._lasting = [slice(0, program.fixed)]

    def use_threads(self, threads: int) -> None:
        require_one_thread("numpy", threads)

    def prepare(self) -> Iterator[Compiling]:
        """Nothing to compile."""
        yield from ()

    def run(self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk) -> int:
        self.step_state[EPOCH] = dataset.epoch
        try:
            return self._run(batches, dataset, chunk)
        finally:
            if self.program.settle is not None and chunk.updates:
                self._settle(self.program.settle.rows_for(0))

    def again(
        self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk
    ) -> Callable[[Array], None]:
        return looking(self, batches, dataset, chunk)

    def run_turns(
        self, plans: Sequence[BatchPlan], dataset: ArrayDataset, chunk: StepChunk, turns: Turns
    ) -> int:
        return run_in_turn(self, plans, dataset, chunk, turns)

    def _settle(self, rows: Rows) -> None:
        """Do what steps left undone for rows of tables that they did not read."""
        with self._whole(), subnormals_flushed():
            for first, end, lanes in rows.stages:
                self._stage(rows, first, end, lanes)

    def _run(self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk) -> int:
        for k in range(len(chunk.rates)):
            if self.stop[0]:
                return k
            with self._whole() if chunk.updates else nullcontext(), subnormals_flushed():
                is_done = self._step(batches, dataset, chunk, k)
            if not is_done:
                return k
        return len(chunk.rates)

    def _step(self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk, k: int) -> bool:
        """Do a step; False where its loss is not finite: then there is no update."""
        checked = batches.routine.stages_before_update
        position = (chunk.start + k) * batches.batch
        chosen = dataset.order[position : position + batches.batch]
        rows = batches.whole if len(chosen) == batches.batch else batches.short
        self.step_state[STEP] += 1
        self.step_state[LEARNING_RATE] = chunk.rates[k]
        self._gather(rows, dataset, chosen)
        for first, end, lanes in rows.stages[:checked]:
            self._stage(rows, first, end, lanes)
        chunk.losses[k] = self._collect(rows, chunk.totals) / len(chosen)
        updates = rows.stages[checked:] if chunk.updates else rows.stages[:0]
        if len(updates) and not math.isfinite(chunk.losses[k]):
            self.step_state[STEP] -= 1
            return False
        for first, end, lanes in updates:
            self._stage(rows, first, end, lanes)
        return True

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """The step in the block is done as a whole, or (Ctrl-C may come anywhere) not at all."""
        kept = [self.arena[part].copy() for part in self._lasting]
        step_state = self.step_state.copy()
        try:
            yield
        except BaseException:
            for part, values in zip(self._lasting, kept, strict=True):
                self.arena[part] = values
            self.step_state[:] = step_state
            raise

    def run_instruction(self, rows: Rows, number: int) -> None:
        for lane in range(rows.lanes_of(number)):
            with subnormals_flushed():
                self._execute(rows.rows[number, lane])

    def _stage(self, rows: Rows, first: int, end: int, lanes: int) -> None:
        for lane in range(lanes):
            for row in rows.rows[first:end, lane]:
                self._execute(row)

    def _gather(self, rows: Rows, dataset: ArrayDataset, chosen: Array) -> None:
        for lane, count in enumerate(rows.examples):
            mine = chosen[rows.first[lane] : rows.first[lane] + count]
            for start, values in ((rows.inputs[lane], dataset.x), (rows.targets[lane], dataset.y)):
                flat = values[mine].reshape(-1)
                self.arena[start : start + len(flat)] = flat

    def _collect(self, rows: Rows, totals: Array) -> float:
        if not len(totals):
            return 0.0
        starts = rows.statistics[rows.examples > 0]
        for start in starts:
            totals += self.arena[start : start + len(totals)]
        return float(sum(self.arena[start] for start in starts))

    def _execute(self, row: Array) -> None:
        name = NAMES[row[0]]
        signature = KERNELS[name].signature
        operands, options = signature.decode(row.tolist())
        views = [
            self.arena[offset : offset + math.prod(shape)].reshape(shape)
            for offset, shape in operands
        ]
        step_state = (self.step_state,) if signature.uses_step_state else ()
        with np.errstate(all="ignore"):
            oracle_of(name)(*views, *options, *step_state)
