"""A preset as a peer can build it: layers with shapes, loss, optimizer and examples, in plain JSON.

A closing softmax or sigmoid is left out: every contender's loss takes logits. No compiler is
loaded here, so that a process can still say how many threads it wants.
"""

from math import prod
from typing import Any

import msgspec

from bench.peers.protocol import EXAMPLES
from tuidl.compiler.graph import Graph, Node
from tuidl.core.errors import TuidlError
from tuidl.core.limits import FLOAT_BYTES
from tuidl.nn.layers.base import Layer
from tuidl.nn.layers.conv2d import Conv2d
from tuidl.nn.layers.conv2d_transpose import Conv2dTranspose
from tuidl.nn.layers.embedding import Embedding
from tuidl.preset.schema import Preset

PLACE = ("name", "inputs", "enabled")
"""Fields that say where a layer stands: the graph has made numbers of them."""
EXAMPLE_BYTES = 32 << 20
"""Of all examples together, unless two batches need more."""
EPOCH_FLOPS = 4e9
"""Of an epoch, unless two batches need more: contenders whose smallest unit of work is an epoch
would be measured for minutes."""


def describe(preset: Preset) -> dict[str, Any]:
    """All that a peer needs to know. Raises TuidlError for what the description has no words
    for: several networks, and targets of several kinds."""
    graph = Graph.build(preset)
    spec, nodes = graph.spec, graph.nodes_for_loss
    if preset.networks:
        from bench.several import describe_several

        return describe_several(preset)
    if spec.targets:
        raise TuidlError("peers build presets with one kind of targets")
    return {
        **steps_of(preset, graph),
        "words": words_of(graph),
        "target": _target(graph),
        **layers_of(nodes),
        "parameters": sum(
            p.size for node in nodes if not node.owner for p in node.parameters if p.trainable
        ),
        "loss": fields_of(preset.loss),
        "optimizer": fields_of(preset.optimizer, ("schedule",)),
    }


def steps_of(preset: Preset, graph: Graph) -> dict[str, Any]:
    """Name, batch, how many examples there are, and the shape of one."""
    size = preset.training.batch_size
    batch = preset.batch() if size == "full" else size
    return {
        "name": preset.name,
        "batch": batch,
        "examples": batch * _batches(graph, batch),
        "shape": list(graph.spec.shape),
    }


def layers_of(nodes: tuple[Node, ...]) -> dict[str, Any]:
    """Layers, and what shapes they read and make."""
    return {
        "layers": [_described(node, nodes) for node in nodes],
        "shapes": [[list(node.input_shape), list(node.shape)] for node in nodes],
    }


def _described(node: Node, nodes: tuple[Node, ...]) -> dict[str, Any]:
    """A layer with what it reads; ``pads`` or ``crops`` of a convolution at all four ends; and
    ``lender``: the layer whose parameters it has, if it has none of its own."""
    found = {"inputs": list(node.inputs), **fields_of(node.layer)}
    if isinstance(node.layer, Conv2d):
        found["pads"] = [list(ends) for ends in node.layer.pads(node.input_shape)]
    if isinstance(node.layer, Conv2dTranspose):
        found["crops"] = [list(ends) for ends in node.layer.crops()]
    if node.owner:
        found["lender"] = [other.name for other in nodes].index(node.owner)
    return found


def second_biases(work: dict[str, Any]) -> int:
    """Numbers that PyTorch trains beside: its recurrent layers add two biases where one will do."""
    found = 0
    for layer in work["layers"]:
        inner, ways = (layer["layer"], 2) if layer["type"] == "bidirectional" else (layer, 1)
        gates = {"simple_rnn": 1, "lstm": 4}.get(inner["type"], 0)
        if inner["type"] == "gru" and not inner["reset_after"]:
            gates = 3
        found += ways * gates * inner.get("units", 0) if gates else 0
    return found


def words_of(graph: Graph) -> int:
    """Rows of the smallest embedding that reads the examples; 0 where there is none."""
    return min(
        (n.layer.input_dim for n in graph.nodes if isinstance(n.layer, Embedding)), default=0
    )


def _batches(graph: Graph, batch: int) -> int:
    """Batches in an epoch: at least two, so that no contender sees the same one all the time."""
    fitting = EXAMPLE_BYTES // (FLOAT_BYTES * prod(graph.spec.shape) * batch)
    affordable = int(EPOCH_FLOPS / max(3 * graph.flops * batch, 1))
    return max(2, min(EXAMPLES // batch, fitting, affordable))


def _target(graph: Graph) -> dict[str, Any]:
    spec, loss = graph.spec, graph.preset.loss.kind()
    shape = list(spec.target_shape or ())
    if spec.classes:
        return {"kind": "classes", "classes": len(spec.classes), "shape": shape}
    kinds = {"binary_cross_entropy": "bits", "categorical_cross_entropy": "shares"}
    return {"kind": kinds.get(loss, "values"), "shape": shape or [spec.outputs]}


def fields_of(record: msgspec.Struct, left_out: tuple[str, ...] = PLACE) -> dict[str, Any]:
    """Every field of a record, defaults too, and its tag."""
    names = [name for name in record.__struct_fields__ if name not in left_out]
    values = {name: getattr(record, name) for name in names}
    return {"type": record.__struct_config__.tag} | {
        name: fields_of(value) if isinstance(value, Layer) else msgspec.to_builtins(value)
        for name, value in values.items()
    }
