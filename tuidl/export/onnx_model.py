"""A trained network as an ONNX model, for whatever runs such files."""

from math import prod
from typing import Any

import msgspec

from tuidl.compiler.graph import FROM_EXAMPLES, Graph
from tuidl.compiler.nodes import Input
from tuidl.core.errors import TuidlError
from tuidl.core.lazy import Array
from tuidl.core.version import __version__
from tuidl.export.masks import is_masked
from tuidl.export.writing import inputs_text
from tuidl.inference.preprocessing import Preparation
from tuidl.nn.layers.activations import ACTIVATIONS
from tuidl.nn.layers.base import Shape

OPSET, IR_VERSION = 17, 8
"""Of 2022: old enough for what runs models, new enough for layer normalisation."""

LARGEST = 2_000_000_000
"""Bytes; the format's own limit is 2 GiB."""

INPUT, OUTPUT = "input", "output"


def model(graph: Graph, prepared: Preparation, parameters: dict[str, Array]) -> bytes:
    """The file's content: prepared inputs (batch, *shape) to what ``Model.predict`` answers.

    Raises TuidlError where the network is too large for the format.
    """
    if sum(values.nbytes for values in parameters.values()) > LARGEST:
        raise TuidlError(f"export to onnx: the format holds at most {LARGEST:,} bytes")
    import onnx
    from onnx import TensorProto, helper

    from tuidl.export.onnx_draft import OnnxDraft

    draft = OnnxDraft(INPUT, graph.spec.shape, parameters)
    _write(draft, graph)
    given, answer = (
        helper.make_tensor_value_info(
            name, TensorProto.FLOAT, _dimensions(graph, shape, name == INPUT)
        )
        for name, shape in ((INPUT, graph.spec.shape), (OUTPUT, graph.nodes[-1].shape))
    )
    constants = list(draft.constants.values())
    body = helper.make_graph(draft.nodes, "network", [given], [answer], constants)
    whole = helper.make_model(
        body,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="tuidl",
        producer_version=__version__,
        doc_string=f"{graph.preset.name}\n{inputs_text(graph.preset, prepared)}",
    )
    helper.set_model_props(whole, _metadata(graph, prepared))
    onnx.checker.check_model(whole, full_check=True)
    return bytes(whole.SerializeToString())


def _metadata(graph: Graph, prepared: Preparation) -> dict[str, str]:
    """What the file says of itself: all that is needed to prepare inputs and to read answers."""
    return {
        "preset": graph.preset.to_toml(),
        "preparation": prepared.to_json().decode(),
        "answer": prepared.answer,
        "classes": msgspec.json.encode(prepared.classes).decode(),
    }


STEPWISE = {"embedding", "position_embedding", "sine_position_encoding", "multi_head_attention",
            "dense", "tied_dense", "add", "dropout", "linear", "layer_normalization",
            "rms_normalization", *ACTIVATIONS}  # fmt: skip
"""Layers that say something of each step, however many there are up to the longest sequence."""


POOLED = {"global_average_pool1d", "global_max_pool1d"}
"""Layers that, with a mask, say the same of a text however much padding is behind it."""


def _dimensions(graph: Graph, shape: Shape, is_input: bool) -> list[str | int]:
    """The batch, and the steps of a sequence that may be shorter, by names."""
    kinds = {node.layer.kind() for node in graph.nodes}
    pooling = [node.layer for node in graph.nodes if node.layer.kind() in POOLED]
    is_free = kinds <= STEPWISE | POOLED and all(map(is_masked, pooling))
    crosses = any(len({s[:1] for s in node.input_shapes}) > 1 for node in graph.nodes)
    has_steps = shape[:1] == graph.spec.shape[:1] and (is_input or not pooling)
    if is_free and "multi_head_attention" in kinds and not crosses and has_steps:
        return ["batch", "steps", *shape[1:]]
    return ["batch", *shape]


def _write(draft: Any, graph: Graph) -> None:
    """All layers' nodes; the last value is called OUTPUT."""
    from tuidl.export import layers
    from tuidl.export.layers.activations import onnx_activated
    from tuidl.export.registry import ONNX, writer_of

    assert layers.MODULES  # they register what they have
    values = {FROM_EXAMPLES: INPUT}
    if len(graph.inputs) > 1:
        values = {FROM_EXAMPLES - i: _part(draft, data) for i, data in enumerate(graph.inputs)}
    for i, node in enumerate(graph.nodes):
        draft.place, draft.key = node.name, node.key
        inputs = [values[j] for j in node.inputs]
        value, first = writer_of(ONNX, "onnx", node.layer.kind())(draft, node, inputs)
        value = onnx_activated(draft, node, value, first)
        draft.note(value, node.shape, first)
        values[i] = value
    draft.rename(draft.turned(values[len(graph.nodes) - 1], first=False), OUTPUT)


def _part(draft: Any, data: Input) -> str:
    """One of several inputs, out of the rows in which they lie side by side."""
    import numpy as np

    draft.place = data.name
    start, end = data.start, data.start + prod(data.shape)
    named = {"start": [start], "end": [end], "axis": [1], "shape": [-1, *data.shape]}
    known = {name: draft.constant(name, values, np.int64) for name, values in named.items()}
    value: str = draft.op("Slice", INPUT, known["start"], known["end"], known["axis"])
    if len(data.shape) != 1:
        value = draft.op("Reshape", value, known["shape"])
    draft.note(value, data.shape, False)
    return value
