"""What is measured: every shipped preset that has a twin as it is, and again from one start in both
libraries; and the cures of overfitting one by one."""

from dataclasses import dataclass

from tuidl.data.published import PUBLISHED
from tuidl.data.text.source import Textual
from tuidl.nn.schedules import Constant
from tuidl.preset.library import load_preset, shipped
from tuidl.preset.schema import Preset


@dataclass(frozen=True)
class Case:
    """A preset with overrides as for ``--set``; ``label``: what they are called.

    ``one_start``: Keras starts from tuidl's first weights, so that both must do the same.
    """

    name: str
    preset: str
    overrides: tuple[str, ...] = ()
    label: str = ""
    one_start: bool = False

    def load(self, seed: int) -> Preset:
        """The preset, to be trained from this seed; its split keeps its own."""
        return load_preset(self.preset, (*self.overrides, f"training.seed={seed}"))


CURES = {
    "dropout": ("layers.1.enabled=true", "layers.4.enabled=true"),
    "batch normalisation": ("layers.2.enabled=true",),
    "L2": ("layers.0.l2=0.01", "layers.3.l2=0.01"),
    "early stopping": ("training.early_stopping.enabled=true",),
    "more data": ("data.points=2000",),
}
"""The overrides that the preset ``overfitting`` names in its text."""


DRAWS_IN_EVERY_STEP = ("mnist_mlp_dropout",)
"""Presets with dropout, which no start can make equal."""
STEADY = (
    "gru_sine",
    "linear_regression",
    "linear_regression_gd",
    "logistic_regression",
    "mlp_xor",
    "rnn_sine",
    "vanishing_gradients",
)
"""Presets whose whole training can be compared. In the others two trainings that differ in a last
bit drift apart, most of all by Adam, whose first step for a weight is as long for the smallest
gradient as for any other."""
SHORT_AND_PLAIN = ("training.epochs=1", "optimizer={type = 'sgd', learning_rate = 0.01}")
"""What is compared of the others: one epoch of gradient descent, on a thousand images at most."""
A_THOUSAND = "data.examples=1000"


def cases_of(preset: str) -> list[Case]:
    """What is measured of a shipped preset."""
    cases = [Case(preset, preset)]
    if preset == "overfitting":
        cases += [Case(f"{preset} + {cure}", preset, CURES[cure], cure) for cure in CURES]
    if preset not in DRAWS_IN_EVERY_STEP:
        cases.append(from_one_start(preset))
    return cases


def from_one_start(preset: str) -> Case:
    """The preset with examples in their order, from the same weights in both."""
    overrides = ["training.shuffle=false"]
    if preset not in STEADY:
        overrides += SHORT_AND_PLAIN
    if load_preset(preset).data.kind() in PUBLISHED:
        overrides.append(A_THOUSAND)
    return Case(f"{preset}, one start", preset, tuple(overrides), "one start", one_start=True)


def compared() -> list[str]:
    """Presets that are compared: some have schedules, weights of answers or several networks, which
    the twins do not know."""
    presets = {name: load_preset(name) for name in shipped()}
    return [name for name, preset in presets.items() if has_twin(preset)]


def has_twin(preset: Preset) -> bool:
    """Whether Keras trains the same."""
    is_steady = isinstance(preset.optimizer.schedule, Constant)
    return is_steady and not preset.networks and not isinstance(preset.data, Textual)


def all_cases() -> dict[str, Case]:
    """Every case by its name."""
    return {case.name: case for preset in compared() for case in cases_of(preset)}
