"""Model: a Program bound to a backend, with parameters that can be read, set and differentiated."""

import hashlib
from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from tuidl.backends import create_engine
from tuidl.backends.base import Array, Batches, Compiling, Feed, Stretch
from tuidl.errors import BackendError, DataError, suggestion
from tuidl.graph import Graph
from tuidl.initializers import initial_values
from tuidl.kernels.clock import SEED
from tuidl.limits import check_memory
from tuidl.preset import Preset
from tuidl.program import Program, Routine, compile_program
from tuidl.runs.weights import read_weights
from tuidl.tape import Buffer

DTYPES = ("float32", "float64")


class Model:
    """A network in memory. Build one with ``tuidl.build``.

    ``parameters`` maps names like ``conv2d_1.kernel`` to writable views of the program's memory.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        batch: int,
        backend: str = "cpu",
        dtype: str = "float32",
        threads: int | None = None,
        input_gradient: bool = False,
        start: dict[str, Array] | None = None,
    ) -> None:
        """Lay out and initialise; nothing is compiled yet. ``start``: first values of some
        parameters, by default those that the preset takes from another run.

        Raises PresetError, or BackendError where the backend or the memory is not to be had.
        """
        self.preset = preset
        self.backend = backend
        if dtype not in DTYPES:
            raise BackendError(f"no dtype {dtype!r}{suggestion(dtype, DTYPES)}")
        if batch < 1:
            raise DataError(f"a batch of {batch} examples: at least 1")
        self.program: Program = compile_program(
            Graph.build(preset), batch, input_gradient=input_gradient
        )
        kind = np.dtype(dtype)
        needed = self.program.size * kind.itemsize
        check_memory(needed, "the program", "use smaller layers or training.batch_size")
        self.engine = create_engine(backend, self.program, kind, threads)
        self._prepared = False
        self.start = self._first_of_another_run() if start is None else start
        self._set_first_values(preset.training.seed)

    @property
    def parameters(self) -> dict[str, Array]:
        """Writable views, in program order."""
        return {slot.name: self._at(slot.offset, slot.shape) for slot in self.program.parameters}

    @property
    def weights_sha256(self) -> str:
        """SHA-256 over the parameters' bytes in program order."""
        digest = hashlib.sha256()
        for values in self.parameters.values():
            digest.update(np.ascontiguousarray(values).data)
        return digest.hexdigest()

    def initialize(self, seed: int) -> None:
        """Give every parameter its first value, and forget what the optimizer knew."""
        self.engine.arena[:] = 0
        self.engine.clock[:] = 0
        self._set_first_values(seed)

    def _set_first_values(self, seed: int) -> None:
        self.engine.clock[SEED] = seed
        program = self.program
        for name, value in self.preset.optimizer.state().items():
            self._at(program.state[name], (program.span,))[:] = value
        parameters = self.parameters
        for slot in self.program.parameters:
            values = initial_values(slot.initializer, slot.shape, seed, slot.name)
            parameters[slot.name][...] = self.start.get(slot.name, values)

    def _first_of_another_run(self) -> dict[str, Array]:
        wanted = self.preset.weights
        shapes = {slot.name: slot.shape for slot in self.program.parameters}
        return read_weights(wanted, shapes) if wanted else {}

    def prepare(self) -> Iterator[Compiling]:
        """Compile what is not compiled yet, with an item before each wait."""
        yield from self.engine.prepare()
        self._prepared = True

    def require_prepared(self) -> None:
        """Compile what is not compiled yet, in silence."""
        if not self._prepared:
            for _ in self.prepare():
                pass

    def feed(self, x: Any, y: Any = None) -> Feed:
        """Examples as the engine takes them. Raises DataError where their shapes do not fit."""
        spec, dtype = self.program.graph.spec, self.engine.dtype
        x = _array(x, dtype, "x")
        if x.shape[1:] != spec.shape:
            raise DataError(f"x: expected shape (examples, {_listed(spec.shape)}), got {x.shape}")
        count, width = len(x), spec.target_width if y is not None else 0
        y = _array(np.zeros((count, 0)) if y is None else y, dtype, "y")
        if y.shape != (count, width) and not (width == 1 and y.shape == (count,)):
            raise DataError(f"y: expected shape ({count}, {width}), got {y.shape}")
        known = range(len(spec.classes))
        if spec.classes and y.size and not np.isin(y, known).all():
            raise DataError(f"y: expected classes from 0 to {len(spec.classes) - 1}")
        flat = x.reshape(count, prod(spec.shape))
        return Feed(flat, y.reshape(count, width), np.arange(count, dtype=np.int64))

    def predict(self, x: Any) -> Array:
        """What the network answers to ``x`` (examples, *input shape): (examples, *output shape)."""
        routine, feed = self.program.predict, self.feed(x)
        output = routine.emitted.output
        answers = [self._read(routine, output, count) for count in self._walk(routine, feed)]
        shape = (-1, *self.program.graph.nodes[-1].shape)
        nothing = np.zeros((0, *shape[1:]), self.engine.dtype)
        return np.concatenate([nothing, *(answer.reshape(shape) for answer in answers)])

    def loss_and_gradients(self, x: Any, y: Any) -> tuple[float, dict[str, Array]]:
        """Mean loss over the examples, and its gradient by each parameter (same keys).

        Changes neither parameters nor the optimizer's state.
        """
        loss, gradients, _ = self.differentiate(x, y)
        return loss, gradients

    def differentiate(self, x: Any, y: Any) -> tuple[float, dict[str, Array], Array | None]:
        """``loss_and_gradients``, and the gradient of the inputs where it was asked for."""
        if y is None:
            raise DataError("y: the loss needs targets")
        routine, feed = self.program.train, self.feed(x, y)
        total = np.zeros(self.program.span)
        d_inputs: list[Array] = []
        loss = 0.0
        stretch = self._stretch(self._statistics)
        for count in self._walk(routine, feed, stretch):
            share = count / len(feed)
            loss += share * float(stretch.losses[0])
            total += share * self.summed_gradients()
            if routine.emitted.dx is not None:
                d_inputs.append(share * self._read(routine, routine.emitted.dx, count))
        gradients = {
            slot.name: total[slot.offset : slot.offset + slot.size]
            .reshape(slot.shape)
            .astype(self.engine.dtype)
            if slot.trainable
            else np.zeros(slot.shape, self.engine.dtype)
            for slot in self.program.parameters
        }
        return loss, gradients, np.concatenate(d_inputs) if d_inputs else None

    def evaluate(self, feed: Feed) -> Array | None:
        """Sums over all examples, as ``program.statistics`` lays them out; None if stopped."""
        routine = self.program.evaluate
        batches = Batches.of(routine, routine.capacity, len(feed))
        stretch = self._stretch(self._statistics, batches.steps(len(feed)))
        clock = self.engine.clock.copy()
        done = self._run(batches, feed, stretch)
        self.engine.clock[:] = clock
        return stretch.totals if done == len(stretch.rates) else None

    @property
    def _statistics(self) -> int:
        return sum(size for _, size in self.program.statistics.values())

    def _stretch(self, statistics: int, steps: int = 1) -> Stretch:
        zeros = np.zeros(steps)
        return Stretch(0, zeros, np.zeros(statistics), zeros.copy(), updates=False)

    def _walk(self, routine: Routine, feed: Feed, stretch: Stretch | None = None) -> Iterator[int]:
        """Run the routine once for each batch of the feed; yields the batch's length after it."""
        stretch = stretch or self._stretch(0)
        clock = self.engine.clock.copy()
        for start in range(0, len(feed), routine.capacity):
            part = slice(start, start + routine.capacity)
            order = feed.order[: len(feed.x[part])]
            batch = Feed(feed.x[part], feed.y[part], order)
            batches = Batches.of(routine, routine.capacity, len(batch))
            while not self._run(batches, batch, stretch):
                self.engine.stop.fill(0)  # a stop of the training is none of this
            self.engine.clock[:] = clock  # what is only looked at is no step
            yield len(batch)

    def _run(self, batches: Batches, feed: Feed, stretch: Stretch) -> int:
        """Run the stretch; returns the steps done."""
        self.require_prepared()
        return self.engine.run(batches, feed, stretch) if len(feed) else 0

    def summed_gradients(self) -> Array:
        """The shards' gradients, added in their order."""
        program = self.program
        total = self._at(program.gradients, (program.span,)).copy()
        for shard in range(1, program.shards):
            total += self._at(program.gradients + shard * program.span, (program.span,))
        return total

    def _read(self, routine: Routine, buffer: Buffer, batch: int) -> Array:
        """The examples' part of a buffer, put together from all shards: (batch, elements)."""
        width = buffer.elements(1)
        parts = []
        for shard in range(routine.shards):
            count = routine.examples_of(shard, batch)
            address = routine.layout.address(buffer.view, shard, count)
            parts.append(self._at(address, (count, width)).copy())
        return np.concatenate(parts)

    def _at(self, offset: int, shape: tuple[int, ...]) -> Array:
        return self.engine.arena[offset : offset + prod(shape)].reshape(shape)


def _array(values: Any, dtype: np.dtype[Any], name: str) -> Array:
    """Values as the compiled loop takes them: contiguous and writable, copied only if need be."""
    try:
        return np.require(values, dtype, ["C", "A", "W"])
    except (TypeError, ValueError) as error:
        raise DataError(f"{name}: not an array of numbers ({error})") from None


def _listed(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
