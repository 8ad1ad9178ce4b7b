"""Every neuron's map of the plane, and what the network says at a point."""

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.plane import Plane
from tuidl.data.plane_points import LIMIT
from tuidl.nn.layers import activations as curves
from tuidl.nn.layers.dense import Dense
from tuidl.protocol.events import finite
from tuidl.protocol.neurons import LEVELS, AtPoint, NeuronLayer, NeuronMap, Neurons
from tuidl.training.evaluation import evaluate
from tuidl.training.interruption import Interrupter
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import numbers

Size = Annotated[int, Meta(ge=1, le=400)]
Within = Annotated[float, Meta(ge=-LIMIT, le=LIMIT)]


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """Places of the neurons' maps (``columns``, ``rows``) and of the output's (``wide``, ``high``),
    and a point ``at`` to ask about."""

    columns: Size = 12
    rows: Size = 12
    wide: Size = 48
    high: Size = 48
    at: tuple[Within, Within] | None = None


def neurons(state: TrainState, options: Options) -> Neurons:
    """Raises DataError for other data than the plane's, or another network than a chain of dense
    layers."""
    source, chain = state.preset.data, _chain(state)
    if not isinstance(source, Plane):
        raise DataError("neurons: needs the source 'plane'")
    with state.model.lock.hold():
        parameters = state.model.parameters.copy()
        scores = {name: _scores(state, name) for name in ("training", "validation")}
        updates = state.updates
    network = _Network(chain, parameters)
    small = network.values(source.inputs_at(grid(options.columns, options.rows)))
    large = network.values(source.inputs_at(grid(options.wide, options.high)))[-1][:, 0]
    return Neurons(
        updates=updates,
        about=state.preset.about,
        columns=options.columns,
        rows=options.rows,
        wide=options.wide,
        high=options.high,
        layers=tuple(network.layer(i, values) for i, values in enumerate(small)),
        output=_output(large, source.has_classes),
        scores={name: finite(found) for name, found in scores.items() if found},
        points={"training": len(state.train_feed), "validation": len(state.held_out["validation"])},
        at=_at(network, source, options.at) if options.at else None,
    )


def grid(columns: int, rows: int) -> Array:
    """The middles (rows * columns, 2) of the fields that the plane is cut into, from its top."""
    xs = (np.arange(columns) + 0.5) / columns * 2 * LIMIT - LIMIT
    ys = LIMIT - (np.arange(rows) + 0.5) / rows * 2 * LIMIT
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)


def _chain(state: TrainState) -> list[Dense]:
    nodes = state.program.graph.nodes
    layers = [node.layer for node in nodes]
    if not all(isinstance(layer, Dense) and layer.use_bias for layer in layers):
        raise DataError("neurons: needs a network of dense layers")
    return [layer for layer in layers if isinstance(layer, Dense)]


def _scores(state: TrainState, part: str) -> dict[str, float]:
    feed = state.train_feed if part == "training" else state.held_out[part]
    return evaluate(state.model, feed, Interrupter()).scores or {}


class _Network:
    """The layers in NumPy, in float64."""

    def __init__(self, chain: list[Dense], parameters: dict[str, Any]) -> None:
        names = list(dict.fromkeys(name.rpartition(".")[0] for name in parameters))
        self.names = names
        self.activations = [str(layer.activation) for layer in chain]
        self.kernels = [np.asarray(parameters[f"{name}.kernel"], np.float64) for name in names]
        self.biases = [np.asarray(parameters[f"{name}.bias"], np.float64) for name in names]

    def values(self, x: Array) -> list[Array]:
        """What each layer makes of inputs (places, features): (places, units)."""
        found = []
        for activation, kernel, bias in zip(
            self.activations, self.kernels, self.biases, strict=True
        ):
            x = _curve(activation, x @ kernel + bias)
            found.append(x)
        return found

    def layer(self, number: int, values: Array) -> NeuronLayer:
        shift = 0.5 if self.activations[number] == "sigmoid" else 0.0
        return NeuronLayer(
            name=self.names[number],
            activation=self.activations[number],
            maps=tuple(_map(column - shift) for column in values.T),
            kernel=numbers(self.kernels[number]),
            bias=numbers(self.biases[number]),
        )

    def shares(self, x: Array) -> list[Array]:
        """Of each hidden layer's neurons: value times the slope of the last sum by it."""
        values, sums = self.values(x[None]), []
        before = x[None]
        for kernel, bias, after in zip(self.kernels, self.biases, values, strict=True):
            sums.append(before @ kernel + bias)
            before = after
        found: list[Array] = []
        slope = self.kernels[-1][:, 0]
        for number in range(len(values) - 2, -1, -1):
            found.insert(0, values[number][0] * slope)
            own = _slope(self.activations[number], sums[number][0])
            slope = self.kernels[number] @ (own * slope)
        return found


def _curve(activation: str, z: Array) -> Array:
    """An activation as its layer defines it."""
    if activation == "linear":
        return z
    options = curves.ACTIVATIONS[activation].options
    return np.asarray(getattr(curves, activation)(z, **options))


def _slope(activation: str, z: Array) -> Array:
    """Of an activation at z, by a central difference: pictures need no more."""
    step = 1e-5
    return (_curve(activation, z + step) - _curve(activation, z - step)) / (2 * step)


def _map(values: Array) -> NeuronMap:
    known = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    most = float(np.abs(known).max())
    return _levels(known, most)


def _output(values: Array, has_classes: bool) -> NeuronMap:
    """From -1, class A or the lowest number, to 1."""
    known = np.nan_to_num(2 * values - 1 if has_classes else values)
    return _levels(np.clip(known, -1, 1), 1.0)


def _levels(values: Array, most: float) -> NeuronMap:
    levels = np.rint(values * (LEVELS / most)) if most > 0 else np.zeros_like(values)
    return NeuronMap(most=most, levels=levels.astype(np.int8).tobytes())


def _at(network: _Network, source: Plane, at: tuple[float, float]) -> AtPoint:
    x = np.asarray(source.inputs_at(np.array([at]))[0], np.float64)
    values = [layer[0] for layer in network.values(x[None])]
    return AtPoint(
        x=at[0],
        y=at[1],
        values=[numbers(layer) for layer in values],
        shares=[numbers(layer) for layer in network.shares(x)],
        answer=numbers(values[-1])[0],
    )
