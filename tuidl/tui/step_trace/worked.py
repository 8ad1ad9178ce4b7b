"""Sums worked out with the real numbers, where they fit on a line."""

import math

from tuidl.charts.scale import short
from tuidl.protocol.probes import StepTrace
from tuidl.tui.renderers.shapes import known

TERMS = 2
"""Products written out; of more, their number is given."""


def worked_neuron(answer: StepTrace, width: int) -> list[str]:
    """A network of a single neuron, worked out for the batch's first example."""
    layers, found = answer.forward, {one.name: one for one in answer.update}
    layer = layers[-1]
    kernel = found.get(f"{layer.name}.kernel")
    if answer.objective:
        return []
    if len(found) > 2 or layer.kind != "dense" or not kernel or kernel.shape[-1] != 1:
        return []
    count = kernel.shape[0]
    inputs, weights = answer.input, kernel.values
    terms = [f"{number(inputs[i])} · {number(weights[i])}" for i in range(min(count, TERMS))]
    if count > TERMS:
        terms.append(f"… {count - TERMS} more")
    bias = found.get(f"{layer.name}.bias")
    if bias:
        terms.append(number(bias.values[0]))
    text = f"{' + '.join(terms)} = {short(known(layer.values[0]), 4)}"
    lines = [f"the first example: {text}" if len(text) + 19 <= width else text]
    predicted = known(answer.predicted[0][0])
    if math.isclose(predicted, known(layer.values[0]), rel_tol=1e-3):
        return lines
    return [*lines, f"1 / (1 + e^{number(-known(layer.values[0]))}) = {short(predicted, 4)}"]


def worked_loss(answer: StepTrace) -> str:
    """The first example's loss; empty where it takes more than a line."""
    if not answer.losses or answer.losses[0] is None:
        return ""
    own = short(known(answer.losses[0]), 4)
    start = f"#{answer.examples[0]}: "
    if answer.loss_kind == "mse" and len(answer.targets[0]) == 1:
        true, predicted = known(answer.targets[0][0]), known(answer.predicted[0][0])
        return f"{start}({short(predicted, 4)} - {number(true)})² = {own}"
    if answer.loss_kind == "mae":
        return f"{start}off by {own}"
    if answer.classes:
        return f"{start}-ln({short(math.exp(-known(answer.losses[0])), 4)}) = {own}"
    return ""


def worked_update(answer: StepTrace, after: StepTrace | None) -> str:
    """The first weight's step: all of it for plain gradient descent, else from where to where."""
    first = answer.update[0]
    before, gradient = first.values[0], first.gradient[0]
    rate = f"{answer.learning_rate:.3g}"
    later = {one.name: one.values for one in after.update} if after else {}
    end = short(known(later[first.name][0]), 4) if first.name in later else "?"
    if answer.optimizer == "sgd":
        return f"{number(before)} - {rate} · {number(gradient)} = {end}"
    return f"{first.name}[0]: {number(before)} -> {end}"


def number(value: float | None) -> str:
    """Four digits, in brackets where a sign would be misread."""
    text = short(known(value), 4)
    return f"({text})" if text.startswith("-") else text
