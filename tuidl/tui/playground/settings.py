"""The settings of a playground that keys and clicks move up and down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tuidl.data.plane import FEATURES, SHAPES
from tuidl.plane.state import (
    ACTIVATIONS,
    MOST_LAYERS,
    MOST_UNITS,
    OPTIMIZERS,
    PENALTIES,
    PlaneState,
)

NOISES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5)
POINTS = (50, 100, 200, 300, 500, 1000)
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
STRENGTHS = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
BATCHES = (1, 2, 5, 10, 20, 30, 50, 100, 300, 1000)


@dataclass(frozen=True)
class Setting:
    """``name`` on the screen, ``hint``: what it does. ``field`` of the state, and its values in
    order; what lies between two of them moves to the next."""

    name: str
    field: str
    values: Sequence[Any]
    hint: str
    words: Callable[[Any], str] = str

    def text(self, state: PlaneState) -> str:
        return self.words(getattr(state, self.field))

    def choices(self, state: PlaneState) -> str:
        """All names to choose from, the one in force in brackets; empty where it is a number."""
        now = getattr(state, self.field)
        if not isinstance(now, str):
            return ""
        return " ".join(f"[{one}]" if one == now else str(one) for one in self.values)

    def moved(self, state: PlaneState, way: int) -> PlaneState:
        """The state with the next (1) or the one before (-1); names go round, numbers end."""
        now = getattr(state, self.field)
        if isinstance(now, str):
            place = (list(self.values).index(now) + way) % len(self.values)
            return state.with_(**{self.field: self.values[place]})
        further = [v for v in self.values if (v > now if way > 0 else v < now)]
        if not further:
            return state
        return state.with_(**{self.field: min(further) if way > 0 else max(further)})


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def _number(value: float) -> str:
    return f"{value:g}"


SETTINGS = (
    Setting("data", "shape", SHAPES, "A is blue, B orange"),
    Setting("noise", "noise", NOISES, "how far points stray from their shape", _number),
    Setting("points", "points", POINTS, "how many points there are"),
    Setting(
        "held out", "validation", SHARES,
        "the share of points that is not learned from, only judged on", _percent,
    ),
    Setting("batch", "batch", BATCHES, "points in each step: few are quick and rough"),
    Setting(
        "activation", "activation", ACTIVATIONS, "how each neuron bends what it adds up",
    ),
    Setting("optimizer", "optimizer", OPTIMIZERS, "how weights follow the slope of the loss"),
    Setting("rate", "rate", RATES, "how far a step goes: large is quick, until it jumps", _number),
    Setting("penalty", "penalty", PENALTIES, "what weights cost: l1 keeps few, l2 small ones"),
    Setting("strength", "strength", STRENGTHS, "how much the penalty counts", _number),
)  # fmt: skip


def shown_settings(state: PlaneState) -> list[Setting]:
    """Those that mean something now: no strength of no penalty."""
    return [one for one in SETTINGS if one.field != "strength" or state.penalty != "none"]


def with_units(state: PlaneState, layer: int, more: int) -> PlaneState:
    """More or fewer neurons in a hidden layer, counted from 0."""
    sizes = list(state.hidden)
    sizes[layer] = min(max(sizes[layer] + more, 1), MOST_UNITS)
    return state.with_(hidden=tuple(sizes))


def with_layers(state: PlaneState, more: int) -> PlaneState:
    """A hidden layer more, as wide as the last, or one less."""
    sizes = state.hidden
    if more > 0 and len(sizes) < MOST_LAYERS:
        return state.with_(hidden=(*sizes, sizes[-1] if sizes else min(len(state.features), 8)))
    return state.with_(hidden=sizes[:-1]) if more < 0 and sizes else state


def with_input(state: PlaneState, number: int) -> PlaneState:
    """An input more, or one less; the last one stays."""
    name = FEATURES[number]
    names = set(state.features) ^ {name}
    return state.with_(features=tuple(n for n in FEATURES if n in names)) if names else state
