"""A trained network as a program that needs nothing but NumPy."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tuidl.compiler.graph import Graph
from tuidl.export.ends import answering, constants, main, preparing
from tuidl.export.steps import Step, steps_of
from tuidl.export.templates import names_in, template
from tuidl.export.windows import paddings
from tuidl.export.writing import Line, body, docstring, imports, joined, shape_text
from tuidl.inference.preprocessing import Preparation
from tuidl.nn.layers.activations import ACTIVATIONS

TEMPLATE = "numpy_layers"
NEEDS = "Needs only Python and NumPy; the weights are in the .npz file beside it."
OWN = frozenset({"W", "SHAPE", "CLASSES", "INPUTS", "ahead", "back", "prepare", "predict",
                 "answers", "np", "sys", "Path", "len"})  # fmt: skip
"""Names of the program that no variable may have."""

FUNCTIONS = {"tanh": "np.tanh"}
"""Activations that are not among the functions of the template."""

HEAD = ["import sys", "from pathlib import Path", "import numpy as np"]


@dataclass(frozen=True)
class Code:
    """An expression for a layer's output, and statements that must come before it.

    ``remark``: said of the line. No expression: the layer does nothing.
    """

    expression: str
    before: tuple[str, ...] = ()
    remark: str = ""


def program(graph: Graph, prepared: Preparation, name: str) -> str:
    """The text of ``name``.py, which reads ``name``.npz."""
    known = template(TEMPLATE)
    network = predicting(graph)
    ends = [preparing(graph.preset, prepared), answering(prepared), main(prepared)]
    statements, parts = known.needed(names_in("\n".join([network, *ends])) | {"load_weights"})
    weights = 'W = load_weights(Path(__file__).with_suffix(".npz"))'
    return joined(
        [
            "\n\n".join([docstring(graph.preset, prepared, NEEDS, name),
                         imports([*HEAD, *statements]), "\n".join(constants(prepared))]),
            *parts,
            weights,
            ends[0],
            network,
            *ends[1:],
        ]
    )  # fmt: skip


def predicting(graph: Graph) -> str:
    """The function ``predict``: a line for each layer."""
    reserved = OWN | frozenset(template(TEMPLATE).parts)
    walk = steps_of(graph, reserved)
    lines = [line for step in walk.steps for line in _lines(step)]
    first, last = shape_text(graph.spec.shape), shape_text(graph.nodes[-1].shape)
    said = f'    """The network itself: prepared inputs {first} -> outputs {last}."""'
    text = body([*lines, Line(f"return {walk.steps[-1].writes}")])
    return f"def predict({walk.examples}):\n{said}\n{text}"


def _lines(step: Step) -> list[Line]:
    code = LAYERS[step.layer.kind()](step)
    expression = activated(code.expression, getattr(step.layer, "activation", "linear"), step)
    if expression == step.writes:
        return [Line("", code.remark)] if code.remark else []
    shape = ", ".join(filter(None, [shape_text(step.node.shape), code.remark]))
    return [*map(Line, code.before), Line(f"{step.writes} = {expression}", shape)]


def activated(expression: str, name: str, step: Step) -> str:
    """The expression within the layer's activation."""
    if name == "linear" or step.layer.kind() == name:
        return expression
    known = {"leaky_relu": "slope", "elu": "alpha"}
    values = ACTIVATIONS[name].options.values()
    arguments = "".join(f", {known[name]}={value}" for value in values)
    return f"{FUNCTIONS.get(name, name)}({expression}{arguments})"


def _call(function: str, step: Step, **options: object) -> Code:
    """``function(x, **W["dense_1"], stride=2)``; options that are None are left out."""
    parts = [step.x]
    if step.node.parameters:
        parts.append(f"**{_weights(step)}")
    parts += [f"{key}={value!r}" for key, value in options.items() if value is not None]
    return Code(f"{function}({', '.join(parts)})")


def _weights(step: Step) -> str:
    return f'W["{step.name}"]'


def _layer(*names: str) -> Callable[[Step], Code]:
    """A call of the function of the layer's name; ``names``: options that are handed over."""
    return lambda step: _call(
        step.layer.kind(), step, **{name: getattr(step.layer, name) for name in names}
    )


def _activation(**options: str) -> Callable[[Step], Code]:
    """A call of the activation; ``options``: the argument for each option of the layer."""

    def write(step: Step) -> Code:
        values = {argument: getattr(step.layer, key) for key, argument in options.items()}
        kind = step.layer.kind()
        return _call(FUNCTIONS.get(kind, kind), step, **values)

    return write


def _convolution(step: Step) -> Code:
    layer: Any = step.layer
    stride = layer.stride if layer.stride != 1 else None
    return _call(layer.kind(), step, stride=stride, padding=_padding(step))


def _pool(step: Step) -> Code:
    layer: Any = step.layer
    stride = layer.stride or layer.pool_size
    options = {"size": layer.pool_size, "stride": stride, "padding": _padding(step)}
    return _call(layer.kind(), step, **options)


def _padding(step: Step) -> object:
    """Pairs for an image, one pair for a sequence, None where nothing is padded."""
    pads = paddings(step.node)
    if not any(map(any, pads)):
        return None
    return pads if len(pads) > 1 else pads[0]


def _global_pool(method: str) -> Callable[[Step], Code]:
    def write(step: Step) -> Code:
        axes = "1" if len(step.node.input_shape) == 2 else "(1, 2)"
        return Code(f"{step.x}.{method}(axis={axes})")

    return write


def _reshape(step: Step) -> Code:
    sizes = ", ".join(map(str, (-1, *step.node.shape)))
    return Code(f"{step.x}.reshape({sizes})")


def _recurrent(step: Step) -> Code:
    layer: Any = step.layer
    states = f"{_cell(layer)}({step.x}, **{_weights(step)})"
    if layer.return_sequences:
        return Code(states)
    return Code(f"{states}[:, -1]", remark="the last state")


def _bidirectional(step: Step) -> Code:
    layer: Any = step.layer
    both = f"ahead, back = both_ways({_cell(layer.layer)}, {step.x}, {_weights(step)})"
    parts, remark = ["ahead", "back"], ""
    if not layer.layer.return_sequences:
        parts, remark = ["ahead[:, -1]", "back[:, 0]"], "the last state of either way"
    if layer.merge == "sum":
        return Code(" + ".join(parts), (both,), remark)
    return Code(f"np.concatenate([{', '.join(parts)}], axis=-1)", (both,), remark)


def _cell(layer: Any) -> str:
    is_first_gru = layer.kind() == "gru" and not layer.reset_after
    return "gru_reset_before" if is_first_gru else str(layer.kind())


def _same(step: Step) -> Code:
    return Code(step.x)


def _dropout(step: Step) -> Code:
    return Code(step.x, remark=f"{step.name} acts only in training")


LAYERS: dict[str, Callable[[Step], Code]] = {
    "input": _same,
    "linear": _same,
    "dropout": _dropout,
    "reshape": _reshape,
    "flatten": _reshape,
    "dense": _layer(),
    "embedding": _layer(),
    **dict.fromkeys(("conv1d", "conv2d"), _convolution),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "average_pool1d", "average_pool2d"), _pool),
    **dict.fromkeys(("global_max_pool1d", "global_max_pool2d"), _global_pool("max")),
    **dict.fromkeys(("global_average_pool1d", "global_average_pool2d"), _global_pool("mean")),
    "batch_normalization": _layer("epsilon"),
    "layer_normalization": _layer("epsilon"),
    "add": lambda step: Code(" + ".join(step.reads)),
    "concatenate": lambda step: Code(f"np.concatenate([{', '.join(step.reads)}], axis=-1)"),
    **dict.fromkeys(("simple_rnn", "lstm", "gru"), _recurrent),
    "bidirectional": _bidirectional,
    **dict.fromkeys(("relu", "gelu", "sigmoid", "tanh", "softmax"), _activation()),
    "leaky_relu": _activation(negative_slope="slope"),
    "elu": _activation(alpha="alpha"),
}
"""How each layer is said in NumPy."""
