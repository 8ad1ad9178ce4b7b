"""Targets held against the range of numbers that their loss is of."""

from collections.abc import Iterable
from math import inf

from tuidl.compiler.nodes import Head
from tuidl.core.errors import PresetError
from tuidl.data.examples import Split
from tuidl.nn.losses.base import Loss

EXAMPLES_AT_ONCE = 4096
ROUNDING = 1e-5


def require_targets(heads: Iterable[Head], split: Split) -> None:
    """Raises PresetError where targets of the training part lie outside of what their loss is of.

    What is held out may lie outside where numbers were scaled to the range of those trained on.
    """
    for head in heads:
        if not head.is_of_data or head.spec.classes or head.loss.target_range is None:
            continue
        lowest, highest = _range(head, split)
        if problem := range_problem(head.loss, lowest, highest):
            name = f"objective of {head.name!r}: " if head.name else ""
            raise PresetError("loss.type", f"{name}{problem}")


def require_constant(loss: Loss, number: float, key: str) -> None:
    """Raises PresetError where the one target of all answers lies outside."""
    if problem := range_problem(loss, number, number):
        raise PresetError(key, problem)


def range_problem(loss: Loss, lowest: float, highest: float) -> str:
    if loss.target_range is None:
        return ""
    low, high = loss.target_range
    if lowest >= low - ROUNDING and highest <= high + ROUNDING:
        return ""
    these = f"{lowest:g}" if lowest == highest else f"numbers from {lowest:g} to {highest:g}"
    problem = f"{loss.kind()!r} is of targets from {low:g} to {high:g}, got {these}"
    return f"{problem}; use 'mse' for numbers"


def _range(head: Head, split: Split) -> tuple[float, float]:
    y, columns = split.train.y, slice(head.start, head.start + head.spec.target_width)
    lowest, highest = inf, -inf
    for start in range(0, len(y), EXAMPLES_AT_ONCE):
        part = y[start : start + EXAMPLES_AT_ONCE]
        numbers = part.reshape(len(part), -1)[:, columns]
        lowest, highest = min(lowest, float(numbers.min())), max(highest, float(numbers.max()))
    return lowest, highest
