"""Model: a Program bound to a backend, with parameters that can be read, set and differentiated."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tuidl.backends import create_engine
from tuidl.backends.base import Array, ArrayDataset, BatchPlan
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.core.errors import BackendError, DataError, suggestion
from tuidl.core.limits import check_memory
from tuidl.kernels.step_state import SEED
from tuidl.model.bound import Bound
from tuidl.model.feeding import feed_of
from tuidl.model.parameters import Parameters
from tuidl.nn.initializers import fill_initial
from tuidl.preset.schema import Preset
from tuidl.storage.warm_weights import read_weights
from tuidl.tasks.choice import task_for

DTYPES = ("float32", "float64")


class Model(Bound):
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
        program = compile_program(Graph.build(preset), batch, input_gradient=input_gradient)
        kind = np.dtype(dtype)
        needed = program.size * kind.itemsize
        check_memory(needed, "the program", "use smaller layers or training.batch_size")
        super().__init__(program, create_engine(backend, program, kind, threads))
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
        self.engine.step_state[SEED] = seed
        first = [
            value
            for objective in self.program.graph.objectives
            for value in objective.optimizer.state().values()
        ]
        for values, value in zip(self.optimizer_state.values(), first, strict=True):
            values[:] = value
        parameters = self.parameters
        for slot in self.program.parameters:
            if (given := self.start.get(slot.name)) is not None:
                parameters[slot.name][...] = given
            else:
                fill_initial(parameters[slot.name], slot.initializer, seed, slot.name)

    def _first_of_another_run(self) -> dict[str, Array]:
        wanted = self.preset.weights
        shapes = {slot.name: slot.shape for slot in self.program.parameters}
        return read_weights(wanted, shapes) if wanted else {}

    def feed(self, x: Any, y: Any = None) -> ArrayDataset:
        """Examples as the engine takes them.

        Parameters
        ----------
        x : array of real numbers, shape (examples, *input shape)
            Of any kind and layout; lists and arrays of other libraries too. Values that are not
            finite are taken as they are.
        y : array of real numbers, shape (examples, target width) or (examples,), optional
            Class numbers from 0 on where the targets are classes.

        Raises
        ------
        DataError
            Where shapes do not fit, for what is no array of real numbers or hides some (masked),
            for finite numbers too large for the model's dtype, and for classes that are none.
        """
        graph = self.program.graph
        return feed_of(task_for(graph.spec, graph.preset.loss), self.engine.dtype, x, y)

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
        graph, routine = self.program.graph.answering, self.program.predict
        feed = feed_of(task_for(graph.spec, graph.preset.loss), self.engine.dtype, x)
        output = routine.emitted.output
        assert output is not None
        with self.lock.exclusive():
            answers = [self._read(routine, output, count) for count in self._walk(routine, feed)]
        shape = (-1, *graph.shape_of(graph.predicted))
        nothing = np.zeros((0, *shape[1:]), self.engine.dtype)
        return np.concatenate([nothing, *(answer.reshape(shape) for answer in answers)])

    def loss_and_gradients(
        self, x: Any, y: Any, objective: str | None = None
    ) -> tuple[float, dict[str, Array]]:
        """Mean loss over the examples as in training, and its gradient by each parameter.

        Penalties on weights count. Batch normalisation sees the examples in batches of the size
        that the model was built for; dropout draws the masks of the step that comes next. Changes
        neither parameters, moving averages nor the optimizer's state.

        Parameters
        ----------
        x : array, shape (examples, *input shape)
        y : array, shape (examples, target width) or (examples,)
        objective : str, optional
            Of several, the one whose loss is meant; the first by default.

        Returns
        -------
        loss : float
        gradients : dict of arrays
            Names and shapes of ``parameters``, in the model's dtype; zeros for those that are not
            learned. New arrays.

        Raises
        ------
        DataError
            For examples that do not fit, and where there are none: nothing has no mean.
        """
        loss, gradients, _ = self.differentiate(x, y, objective)
        return loss, gradients

    def differentiate(
        self, x: Any, y: Any, objective: str | None = None
    ) -> tuple[float, dict[str, Array], Array | None]:
        """``loss_and_gradients``, and the gradient of the inputs where the model was built so."""
        if y is None:
            raise DataError("y: the loss needs targets")
        chosen = self.program.objective(objective)
        routine, feed = chosen.train, self.feed(x, y)
        if not len(feed):
            raise DataError("x: no examples: the mean loss of none is not defined")
        total = np.zeros(self.program.span)
        d_inputs: list[Array] = []
        loss = 0.0
        stretch = self._stretch(self._statistics)
        with self.lock.exclusive():
            for count in self._walk(routine, feed, stretch):
                share = count / len(feed)
                loss += share * float(stretch.losses[0])
                total += share * self.summed_gradients(chosen)
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

    def evaluate(self, feed: ArrayDataset) -> Array | None:
        """Sums over all examples, as ``program.statistics`` lays them out.

        None where a training of this model was asked to stop or to pause meanwhile.
        """
        routine = self.program.evaluate
        batches = BatchPlan.of(routine, routine.capacity, len(feed))
        stretch = self._stretch(self._statistics, batches.steps(len(feed)))
        with self.lock.exclusive(), self.clock_kept():
            done = self._run(batches, feed, stretch)
        return stretch.totals if done == len(stretch.rates) else None


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
