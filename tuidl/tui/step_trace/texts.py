"""Numbers, classes and shapes as short texts."""

from collections.abc import Sequence
from typing import Any

from tuidl.charts.scale import short
from tuidl.protocol.probes import StepTrace
from tuidl.tui.renderers.shapes import known

SENT = 12
"""So many numbers of an array are asked for; where there are as many, there may be more."""


def shape_text(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "1"


def value_text(value: float | None) -> str:
    """Three digits that count, a sign's place in front."""
    number = known(value)
    return f"{short(number, 3)}" if number < 0 else f" {short(number, 3)}"


def values_text(values: Sequence[float | None], width: int) -> str:
    """As many values as fit, and dots where that is not all."""
    texts: list[str] = []
    for value in values:
        text = f"{value_text(value):<10}"
        if sum(map(len, texts)) + len(text) > width - 1:
            break
        texts.append(text)
    more = len(texts) < len(values) or len(values) == SENT
    return "".join(texts).rstrip() + (" …" if more else "")


def target_text(answer: StepTrace, target: Sequence[float | None]) -> str:
    """A class by its name, numbers as they are."""
    if answer.classes and target[0] is not None:
        return str(answer.classes[round(target[0])])
    return " ".join(short(known(v), 4) for v in target[:3])


def nearest_text(distances: Sequence[float | None]) -> str:
    """The number, counted from 1, of the smallest."""
    values = [known(value) for value in distances]
    nearest = min(range(len(values)), key=lambda i: (values[i] != values[i], values[i]))
    return f"centre {nearest + 1}"


def predicted_text(answer: StepTrace, predicted: Sequence[float | None], target: Any) -> str:
    """The probability of the true class, or the number predicted."""
    if not answer.classes:
        return " ".join(short(known(v), 4) for v in predicted[:3])
    true = round(target[0] or 0)
    share = known(predicted[true] if len(predicted) > 1 else predicted[0])
    if len(predicted) == 1 and true == 0:
        share = 1 - share
    return f"{share:.1%}"
