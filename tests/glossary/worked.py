"""Worked examples of the glossary: the numbers in a text, and the checks they must pass.

A check is called like the entry it belongs to and takes all numbers of its example, inputs and
results, in the order in which they stand there.
"""

import re
import tomllib
from collections.abc import Callable

import numpy as np

from tuidl.backends.numpy import ORACLES
from tuidl.glossary.contents import FOLDER
from tuidl.kernels.step_state import LEARNING_RATE, STEP, STEP_STATE_SIZE
from tuidl.nn.layers import LAYERS

NUMBER = re.compile(r"(?<![\w.])[−-]?(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?(?:e[−-]?\d+)?)")


class Printed(float):
    """A number as it stands in a text; ``unit`` is the worth of its last digit."""

    unit: float

    def __new__(cls, text: str) -> "Printed":
        plain = text.replace("−", "-").replace(",", "")
        number = super().__new__(cls, plain)
        mantissa, _, exponent = plain.partition("e")
        number.unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
        return number

    def shows(self, value: float) -> bool:
        """Whether it is ``value``, rounded to its own last digit."""
        return abs(self - value) <= 0.5 * self.unit * (1 + 1e-5)


Numbers = list[Printed]
WORKED: dict[str, Callable[[Numbers], None]] = {}


def worked(check: Callable[[Numbers], None]) -> Callable[[Numbers], None]:
    """Note a check; an underscore behind its name is not part of the entry's."""
    WORKED[check.__name__.rstrip("_")] = check
    return check


def worked_in_the_entry(check: str) -> Callable[[Numbers], None]:
    """The check that an entry states itself: a Python expression of the numbers ``n`` for what the
    last of them show. It knows ``np`` and LAYERS."""

    def run(n: Numbers) -> None:
        found = np.asarray(eval(check, {"np": np, "LAYERS": LAYERS, "n": n}), float).reshape(-1)
        agree(n[len(n) - len(found) :], found)

    return run


def numbers(text: str) -> Numbers:
    return [Printed(found) for found in NUMBER.findall(text)]


def agree(printed: Numbers, values: object) -> None:
    """Every printed number shows its value."""
    wanted = np.asarray(values, float).reshape(-1)
    assert len(printed) == len(wanted)
    for number, value in zip(printed, wanted, strict=True):
        assert number.shows(value), f"{float(number)} should show {value}"


def array(*values: float) -> np.ndarray:
    return np.array(values, float)


def bent(kernel: str, *values: float, **options: float) -> np.ndarray:
    """What an activation makes of ``values``."""
    y = array(*values)
    ORACLES[kernel](y, **options)
    return y


def slope(kernel: str, *values: float, **options: float) -> np.ndarray:
    """Its slope at ``values``, for those whose gradient follows from the output."""
    d = np.ones(len(values))
    ORACLES[f"{kernel}_gradient"](bent(kernel, *values, **options), d, **options)
    return d


def loss(kernel: str, prediction: object, target: object, **options: float) -> float:
    """What a loss says of one example's outputs; ``target`` is a row, or a class."""
    prediction = np.array(prediction, float).reshape(1, -1)
    target = np.array(target, float)
    target = target.reshape(1, -1) if target.ndim else target.reshape(1)
    statistics = np.zeros(1)
    ORACLES[kernel](prediction, target, prediction * 0, statistics, batch=1, **options)
    return float(statistics[0])


def updates(
    kernel: str, w: float, g: float, rate: float, steps: int, states: object = (), **options: float
) -> list[float]:
    """The weight before and after each of ``steps`` updates with the same gradient."""
    weight, state = array(w), [array(value) for value in states]
    step_state, path = np.zeros(STEP_STATE_SIZE), [w]
    step_state[LEARNING_RATE] = rate
    for step in range(1, steps + 1):
        step_state[STEP] = step
        span = {"start": 0, "stop": 1}
        gradients = array(g).reshape(1, 1)
        ORACLES[kernel](gradients, weight, *state, **span, **options, step_state=step_state)
        path.append(float(weight[0]))
    return path


for _topic in FOLDER.glob("*.toml"):
    for _key, _table in tomllib.loads(_topic.read_text(encoding="utf-8")).items():
        if isinstance(_table, dict) and "check" in _table:
            WORKED[_key] = worked_in_the_entry(_table["check"])
