"""What a two-dimensional playground shows, as one record that is read from a line of text.

    2d:spiral:noise=0.2:in=x,y,sinx:net=8-8:rate=0.03:seed=7

The line starts with ``2d`` and the shape of the data; settings follow in any order, those that are
left out have the defaults of ``PlaneState``. It needs no quotes in a shell.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self, get_args

import msgspec
from msgspec import Meta

from tuidl.core.config import Fraction, Positive, Seed
from tuidl.core.errors import PresetError, suggestion
from tuidl.data.plane import FEATURES, SHAPES, Feature, Plane, PlaneShape
from tuidl.data.plane_points import MOST_PUT, PutText, put_points, put_text
from tuidl.preset.decoding import convert

PREFIX = "2d"
LONGEST = 10_000
MOST_LAYERS, MOST_UNITS = 6, 8
NUMBER = re.compile(r"[0-9]{1,8}(\.[0-9]{1,8})?(e-?[0-9]{1,2})?")
DIGITS = 6
"""Significant digits of a number in a line."""
Activation = Literal["tanh", "relu", "leaky_relu", "elu", "gelu", "sigmoid", "linear"]
Optimizer = Literal["adam", "sgd", "rmsprop"]
Penalty = Literal["none", "l1", "l2"]
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
PENALTIES: tuple[Penalty, ...] = get_args(Penalty)
Units = Annotated[int, Meta(ge=1, le=MOST_UNITS)]


class PlaneState(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a playground, none of what was learned.

    ``draw``: the seed of the data, ``seed`` that of the weights and of the order of examples.
    ``hidden``: units of each hidden layer. ``strength``: of the ``penalty`` on weights.
    ``validation``: the share of the points that is held out. ``put``: points by hand.
    """

    shape: PlaneShape = "circles"
    points: Annotated[int, Meta(ge=10, le=5000)] = 300
    noise: Annotated[float, Meta(ge=0, le=3)] = 0.1
    validation: Fraction = 0.3
    draw: Seed = 0
    put: PutText = ""
    features: tuple[Feature, ...] = ("x", "y")
    hidden: Annotated[tuple[Units, ...], Meta(max_length=MOST_LAYERS)] = (4, 2)
    activation: Activation = "tanh"
    optimizer: Optimizer = "adam"
    rate: Annotated[Positive, Meta(le=10)] = 0.01
    penalty: Penalty = "none"
    strength: Annotated[Positive, Meta(le=10)] = 0.001
    batch: Annotated[int, Meta(ge=1, le=5000)] = 10
    seed: Seed = 0

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a line. Raises PresetError, which names the setting and the nearest valid word."""
        words = line.strip()[: LONGEST + 1].split(":")
        if len(line) > LONGEST:
            raise PresetError("", f"longer than {LONGEST:,} characters", PREFIX)
        if words[0] != PREFIX or len(words) < 2:
            raise PresetError("", f"expected {PREFIX}:SHAPE, got {line[:40]!r}", "playground")
        values: dict[str, Any] = {"shape": _one_of(words[1], SHAPES, "data")}
        for word in words[2:]:
            key, equals, text = word.partition("=")
            if not equals or key not in SETTINGS:
                shown = word[:40]
                problem = f"no setting {shown!r}" if equals else f"not KEY=VALUE: {shown!r}"
                raise PresetError("", f"{problem}{suggestion(key[:40], SETTINGS)}", PREFIX)
            for name, value in SETTINGS[key](key, text).items():
                if name in values:
                    raise PresetError(key, "given twice", PREFIX)
                values[name] = value
        return cls.of(values)

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """From values by their names. Raises PresetError."""
        try:
            state: Self = convert(values, cls, "")
        except PresetError as error:
            name = error.key.strip(".").partition("[")[0]
            raise PresetError(KEYS.get(name, name), error.problem, PREFIX) from None
        return state

    def line(self) -> str:
        """The line of text: ``parse`` undone."""
        parts, plain = [PREFIX, self.shape], PlaneState()
        for key, name in NAMES.items():
            value = getattr(self, name)
            if value != getattr(plain, name):
                parts.append(f"{key}={_written(value)}")
        if self.penalty != "none":
            parts.append(f"{self.penalty}={_written(self.strength)}")
        return ":".join(parts)

    def with_(self, **values: Any) -> Self:
        """The same with other values. Raises PresetError."""
        return self.of({**msgspec.structs.asdict(self), **values}).normal()

    def normal(self) -> Self:
        """Without what counts for nothing: the strength of no penalty."""
        if self.penalty == "none":
            return msgspec.structs.replace(self, strength=PlaneState().strength)
        return self

    @property
    def source(self) -> Plane:
        """The data."""
        return Plane(
            shape=self.shape, points=self.points, noise=self.noise, validation=self.validation,
            seed=self.draw, put=self.put, features=self.features,
        )  # fmt: skip

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to train on yet."""
        return self.source.count() == 0


NAMES = {
    "points": "points", "noise": "noise", "validation": "validation", "draw": "draw", "put": "put",
    "in": "features", "net": "hidden", "act": "activation", "opt": "optimizer", "rate": "rate",
    "batch": "batch", "seed": "seed",
}  # fmt: skip
"""What a line calls the settings, in its order."""
KEYS = {name: key for key, name in NAMES.items()}


def _one_of(text: str, known: Iterable[str], key: str) -> str:
    if text not in known:
        raise PresetError(key, f"no {text[:40]!r}{suggestion(text[:40], known)}", PREFIX)
    return text


def _whole(key: str, text: str) -> dict[str, Any]:
    if not (text.isascii() and text.isdigit()):
        raise PresetError(key, f"expected a whole number, got {text[:40]!r}", PREFIX)
    return {NAMES[key]: int(text[:20])}


def _number(key: str, text: str) -> float:
    if not NUMBER.fullmatch(text):
        raise PresetError(key, f"expected a number, got {text[:40]!r}", PREFIX)
    value = float(text)
    if value != float(f"{value:.{DIGITS}g}"):
        raise PresetError(key, f"expected at most {DIGITS} digits, got {text[:40]!r}", PREFIX)
    return value


def _float(key: str, text: str) -> dict[str, Any]:
    return {NAMES[key]: _number(key, text)}


def _put(key: str, text: str) -> dict[str, Any]:
    try:
        msgspec.convert(text, PutText)
        return {"put": put_text(put_points(text))}
    except ValueError:  # msgspec's too
        wanted = f"at most {MOST_PUT} points like A+1.2-0.5B-3+4: letter, x, y from -6 to 6"
        raise PresetError(key, f"expected {wanted}; got {text[:40]!r}", PREFIX) from None


def _features(key: str, text: str) -> dict[str, Any]:
    given = [_one_of(word, FEATURES, key) for word in text.split(",")]
    if len(set(given)) != len(given):
        raise PresetError(key, f"an input is named twice in {text[:40]!r}", PREFIX)
    return {"features": [name for name in FEATURES if name in given]}


def _hidden(key: str, text: str) -> dict[str, Any]:
    sizes = [] if text == "none" else text.split("-")
    if not all(size.isascii() and size.isdigit() for size in sizes):
        wanted = f"1 to {MOST_LAYERS} layers of 1 to {MOST_UNITS} units like 8-4, or none"
        raise PresetError(key, f"expected {wanted}, got {text[:40]!r}", PREFIX)
    return {"hidden": [int(size[:20]) for size in sizes]}


def _activation(key: str, text: str) -> dict[str, Any]:
    return {"activation": _one_of(text, ACTIVATIONS, key)}


def _optimizer(key: str, text: str) -> dict[str, Any]:
    return {"optimizer": _one_of(text, OPTIMIZERS, key)}


def _penalty(key: str, text: str) -> dict[str, Any]:
    return {"penalty": key, "strength": _number(key, text)}


SETTINGS = {
    "points": _whole, "noise": _float, "validation": _float, "draw": _whole, "put": _put,
    "in": _features, "net": _hidden, "act": _activation, "opt": _optimizer, "rate": _float,
    "l1": _penalty, "l2": _penalty, "batch": _whole, "seed": _whole,
}  # fmt: skip
"""Reads the text of each setting."""


def _written(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    if isinstance(value, tuple):
        return ("-" if value and isinstance(value[0], int) else ",").join(map(str, value)) or "none"
    return str(value)
