"""Several networks in one preset: their inputs, how they are joined, and what trains them.

A preset with one network says ``layers``, ``loss`` and ``optimizer``; one with several says
``networks``, ``outputs`` and ``objectives`` in their place.
"""

from functools import partial
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from tuidl.core.config import Config, Count, Positive
from tuidl.core.errors import PresetError, suggestion
from tuidl.nn.layers import LAYERS
from tuidl.nn.layers.base import Layer, LayerName
from tuidl.nn.losses import LOSSES, Loss
from tuidl.nn.metrics import MetricName
from tuidl.nn.optimizers import OPTIMIZERS, Optimizer
from tuidl.plugins.loading import usable
from tuidl.preset.decoding import convert, convert_tagged

MOST = 64
MOST_LAYERS = 512
Names = Annotated[tuple[LayerName, ...], Meta(min_length=1, max_length=MOST)]
Dimensions = Annotated[tuple[Count, ...], Meta(min_length=1, max_length=4)]


class Noise(Config, frozen=True, kw_only=True):
    """An input of random numbers, drawn anew in each step: ``normal`` has mean 0 and deviation 1,
    ``uniform`` lies between -1 and 1, ``step`` is one of ``steps`` numbers, 1 / steps, 2 / steps,
    … 1, all alike often. ``shape`` is of one example."""

    name: LayerName
    noise: Literal["normal", "uniform", "step"] = "normal"
    shape: Dimensions
    steps: Annotated[int, Meta(ge=1, le=10_000)] | None = None


class Network(Config, frozen=True, kw_only=True):
    """A list of layers with parameters of its own.

    ``inputs``: names by which its layers read what it is given; the first layer reads the first.
    """

    name: LayerName
    inputs: Names = ("input",)
    layers: tuple[Layer, ...]


class Output(Config, frozen=True, kw_only=True):
    """What a network answers to some inputs: of the data, noise, or outputs named before.

    A network may be used in several outputs; they share its parameters. ``stop_gradient``: no
    gradient passes from this use to its inputs.
    """

    name: LayerName
    network: LayerName
    inputs: Names = ("input",)
    stop_gradient: bool = False


class LossTerm(Config, frozen=True, kw_only=True):
    """A loss on an output, ``weight`` times in the objective's sum.

    ``target``: one of the data's targets by its name, an input of noise by its name, or one number
    for all; unsaid, the only target there is. ``mask``: the target that weighs each answer, 0 for
    one that does not count. ``name`` stands before the names of its scores; unsaid, it is the
    output's.
    """

    output: LayerName
    loss: Loss
    target: LayerName | Annotated[float, Meta(ge=-1e6, le=1e6)] | None = None
    mask: LayerName | None = None
    weight: Positive = 1.0
    metrics: tuple[MetricName, ...] = ()
    name: LayerName | None = None

    @property
    def title(self) -> str:
        """What its scores are called by."""
        return self.name or self.output


class Objective(Config, frozen=True, kw_only=True):
    """What some networks are trained for: a weighted sum of losses, and an optimizer.

    ``trains``: the networks that learn, by default all; the others only pass gradients on.
    ``steps``: batches in a row before the next objective has its turn.
    """

    name: LayerName
    losses: Annotated[tuple[LossTerm, ...], Meta(min_length=1, max_length=MOST)]
    optimizer: Optimizer
    trains: Names | None = None
    steps: Annotated[int, Meta(ge=1, le=1000)] = 1


TABLES = ("inputs", "networks", "outputs", "objectives")
"""Keys of a preset with several networks."""


def read_tables(table: dict[str, Any], plugins: tuple[str, ...] = ()) -> dict[str, Any]:
    """The records of ``TABLES``, of tuidl's own kinds and of ``plugins``. Raises PresetError."""
    for key in ("layers", "loss", "optimizer"):
        if key in table:
            problem = "stands in 'networks' and 'objectives' where a preset has several networks"
            raise PresetError(key, problem)
    for key in TABLES[1:]:
        if key not in table:
            raise PresetError(key, "missing: a preset with several networks needs it")
    return {
        "inputs": _with_steps(_read(table.get("inputs", []), "inputs", Noise)),
        "networks": _read(
            table["networks"], "networks", Network, layers=partial(_layers, plugins=plugins)
        ),
        "outputs": _read(table["outputs"], "outputs", Output),
        "objectives": _read(
            table["objectives"],
            "objectives",
            Objective,
            losses=partial(_losses, plugins=plugins),
            optimizer=partial(_optimizer, plugins=plugins),
        ),
    }


def _with_steps(inputs: tuple[Noise, ...]) -> tuple[Noise, ...]:
    """The same. Raises PresetError where steps are to be drawn and nobody says how many there are,
    or the other way round."""
    for i, noise in enumerate(inputs):
        if noise.noise == "step" and noise.steps is None:
            raise PresetError(f"inputs[{i}].steps", "missing: noise 'step' is one of how many?")
        if noise.noise != "step" and noise.steps is not None:
            problem = f"is for noise 'step', this is {noise.noise!r}"
            raise PresetError(f"inputs[{i}].steps", problem)
    return inputs


def _read(tables: Any, key: str, kind: type[Any], **tagged: Any) -> tuple[Any, ...]:
    """Records of a list of tables; ``tagged``: how to read the keys whose records have types."""
    if not isinstance(tables, list) or len(tables) > MOST or (not tables and key != "inputs"):
        raise PresetError(key, f"expected 1 to {MOST} [[{key}]] tables")
    records = [_record(table, f"{key}[{i}]", kind, tagged) for i, table in enumerate(tables)]
    names = [record.name for record in records]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise PresetError(f"{key}[{i}].name", f"{name!r} is named twice")
    return tuple(records)


def _record(table: Any, place: str, kind: type[Any], tagged: dict[str, Any]) -> Any:
    """One record, each key by its own type. Raises PresetError."""
    if not isinstance(table, dict):
        raise PresetError(place, "expected a table")
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name in table:
        if name not in fields:
            raise PresetError(f"{place}.{name}", f"unknown key{suggestion(name, fields)}")
    types = get_type_hints(kind, include_extras=True)
    values = {}
    for name, field in fields.items():
        if name not in table:
            if field.required:
                raise PresetError(f"{place}.{name}", "missing")
            continue
        key = f"{place}.{name}"
        known = tagged.get(name)
        values[field.name] = (
            known(table[name], key) if known else convert(table[name], types[field.name], key)
        )
    return kind(**values)


def _layers(tables: Any, key: str, plugins: tuple[str, ...]) -> tuple[Layer, ...]:
    if not isinstance(tables, list) or not 1 <= len(tables) <= MOST_LAYERS:
        raise PresetError(key, f"expected 1 to {MOST_LAYERS} [[{key}]] tables")
    return tuple(
        convert_tagged(table, usable(LAYERS, plugins), "type", f"{key}[{i}]")
        for i, table in enumerate(tables)
    )


def _losses(tables: Any, key: str, plugins: tuple[str, ...]) -> tuple[LossTerm, ...]:
    if not isinstance(tables, list) or not 1 <= len(tables) <= MOST:
        raise PresetError(key, f"expected 1 to {MOST} tables, one a loss")
    return tuple(
        _record(table, f"{key}[{i}]", LossTerm, {"loss": partial(_loss, plugins=plugins)})
        for i, table in enumerate(tables)
    )


def _loss(table: Any, key: str, plugins: tuple[str, ...]) -> Loss:
    loss: Loss = convert_tagged(table, usable(LOSSES, plugins), "type", key)
    return loss


def _optimizer(table: Any, key: str, plugins: tuple[str, ...]) -> Optimizer:
    optimizer: Optimizer = convert_tagged(table, usable(OPTIMIZERS, plugins), "type", key)
    return optimizer


def find(name: str, known: tuple[Any, ...], key: str, what: str) -> Any:
    """The record of this name. Raises PresetError."""
    for record in known:
        if record.name == name:
            return record
    names = [record.name for record in known]
    raise PresetError(key, f"no {what} {name!r}{suggestion(name, names)}")
