"""The table ``[alerts]``: rules that are watched while a preset is trained.

Each rule is a table of its own, empty or ``true`` for the usual limits; without one it is not
watched. A preset can say no more than this: what an alert runs is named on the command line.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from tuidl.core.config import Config, Fraction, Positive
from tuidl.core.errors import PresetError, suggestion
from tuidl.preset.decoding import convert

Epochs = Annotated[int, Meta(ge=1, le=1_000_000)]
Factor = Annotated[float, Meta(gt=1)]


class NotFinite(Config, frozen=True):
    """A loss, a score or a weight is no finite number."""


class Gradients(Config, frozen=True):
    """In an epoch's last step a layer's gradient is ``factor`` times shorter or longer than that of
    its network's last layer."""

    factor: Factor = 300.0


class Plateau(Config, frozen=True):
    """In ``epochs`` epochs the loss (of the validation part, where there is one) got no new lowest
    value that is ``change`` of it below the one before.

    ``at = "guessing"``: only where the score is hardly better than an answer that never looks.
    """

    epochs: Epochs = 10
    change: Fraction = 0.01
    at: Literal["guessing", "any"] = "guessing"


class Overfitting(Config, frozen=True):
    """In ``epochs`` epochs in a row the validation loss is ``rise`` times its lowest and ``margin``
    times the training loss, and no longer falls, while the training loss does."""

    epochs: Epochs = 5
    rise: Factor = 1.15
    margin: Factor = 1.2


class DeadUnits(Config, frozen=True):
    """This ``share`` of a ReLU layer's units is zero on all training examples looked at."""

    share: Annotated[float, Meta(gt=0, le=1)] = 0.5


class Updates(Config, frozen=True):
    """The next step changes a layer's weights by less than ``low`` (but not by nothing at all: then
    it is done) or by more than ``high`` of their length."""

    low: Positive = 1e-6
    high: Positive = 1.0


class Slower(Config, frozen=True):
    """The last three epochs took ``factor`` times as long as the median epoch before them."""

    factor: Factor = 3.0


class Disk(Config, frozen=True):
    """Less than so many ``megabytes`` are free where the run is kept."""

    megabytes: Positive = 500.0


class Alerts(Config, frozen=True):
    """Which rules are watched, and their limits."""

    not_finite: NotFinite | None = None
    gradients: Gradients | None = None
    plateau: Plateau | None = None
    overfitting: Overfitting | None = None
    dead_units: DeadUnits | None = None
    updates: Updates | None = None
    slower: Slower | None = None
    disk: Disk | None = None


RULES = Alerts.__struct_fields__
"""The names of all rules."""
ALL = "all"


def read_alerts(value: Any) -> Alerts | None:
    """The table ``[alerts]``; ``true`` stands for a rule with its usual limits, ``false`` for none.

    Raises PresetError.
    """
    if isinstance(value, dict):
        given = {name: {} if rule is True else rule for name, rule in value.items()}
        value = {name: rule for name, rule in given.items() if rule is not False}
    alerts: Alerts = convert(value, Alerts, "alerts")
    if (moved := alerts.updates) is not None and moved.low >= moved.high:
        raise PresetError("alerts.updates.low", f"expected less than high, {moved.high:g}")
    return None if alerts == Alerts() else alerts


def overrides_of(rules: tuple[str, ...]) -> tuple[str, ...]:
    """The ``KEY=VALUE`` texts that switch rules on: ``plateau``, ``plateau.epochs=20``, or ``all``.

    Raises PresetError for what is no rule.
    """
    found: list[str] = []
    for text in rules:
        name = text.partition("=")[0].partition(".")[0].strip()
        if text.strip() == ALL:
            found += [f"alerts.{rule}={{}}" for rule in RULES]
        elif name not in RULES:
            raise PresetError("--alert", f"no rule {name!r}{suggestion(name, (*RULES, ALL))}")
        else:
            found.append(f"alerts.{text}" if "=" in text else f"alerts.{text}={{}}")
    return tuple(found)
