"""Tiny networks for the judges: layers as tables, a stated shape, weights set by hand."""

from math import prod
from typing import Any

import numpy as np

from tuidl.data.dataset import ExampleSpec, Source
from tuidl.layers import LAYERS
from tuidl.losses import LOSSES
from tuidl.model import Model
from tuidl.optimizers import OPTIMIZERS
from tuidl.preset import Preset, Training
from tuidl.validation import convert_tagged

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


def answer(
    layers: list[Table],
    x: Array,
    parameters: dict[str, Array] | None = None,
    *,
    training: bool = False,
) -> Array:
    """What a chain of layers answers to ``x`` (examples, *shape) with these parameters.

    Where the layers have none, a dense layer that changes nothing stands before them, since a
    network without anything to learn is refused. ``training``: as it answers in a training step.
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
    y = answer_in_training(model, x) if training else model.predict(x)
    return y.reshape(len(x), *after)


def answer_in_training(model: Model, x: Array) -> Array:
    """(examples, outputs): what came out of the network when its loss was computed last."""
    model.loss_and_gradients(x, np.zeros((len(x), model.program.graph.spec.outputs)))
    routine = model.program.train
    return model._read(routine, routine.emitted.output, len(x))
