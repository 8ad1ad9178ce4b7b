"""The interface of a backend: a program's memory, and steps on it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, Protocol

import numpy as np

from tuidl.compiler.program import Program
from tuidl.compiler.routine import Routine, Rows
from tuidl.core.errors import BackendError
from tuidl.core.lazy import Array
from tuidl.kernels.step_state import STEP

CACHE_LINE = 64


@dataclass(frozen=True)
class ArrayDataset:
    """Examples in the backend's dtype: ``x`` (N, inputs), ``y`` (N, targets), ``order`` (N,).

    ``units`` (targets,): what 1 of each target is in the unit it had before it was scaled; None
    where nothing was. ``epoch``: which one the order is of. ``labels`` (N,): classes that are not
    learned, where inputs are the targets.
    """

    x: Array
    y: Array
    order: Array
    units: Array | None = None
    epoch: int = 0
    labels: Array | None = None

    def __len__(self) -> int:
        return len(self.order)

    @property
    def target_units(self) -> Array:
        return np.ones(self.y.shape[1]) if self.units is None else self.units

    @cached_property
    def total_squares(self) -> Array:
        """Of each output the targets' squared distances from their mean, summed, in float64."""
        y = self.y - self.y[:1].astype(np.float64)  # of equal targets exactly 0
        return np.asarray(((y - y.mean(axis=0)) ** 2).sum(axis=0))


@dataclass(frozen=True)
class BatchPlan:
    """A routine's rows for whole batches of some size and for the short one that is left."""

    routine: Routine
    whole: Rows
    short: Rows

    @classmethod
    def of(cls, routine: Routine, batch: int, examples: int) -> "BatchPlan":
        """For an epoch over ``examples``, ``batch`` at a time."""
        batch = min(batch, examples)
        left = examples % batch if batch else 0
        whole = routine.rows_for(batch)
        return cls(routine, whole, routine.rows_for(left) if left else whole)

    def on(self, threads: int) -> "BatchPlan":
        """The same to the last bit, as it suits so many threads: on powers of two of them outputs
        by tiles are cut into as many pieces."""
        if threads.bit_count() == 1 and threads not in self._suited:
            kinds = (self.whole, self.short)
            rows = [self.routine.rows_for(kind.batch, threads=threads) for kind in kinds]
            self._suited[threads] = BatchPlan(self.routine, *rows)
        return self._suited.get(threads, self)

    @cached_property
    def _suited(self) -> "dict[int, BatchPlan]":
        return {}

    @property
    def batch(self) -> int:
        return self.whole.batch

    @property
    def kinds(self) -> tuple[Rows, ...]:
        """The whole batch, and the short one if there is one."""
        return (self.whole,) if self.short is self.whole else (self.whole, self.short)

    @cached_property
    def rows(self) -> Array:
        """(kinds, instructions, lanes, width): of the whole and of the short batch."""
        return _side_by_side([kind.rows for kind in self.kinds])

    @cached_property
    def stages(self) -> Array:
        """(kinds, stages, 3): first row, end row and lanes of each."""
        return np.stack([kind.stages for kind in self.kinds])

    @cached_property
    def stages_before_update(self) -> Array:
        """The first of them, after which loss and gradients are known."""
        return np.ascontiguousarray(self.stages[:, : self.routine.stages_before_update])

    @cached_property
    def most_lanes(self) -> int:
        """Lanes that work at the same time."""
        return int(self.stages[:, :, 2].max(initial=1))

    @cached_property
    def lanes(self) -> Array:
        """(kinds, 5, shards): examples, first, inputs, targets and statistics of each."""
        return _side_by_side(
            [
                np.stack([k.examples, k.first, k.inputs, k.targets, k.statistics])[:, :, None]
                for k in self.kinds
            ]
        )[..., 0]

    def steps(self, examples: int) -> int:
        """Steps of an epoch: the short batch is one too."""
        return -(-examples // self.batch) if self.batch else 0


def _side_by_side(tables: list[Array]) -> Array:
    """(kinds, rows, lanes, width) of tables (rows, lanes, width): zeros where lanes are idle."""
    if len(tables) == 1:
        return tables[0][None]
    most = [max(sizes) for sizes in zip(*(table.shape for table in tables), strict=True)]
    whole = np.zeros((len(tables), *most), np.int64)
    for kind, table in zip(whole, tables, strict=True):
        kind[: table.shape[0], : table.shape[1], : table.shape[2]] = table
    return whole


@dataclass
class StepChunk:
    """Some steps in a row: where they start in the epoch, and what they leave behind.

    ``rates``: the learning rate of each. ``losses``: out, the mean loss of each.
    ``totals``: in and out, sums over the examples, as the program's ``statistics`` lays them out.
    ``updates``: False to stop at the gradients.
    """

    start: int
    rates: Array
    totals: Array
    losses: Array
    updates: bool = True

    def after(self, done: int) -> "StepChunk":
        """What is left of it after so many steps; ``totals`` and ``losses`` are its own."""
        rates, losses = self.rates[done:], self.losses[done:]
        return replace(self, start=self.start + done, rates=rates, losses=losses)


@dataclass(frozen=True)
class Turns:
    """``numbers`` (steps,): the objective of each step, int64. ``counts`` (objectives,): in and
    out, how many steps of each were done, float64 as in the step state."""

    numbers: Array
    counts: Array

    @property
    def in_a_row(self) -> Iterator[tuple[int, int]]:
        """An objective and how many steps in a row it has, one after the other."""
        for number, steps in groupby(self.numbers.tolist()):
            yield number, len(list(steps))


@dataclass(frozen=True)
class Compiling:
    """One more of the kernels that a program needs is being compiled. ``share``: of all work that
    is done, ``next_share``: of this one; ``seconds``: that all of it is expected to take."""

    done: int
    total: int
    kernel: str
    share: float = 0.0
    next_share: float = 0.0
    seconds: float | None = None


class Engine(Protocol):
    """A program with its memory on some backend.

    ``arena`` and ``step_state`` (float64) are the memory itself, or a copy that is brought up to
    date when it is read; what is written to them counts. ``stop`` is int64 (1,). ``device`` is a
    GPU's name, and empty for the processor. ``notes``: what the user should hear of; who tells them
    takes them away.
    """

    program: Program
    dtype: np.dtype[Any]
    threads: int
    device: str
    stop: Array
    notes: list[str]

    @property
    def arena(self) -> Array:
        """All of the program's memory; take it anew after each ``run``."""
        ...

    @property
    def step_state(self) -> Array: ...

    def prepare(self) -> Iterator[Compiling]:
        """Compile what is not compiled yet; one item before each compilation."""
        ...

    def use_threads(self, threads: int) -> None:
        """Run on so many from now on. Raises BackendError where it cannot have them."""
        ...

    @property
    def from_cache(self) -> bool:
        """Whether ``prepare`` found everything compiled."""
        ...

    def run(self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk) -> int:
        """Run the chunk; returns the steps done (fewer: stopped, or a loss not finite)."""
        ...

    def run_turns(
        self, plans: Sequence[BatchPlan], dataset: ArrayDataset, chunk: StepChunk, turns: "Turns"
    ) -> int:
        """Run the chunk, each step with the plan of the objective whose turn it is; as ``run``."""
        ...

    def again(
        self, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk
    ) -> Callable[[Array], None]:
        """``only_look`` with other inputs in each call, of the shape and dtype of the dataset's:
        what does not change is worked out once. To be asked for once kernels are compiled."""
        ...

    def run_instruction(self, rows: Rows, number: int) -> None:
        """Run one instruction in all its lanes, for looking into a step."""
        ...


def looking(
    engine: Engine, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk
) -> Callable[[Array], None]:
    """``Engine.again`` by calls of ``Engine.run``."""
    return lambda x: only_look(engine, batches, replace(dataset, x=x), chunk)


def only_look(engine: Engine, batches: BatchPlan, dataset: ArrayDataset, chunk: StepChunk) -> None:
    """Run one step that is none of the training: neither counted, nor stopped where that is."""
    step_state = engine.step_state.copy()
    try:
        while not engine.run(batches, dataset, chunk):
            engine.stop.fill(0)
    finally:
        engine.step_state[:] = step_state


def run_in_turn(
    engine: Engine,
    plans: Sequence[BatchPlan],
    dataset: ArrayDataset,
    chunk: StepChunk,
    turns: Turns,
) -> int:
    """``Engine.run_turns`` by calls of ``Engine.run``, one for the steps that an objective has in a
    row."""
    done = 0
    for number, steps in turns.in_a_row:
        part = chunk.after(done)
        part = replace(part, rates=part.rates[:steps], losses=part.losses[:steps])
        engine.step_state[STEP] = turns.counts[number]
        try:
            some = engine.run(plans[number], dataset, part)
        finally:
            turns.counts[number] = engine.step_state[STEP]
        done += some
        if some < steps:
            break
    return done


def require_one_thread(backend: str, threads: int) -> None:
    """Raises BackendError for more, or for none."""
    if threads != 1:
        raise BackendError(f"{threads} threads: the {backend} backend works on one; use cpu")


def aligned_zeros(elements: int, dtype: np.dtype[Any]) -> Array:
    """Zeros that start on a cache line."""
    spare = CACHE_LINE // dtype.itemsize
    memory = np.zeros(elements + spare, dtype)
    skip = -(memory.ctypes.data // dtype.itemsize) % spare
    return memory[skip : skip + elements]
