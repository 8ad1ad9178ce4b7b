"""Tiny networks for the judges: layers as tables, a stated shape, weights set by hand."""

from math import prod
from typing import Any

import numpy as np

from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.data.dataset import Source
from tuidl.data.spec import ExampleSpec
from tuidl.model.model import Model
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.preset.decoding import convert_tagged
from tuidl.preset.schema import Preset
from tuidl.preset.training import Training

Array = np.ndarray[Any, Any]
Table = dict[str, Any]
"""One table of a preset: ``{"type": "dense", "units": 3}``."""

MSE: Table = {"type": "mse"}
SGD: Table = {"type": "sgd"}
IDENTITY = "identity"


class Stated(Source, frozen=True, kw_only=True, tag="stated"):
    """Examples of which nothing but the shape is known; there are none to load."""

    shape: tuple[int, ...]
    outputs: int
    classes: int = 0

    def spec(self) -> ExampleSpec:
        return ExampleSpec(self.shape, self.outputs, tuple(map(str, range(self.classes))))


def preset(
    layers: list[Table],
    source: Source,
    loss: Table = MSE,
    optimizer: Table = SGD,
) -> Preset:
    """A preset of these tables, which are read as those of a file are. Raises PresetError."""
    return Preset(
        name="judged",
        data=source,
        layers=tuple(convert_tagged(dict(x), LAYERS, "type", "layers") for x in layers),
        loss=convert_tagged(dict(loss), LOSSES, "type", "loss"),
        optimizer=convert_tagged(dict(optimizer), OPTIMIZERS, "type", "optimizer"),
        training=Training(),
    )


def set_parameters(model: Model, values: dict[str, Array]) -> None:
    """Give every parameter its value; none may be left out, and shapes must agree."""
    parameters = model.parameters
    assert set(parameters) == set(values), (sorted(parameters), sorted(values))
    for name, array in parameters.items():
        given = np.asarray(values[name])
        assert given.shape == array.shape, (name, given.shape, array.shape)
        array[...] = given


def shape_after(layers: list[Table], shape: tuple[int, ...]) -> tuple[int, ...]:
    """What a chain of layers turns an input of ``shape`` into."""
    for table in layers:
        shape = convert_tagged(dict(table), LAYERS, "type", "layers").output_shape(shape)
    return shape


def build(
    layers: list[Table], x: Array, parameters: dict[str, Array] | None = None
) -> tuple[Model, tuple[int, ...]]:
    """A chain of layers on examples like ``x`` (examples, *shape) with these parameters, and the
    shape that it turns an example into.

    Where the layers have no parameters, a dense layer that changes nothing stands before them,
    since a network without anything to learn is refused.
    """
    shape = x.shape[1:]
    after = shape_after(layers, shape)
    parameters = dict(parameters or {})
    if not parameters:
        width = shape[-1]
        layers = [{"type": "dense", "units": width, "use_bias": False, "name": IDENTITY}, *layers]
        parameters[f"{IDENTITY}.kernel"] = np.eye(width)
    source = Stated(shape=shape, outputs=prod(after))
    model = Model(preset([*layers, {"type": "flatten"}], source), batch=max(len(x), 1))
    set_parameters(model, parameters)
    return model, after


def answer(layers: list[Table], x: Array, parameters: dict[str, Array] | None = None) -> Array:
    """What a chain of layers answers to ``x`` (examples, *shape), in order of the examples."""
    model, after = build(layers, x, parameters)
    return model.predict(x).reshape(len(x), *after)


def answer_in_training(
    layers: list[Table], x: Array, parameters: dict[str, Array] | None = None
) -> tuple[Array, Model]:
    """The same in a training step, at a learning rate of zero; and the model after that step."""
    model, after = build(layers, x, parameters)
    feed = model.feed(x, np.zeros((len(x), prod(after))))
    routine = model.program.train
    batches = BatchPlan.of(routine, len(x), len(x))
    statistics = sum(size for _, size in model.program.statistics.values())
    list(model.prepare())
    assert model.engine.run(
        batches, feed, StepChunk(0, np.zeros(1), np.zeros(statistics), np.zeros(1))
    )
    y = model._read(routine, routine.emitted.output, len(x))
    return y.reshape(len(x), *after), model


def kept(model: Model, name: str, examples: int) -> Array:
    """What a layer kept in the buffer called ``name`` when the model predicted last."""
    routine = model.program.predict
    (buffer,) = (buffer for buffer in routine.layout.places if buffer.name == name)
    return model._read(routine, buffer, examples)
