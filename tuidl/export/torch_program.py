"""A trained network as a program in PyTorch: an nn.Module as one would write it by hand."""

from typing import Any

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.core.lazy import Array
from tuidl.export.draft import Draft
from tuidl.export.ends import answering, as_given, constants, main, preparing
from tuidl.export.layers.activations import torch_activated
from tuidl.export.registry import TORCH, TORCH_WEIGHTS
from tuidl.export.steps import Steps, steps_of, taken_out
from tuidl.export.templates import names_in, numpy_template, torch_template
from tuidl.export.text_writing import needed, writing
from tuidl.export.torch_modules import by_class
from tuidl.export.torch_names import TAKEN
from tuidl.export.writing import Line, body, docstring, imports, joined, shape_text
from tuidl.inference.preprocessing import Preparation

NEEDS = "Needs torch, numpy and safetensors; the weights are in the .safetensors file beside it."

OWN = frozenset({"F", "nn", "np", "torch", "self", "sys", "Path", "load_file"})
HEAD = [
    "import sys",
    "from pathlib import Path",
    "import numpy as np",
    "import torch",
    "from safetensors.torch import load_file",
    "from torch import nn",
]

FUNCTIONAL = "import torch.nn.functional as F"

LOADING = '''\
def load_network():
    """The network with its trained weights, ready to answer."""
    network = Network()
    network.load_state_dict(load_file(Path(__file__).with_suffix(".safetensors")))
    return network.eval()'''

PREDICTING = '''\
def predict(x):
    """The network's outputs for prepared inputs; NumPy's arrays both."""
    with torch.no_grad():
        return NETWORK(torch.from_numpy(x)).numpy()'''


def program(graph: Graph, prepared: Preparation, name: str) -> str:
    """The text of ``name``.py, which reads ``name``.safetensors."""
    places, prepared = graph.nodes[-1].shape[:-1], as_given(graph, prepared)
    ends = [answering(prepared, places), *writing(prepared), main(prepared, places)]
    network = module(graph)
    statements, parts = torch_template().needed(names_in(network))
    if "F" in names_in("\n".join([network, *parts])):
        statements = [*statements, FUNCTIONAL]
    softmax = numpy_template().needed(names_in(ends[0]))[1]
    return joined(
        [
            "\n\n".join([docstring(graph.preset, prepared, places, NEEDS, name),
                         imports([*HEAD, *needed(prepared), *statements]),
                         "\n".join(constants(prepared))]),
            *parts,
            network,
            LOADING,
            "NETWORK = load_network()",
            preparing(graph.preset, prepared),
            PREDICTING,
            *softmax,
            *ends,
        ]
    )  # fmt: skip


def weights(graph: Graph, parameters: dict[str, Array]) -> dict[str, Array]:
    """The arrays of the module's ``state_dict``."""
    state: dict[str, Array] = {}
    for step in _steps(graph).steps:
        own = {p.name: parameters[f"{step.node.key}.{p.name}"] for p in step.node.parameters}
        if own and step.layer.borrows() is None:
            named = TORCH_WEIGHTS.get(step.layer.kind(), _as_they_are)(step.layer, own)
            state |= {f"{step.attribute}.{key}": value for key, value in named.items()}
    return {name: np.ascontiguousarray(values) for name, values in state.items()}


def _as_they_are(layer: Any, own: dict[str, Array]) -> dict[str, Array]:
    return own


def module(graph: Graph) -> str:
    """The class ``Network``."""
    walk = _steps(graph)
    draft = Draft(
        {walk.examples: graph.spec.shape, **{name: data.shape for name, data in walk.parts}}
    )
    for step in walk.steps:
        code = TORCH.get(step.layer.kind(), by_class)(draft, step)
        draft.write(step, torch_activated(step, code))
    first, last = shape_text(graph.spec.shape), shape_text(graph.nodes[-1].shape)
    returning = Line(f"return {draft.turned(walk.steps[-1].writes, first=False)}")
    forward = body([*taken_out(walk), *draft.forward, returning], indent=8)
    return (
        "class Network(nn.Module):\n"
        f'    """Prepared inputs {first} -> outputs {last}."""\n\n'
        "    def __init__(self):\n"
        "        super().__init__()\n"
        f"{body(draft.modules, indent=8)}\n\n"
        f"    def forward(self, {walk.examples}):\n"
        f"{forward}"
    )


def _steps(graph: Graph) -> Steps:
    return steps_of(graph, OWN | TAKEN | frozenset(torch_template().parts))
