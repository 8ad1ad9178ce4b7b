"""A trained network as a program that needs nothing but NumPy."""

from tuidl.compiler.graph import Graph
from tuidl.export.ends import answering, as_given, constants, main, preparing
from tuidl.export.numpy_calls import activated, by_reference
from tuidl.export.registry import NUMPY
from tuidl.export.steps import Step, steps_of, taken_out
from tuidl.export.templates import names_in, numpy_template
from tuidl.export.text_writing import needed, writing
from tuidl.export.writing import Line, body, docstring, imports, joined, shape_text
from tuidl.inference.preprocessing import Preparation

NEEDS = "Needs only Python and NumPy; the weights are in the .npz file beside it."
OWN = frozenset({"W", "SHAPE", "CLASSES", "INPUTS", "ahead", "back", "prepare", "predict",
                 "answers", "write", "TOKENS", "unicodedata", "np", "sys", "Path",
                 "len"})  # fmt: skip
"""Names of the program that no variable may have."""

HEAD = ["import sys", "from pathlib import Path", "import numpy as np"]


def program(graph: Graph, prepared: Preparation, name: str) -> str:
    """The text of ``name``.py, which reads ``name``.npz."""
    known, prepared = numpy_template(), as_given(graph, prepared)
    network = predicting(graph)
    places = graph.nodes[-1].shape[:-1]
    ends = [preparing(graph.preset, prepared), answering(prepared, places),
            *writing(prepared), main(prepared, places)]  # fmt: skip
    statements, parts = known.needed(names_in("\n".join([network, *ends])) | {"load_weights"})
    weights = 'W = load_weights(Path(__file__).with_suffix(".npz"))'
    return joined(
        [
            "\n\n".join([docstring(graph.preset, prepared, places, NEEDS, name),
                         imports([*HEAD, *needed(prepared), *statements]),
                         "\n".join(constants(prepared))]),
            *parts,
            weights,
            ends[0],
            network,
            *ends[1:],
        ]
    )  # fmt: skip


def predicting(graph: Graph) -> str:
    """The function ``predict``: a line for each layer."""
    reserved = OWN | frozenset(numpy_template().parts)
    walk = steps_of(graph, reserved)
    lines = [line for step in walk.steps for line in _lines(step)]
    first, last = shape_text(graph.spec.shape), shape_text(graph.nodes[-1].shape)
    said = f'    """The network itself: prepared inputs {first} -> outputs {last}."""'
    text = body([*taken_out(walk), *lines, Line(f"return {walk.steps[-1].writes}")])
    return f"def predict({walk.examples}):\n{said}\n{text}"


def _lines(step: Step) -> list[Line]:
    code = NUMPY.get(step.layer.kind(), by_reference)(step)
    expression = activated(code.expression, getattr(step.layer, "activation", "linear"), step)
    if expression == step.writes:
        return [Line("", code.remark)] if code.remark else []
    shape = ", ".join(filter(None, [shape_text(step.node.shape), code.remark]))
    return [*map(Line, code.before), Line(f"{step.writes} = {expression}", shape)]
