"""Model: a Program bound to a backend, with parameters that can be read and set."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from tuidl.backends import create_engine
from tuidl.backends.base import ArrayDataset
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.core.errors import BackendError, DataError, suggestion
from tuidl.core.lazy import Array
from tuidl.core.limits import check_memory
from tuidl.kernels.step_state import SEED, STEP
from tuidl.model.bound import MOST_PLANS
from tuidl.model.differentiable import Differentiable
from tuidl.model.feeding import inputs_of
from tuidl.model.parameters import Parameters
from tuidl.model.prediction import Prediction
from tuidl.nn.initializers import fill_initial
from tuidl.preset.schema import Preset
from tuidl.storage.warm_weights import read_weights
from tuidl.tasks.base import Task
from tuidl.tasks.choice import task_for

DTYPES = ("float32", "float64")


class Model(Differentiable):
    """A network in memory. Build one with ``tuidl.build``.

    All methods may be called from any thread, also while another one trains the model: each call
    waits for its turn between two stretches of steps (some 40 ms of them), sees the parameters of
    one moment, and leaves nothing behind that a training could notice. ``copy.copy``,
    ``copy.deepcopy`` and ``pickle`` give a model of its own that stands where this one does.

    Attributes
    ----------
    preset : Preset
        What it was built from.
    backend : str
        "cpu", "numpy" or "cuda".
    program, engine
        Instructions and addresses, and their memory.
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
        """Lay out and initialise; nothing is compiled yet.

        Parameters
        ----------
        preset : Preset
        batch : int
            Most examples of one training step.
        backend, dtype, threads
            As in ``tuidl.build``, but for "auto".
        input_gradient : bool
            Have ``differentiate`` answer with the gradient of the inputs as well.
        start : dict of arrays, optional
            First values of some parameters; by default those that the preset takes from another
            run.

        Raises
        ------
        PresetError
            Where the layers do not fit each other, the data or the loss.
        BackendError
            Where the backend, the dtype or the memory is not to be had.
        """
        self.preset = preset
        self.backend = backend
        if dtype not in DTYPES:
            raise BackendError(f"no dtype {dtype!r}{suggestion(str(dtype), DTYPES)}")
        if batch < 1:
            raise DataError(f"a batch of {batch} examples: at least 1")
        self._options = {
            "batch": batch, "backend": backend, "dtype": str(dtype), "threads": threads,
            "input_gradient": input_gradient,
        }  # fmt: skip
        graph, tiles = Graph.build(preset), backend != "cuda"  # whose lanes are blocks of threads
        program = compile_program(graph, batch, input_gradient=input_gradient, tiles=tiles)
        kind = np.dtype(dtype)
        needed = program.size * kind.itemsize
        check_memory(needed, "the program", "use smaller layers or training.batch_size")
        super().__init__(program, create_engine(backend, program, kind, threads))
        self._predictions: dict[int, Prediction] = {}
        self.start = self._first_of_another_run() if start is None else start
        self._set_first_values(preset.training.seed)

    @property
    def parameters(self) -> Parameters:
        """A mapping from names like ``conv2d_1.kernel`` to writable views, in program order.

        Assigning to a name copies the values. Assigning a mapping to ``model.parameters`` itself
        copies them all; it must have every name. Raises DataError where names, shapes or kinds of
        values do not fit; then nothing has changed.
        """
        return self._parameters

    @parameters.setter
    def parameters(self, values: Mapping[str, Any]) -> None:
        if not isinstance(values, Mapping):
            raise DataError(f"parameters: expected a mapping, got {type(values).__name__}")
        for name in self._parameters:
            if name not in values:
                raise DataError(f"parameters: {name!r} is missing; 'update' takes some of them")
        self._parameters.update(values)

    @property
    def weights_sha256(self) -> str:
        """SHA-256 over the parameters' bytes in program order."""
        digest = hashlib.sha256()
        with self.lock.hold():
            for values in self.parameters.values():
                digest.update(np.ascontiguousarray(values).data)
        return digest.hexdigest()

    @property
    def optimizer_state(self) -> dict[str, Array]:
        """Writable views of the vectors that optimizers keep between steps, by name: as long as the
        vector of the parameters that they train. That of an objective stands before its own."""
        starts = self.program.state
        spans = [o.span for o in self.program.objectives for _ in o.state]
        named = zip(starts.items(), spans, strict=True)
        return {name: self._at(start, (span,)) for (name, start), span in named}

    def initialize(self, seed: int) -> None:
        """Give every parameter its first value, and forget what the optimizer knew.

        Parameters
        ----------
        seed : int
            0 to 2**32 - 1; as ``training.seed``.

        Raises
        ------
        DataError
            While the model is being trained, and for another seed.
        """
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
            raise DataError(f"seed: expected a whole number from 0 to 2**32 - 1, got {seed!r}")
        if self._is_trained:
            raise DataError("the model is being trained: initialize it before or afterwards")
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """As ``initialize``, also for the training that goes on with it."""
        with self.lock.exclusive():
            self.engine.arena[:] = 0
            self.engine.step_state[:] = 0
            self._set_first_values(seed)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        with self.lock.hold():
            memory = (self.parameters.copy(), self.engine.step_state.copy())
            vectors = {name: values.copy() for name, values in self.optimizer_state.items()}
        return _built_again, (self.preset, {**self._options, "start": self.start}, *memory, vectors)

    def _set_first_values(self, seed: int) -> None:
        """Draw the parameters, or take given ones; in memory that is zero."""
        self.engine.step_state[SEED] = seed
        first = [
            value
            for objective in self.program.graph.objectives
            for value in objective.optimizer.state().values()
        ]
        for values, value in zip(self.optimizer_state.values(), first, strict=True):
            if value:  # zeros are there: what only predicts gets no memory for the optimizer
                values[:] = value
        parameters = self.parameters
        for slot in self.program.parameters:
            if (given := self.start.get(slot.name)) is not None:
                parameters[slot.name][...] = given
            else:
                values = parameters[slot.name]
                fill_initial(values, slot.initializer, seed, slot.name)
                values[len(values) - slot.zero_rows :] = 0

    def _first_of_another_run(self) -> dict[str, Array]:
        wanted = self.preset.weights
        shapes = {slot.name: slot.shape for slot in self.program.parameters}
        return read_weights(wanted, shapes) if wanted else {}

    def predict(self, x: Any) -> Array:
        """What the network answers.

        Parameters
        ----------
        x : array, shape (examples, *input shape)
            As ``feed`` takes it; prepared as the training data was (see ``preset.data``). Of a
            preset with several networks, the inputs of the output that it predicts, noise among
            them; several lie side by side in rows.

        Returns
        -------
        array, shape (examples, *output shape)
            In the model's dtype: shares of classes where the network ends in a softmax or sigmoid,
            else logits or values. A new array; empty where there are no examples.

        Raises
        ------
        DataError
            For examples that do not fit.
        """
        task, shape = self._asked
        x = inputs_of(task, self.engine.dtype, x)
        examples, most = len(x), self.program.predict.capacity
        answers = np.empty((examples, *shape), self.engine.dtype)
        flat, rows = x.reshape(examples, self._width), answers.reshape(examples, prod(shape))
        with self.lock.exclusive():
            for first in range(0, examples, most):
                part = flat[first : first + most]
                self._prediction(len(part)).answer(part, rows[first : first + most])
        return answers

    def _prediction(self, examples: int) -> Prediction:
        """For batches of so many; those asked for last are kept."""
        if (known := self._predictions.get(examples)) is not None:
            return known
        self.require_prepared()
        plan = self._plan(self.program.predict, examples)
        made = Prediction(self.engine, plan, self._width, self._nothing_counted)
        self._predictions[examples] = made
        for other in [*self._predictions][:-MOST_PLANS]:
            del self._predictions[other]
        return made

    @cached_property
    def _asked(self) -> tuple[Task, tuple[int, ...]]:
        """What ``predict`` answers: its task, and the shape of one answer."""
        graph = self.program.graph.answering
        return task_for(graph.spec, graph.preset.loss), graph.shape_of(graph.predicted)

    @cached_property
    def _width(self) -> int:
        """Numbers of one example."""
        return prod(self._asked[0].spec.shape)

    def evaluate(
        self, feed: ArrayDataset, goes_on: Callable[[], bool] = lambda: True
    ) -> Array | None:
        """Sums over all examples, as ``program.statistics`` lays them out.

        ``goes_on``: asked whenever a training of this model is asked to stop or to pause, whether
        to go on from there all the same. None where it says no.
        """
        routine, done = self.program.evaluate, 0
        batches = self._plan(routine, len(feed))
        stretch = self._stretch(self._statistics, batches.steps(len(feed)))
        while True:
            with self.lock.exclusive(), self.clock_kept():
                self.engine.step_state[STEP] += done  # noise is that of a walk without a break
                done += self._run(batches, feed, stretch.after(done))
            if done == len(stretch.rates):
                return stretch.totals
            self.engine.stop.fill(0)
            if not goes_on():
                return None


def _built_again(
    preset: Preset,
    options: dict[str, Any],
    parameters: dict[str, Array],
    step_state: Array,
    vectors: dict[str, Array],
) -> Model:
    """A model that stands where another one stood."""
    model = Model(preset, **options)
    model.parameters = parameters
    model.engine.step_state[:] = step_state
    for name, values in model.optimizer_state.items():
        values[:] = vectors[name]
    return model
