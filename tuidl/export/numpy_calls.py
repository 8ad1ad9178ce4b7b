"""Calls of a layer's reference in an exported NumPy program."""

import inspect

from tuidl.core.errors import TuidlError
from tuidl.export.code import NumpyCode
from tuidl.export.steps import Step
from tuidl.nn.layers.activations import ACTIVATIONS

FUNCTIONS = {"tanh": "np.tanh"}
"""Activations that NumPy has itself."""


def by_reference(step: Step) -> NumpyCode:
    """``dense(x, **W["dense_1"])``: the layer's inputs, its parameters, and those of its fields
    that the reference takes, where they are not its defaults.

    Raises TuidlError for a layer without a reference.
    """
    layer, reference = step.layer, step.layer.reference
    if reference is None:
        raise TuidlError(f"export to numpy: the layer {layer.kind()!r} has no reference in NumPy")
    options = {
        name: getattr(layer, name)
        for name, known in inspect.signature(reference).parameters.items()
        if name in layer.__struct_fields__ and getattr(layer, name) != known.default
    }
    return call(FUNCTIONS.get(layer.kind(), reference.__name__), step, **options)


def call(function: str, step: Step, **options: object) -> NumpyCode:
    """``function(x, **W["dense_1"], stride=2)``; options that are None are left out."""
    parts = list(step.reads)
    if step.node.parameters:
        parts.append(f"**{weights(step)}")
    parts += [f"{key}={value!r}" for key, value in options.items() if value is not None]
    return NumpyCode(f"{function}({', '.join(parts)})")


def weights(step: Step) -> str:
    return f'W["{step.node.key}"]'


def activated(expression: str, name: str, step: Step) -> str:
    """The expression within the layer's activation."""
    if name == "linear" or step.layer.kind() == name:
        return expression
    options = ACTIVATIONS[name].options
    arguments = "".join(f", {key}={value}" for key, value in options.items())
    return f"{FUNCTIONS.get(name, name)}({expression}{arguments})"
