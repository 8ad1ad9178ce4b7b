"""A program bound to its memory: walks over examples, one call at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from math import prod

import numpy as np

from tuidl.backends.base import (
    ArrayDataset,
    BatchPlan,
    Compiling,
    Engine,
    StepChunk,
    only_look,
)
from tuidl.compiler.program import ObjectiveProgram, Program
from tuidl.compiler.routine import Routine
from tuidl.core.errors import DataError
from tuidl.core.fair_lock import FairLock
from tuidl.core.lazy import Array
from tuidl.ir.buffers import Buffer
from tuidl.model.parameters import Parameters

MOST_PLANS = 16
"""Numbers of examples whose batches are kept ready."""


class Bound:
    """What a model and its training share: the memory of one program.

    All that works with the memory does so while it holds ``lock``: walks leave gradients and
    outputs of layers there, which are to be read before anything else is done.
    """

    def __init__(self, program: Program, engine: Engine) -> None:
        self.program, self.engine = program, engine
        self.lock = FairLock("the model")
        self._parameters = Parameters(engine, self.lock)
        self._prepared = self._is_trained = False
        self._plans: dict[tuple[str, int], BatchPlan] = {}

    def prepare(self) -> Iterator[Compiling]:
        """Compile what is not compiled yet, with an item before each wait."""
        yield from self.engine.prepare()
        self._prepared = True

    def require_prepared(self) -> None:
        """Compile what is not compiled yet, in silence."""
        if not self._prepared:
            for _ in self.prepare():
                pass

    @contextmanager
    def in_training(self) -> Iterator[None]:
        """The block is a training of this model. Raises DataError while there is another one."""
        with self.lock.hold():
            if self._is_trained:
                problem = "the model is being trained already"
                raise DataError(f"{problem}: let that run end, or close() it, before another one")
            self._is_trained = True
        try:
            yield
        finally:
            self.engine.stop.fill(0)
            self._is_trained = False

    @property
    def _statistics(self) -> int:
        return sum(size for _, size in self.program.statistics.values())

    def _stretch(self, statistics: int, steps: int = 1) -> StepChunk:
        zeros = np.zeros(steps)
        return StepChunk(0, zeros, np.zeros(statistics), zeros.copy(), updates=False)

    @cached_property
    def _nothing_counted(self) -> StepChunk:
        """For a step of which only the outputs are wanted."""
        return self._stretch(0)

    @contextmanager
    def clock_kept(self) -> Iterator[None]:
        """What is only looked at is no step, even where it is interrupted."""
        step_state = self.engine.step_state.copy()
        try:
            yield
        finally:
            self.engine.step_state[:] = step_state

    def _walk(
        self, routine: Routine, feed: ArrayDataset, stretch: StepChunk | None = None
    ) -> Iterator[int]:
        """Run the routine once for each batch of the feed; yields the batch's length after it."""
        stretch = stretch or self._nothing_counted
        most, examples = routine.capacity, len(feed)
        for start in range(0, examples, most):
            batch, part = feed, slice(start, start + most)
            if examples > most:
                order = feed.order[: len(feed.x[part])]
                batch = ArrayDataset(feed.x[part], feed.y[part], order, epoch=feed.epoch)
            batches = self._plan(routine, min(most, examples - start))
            self.require_prepared()
            only_look(self.engine, batches, batch, stretch)
            yield batches.batch

    def _plan(self, routine: Routine, examples: int) -> BatchPlan:
        """For a walk over so many examples; those asked for last are kept."""
        key = (routine.name, examples)
        if (plan := self._plans.get(key)) is None:
            plan = self._plans[key] = BatchPlan.of(routine, routine.capacity, examples)
            for other in [*self._plans][:-MOST_PLANS]:
                self._plans.pop(other, None)
        return plan

    def _run(self, batches: BatchPlan, feed: ArrayDataset, stretch: StepChunk) -> int:
        """Run the stretch; returns the steps done."""
        self.require_prepared()
        return self.engine.run(batches, feed, stretch) if batches.whole.batch else 0

    def summed_gradients(self, objective: ObjectiveProgram | None = None) -> Array:
        """The shards' gradients of the last step, added in their order.

        ``objective``: whose step it was, the first one's by default. As long as the vector of all
        trained parameters; those that it does not train have zeros.
        """
        program = self.program
        objective = objective or program.objectives[0]
        own = objective.span
        total = self._at(objective.gradients, (own,)).copy()
        for shard in range(1, objective.copies):
            total += self._at(objective.gradients + shard * own, (own,))
        if own == program.span:
            return total
        whole = np.zeros(program.span, total.dtype)
        whole[objective.start : objective.start + own] = total
        return whole

    def _read(self, routine: Routine, buffer: Buffer, batch: int) -> Array:
        """The examples' part of a buffer, put together from all shards: (batch, elements)."""
        width = buffer.elements(1)
        parts = []
        for shard in range(routine.shards_of(batch)):
            address = routine.address(buffer.view, shard, batch)
            parts.append(self._at(address, (routine.examples_of(shard, batch), width)).copy())
        return np.concatenate(parts)

    def _at(self, offset: int, shape: tuple[int, ...]) -> Array:
        return self.engine.arena[offset : offset + prod(shape)].reshape(shape)
