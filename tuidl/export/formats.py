"""The formats that a trained network can be exported to: a closed list."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.core.lazy import Array
from tuidl.core.version import __version__
from tuidl.export import numpy_program, onnx_model, torch_program
from tuidl.export.parts import unused_by
from tuidl.export.proof import outputs_of
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.trained import model_of, read_parameters

Parameters = dict[str, Array]
Files = dict[str, bytes]
"""Contents by the end of the file's name; the first is the one to be run or read."""


@dataclass(frozen=True)
class Format:
    """``write``: the files of an export with that stem. ``answers``: what the first of them says to
    inputs, read back. ``needs``: packages without which it cannot be written; ``judges``: without
    which it cannot be asked.
    """

    about: str
    suffix: str
    write: Callable[[Graph, Preparation, Parameters, str], Files]
    answers: Callable[[Graph, Path, Array], Array]
    needs: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()


def _safetensors(graph: Graph, prepared: Preparation, known: Parameters, stem: str) -> Files:
    from safetensors.numpy import save

    metadata = {
        "format": "tuidl",
        "tuidl": __version__,
        "preset": graph.preset.to_toml(),
        "preparation": prepared.to_json().decode(),
    }
    return {".safetensors": save(known, metadata)}


def _numpy(graph: Graph, prepared: Preparation, known: Parameters, stem: str) -> Files:
    weights = BytesIO()
    np.savez(weights, allow_pickle=False, **by_node(graph, known))
    text = numpy_program.program(graph, prepared, stem)
    return {".py": text.encode(), ".npz": weights.getvalue()}


def _torch(graph: Graph, prepared: Preparation, known: Parameters, stem: str) -> Files:
    from safetensors.numpy import save

    text = torch_program.program(graph, prepared, stem)
    state = torch_program.weights(graph, by_node(graph, known))
    return {".py": text.encode(), ".safetensors": save(state)}


def _onnx(graph: Graph, prepared: Preparation, known: Parameters, stem: str) -> Files:
    return {".onnx": onnx_model.model(graph, prepared, by_node(graph, known))}


def by_node(graph: Graph, known: Parameters) -> Parameters:
    """The parameters of the network that is exported, by the names of the nodes that read them."""
    return {
        f"{node.name}.{p.name}": known[f"{node.key}.{p.name}"]
        for node in graph.nodes
        for p in node.parameters
    }


def _by_running(graph: Graph, path: Path, x: Array) -> Array:
    return outputs_of(path, x)


def _by_loading(graph: Graph, path: Path, x: Array) -> Array:
    parameters = {**unused_by(graph), **read_parameters(path)}
    return model_of(graph.preset, parameters, examples=len(x)).predict(x)


FORMATS: dict[str, Format] = {
    "safetensors": Format("the weights alone", ".safetensors", _safetensors, _by_loading),
    "onnx": Format("an ONNX model", ".onnx", _onnx, _by_running, ("onnx",), ("onnxruntime",)),
    "numpy": Format("a program in NumPy, with its weights", ".py", _numpy, _by_running),
    "torch": Format("a program in PyTorch, with its weights", ".py", _torch, _by_running,
                    judges=("torch",)),
}  # fmt: skip
"""By the name that the command line knows them by."""
