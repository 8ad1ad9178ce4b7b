"""Where the places of a sequence look, layer by layer and head by head."""

from math import prod
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.graph import Node
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.inference.generating import Generator
from tuidl.nn.layers import attention as definition
from tuidl.nn.layers.attention import MultiHeadAttention
from tuidl.protocol.text_answers import Attention
from tuidl.training.inspection import inspect
from tuidl.training.state import TrainState
from tuidl.worker.probes.attended import Places, places_of, text_in
from tuidl.worker.probes.common import held_out, numbers


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``layer`` of those with attention, and ``head``, None for the mean of all. The text is the
    ``prompt`` and the tokens ``known`` behind it; of networks that write none, held-out
    ``example``."""

    layer: Annotated[int, Meta(ge=0)] = 0
    head: Annotated[int, Meta(ge=0)] | None = None
    prompt: Annotated[str, Meta(max_length=100_000)] = ""
    known: Annotated[tuple[int, ...], Meta(max_length=10_000)] = ()
    example: Annotated[int, Meta(ge=0)] = 0


def attention(state: TrainState, options: Options) -> Attention:
    """Raises DataError where no layer has attention, or none that can be seen."""
    graph = state.program.graph
    nodes = [node for node in graph.nodes if isinstance(node.layer, MultiHeadAttention)]
    if not nodes:
        raise DataError("attention: no layer of this network has it")
    node = nodes[min(options.layer, len(nodes) - 1)]
    layer = node.layer
    assert isinstance(layer, MultiHeadAttention)
    row, looking = _example(state, options)
    weights = _weights(state, node, row)[0]
    heads = len(weights)
    chosen = weights.mean(axis=0) if options.head is None else weights[min(options.head, heads - 1)]
    sides = node.inputs[0], node.inputs[1 if layer.is_cross else 0]
    if looking and weights.shape[-2:] != (row.shape[1],) * 2:  # shortened, or of another sequence
        looking = None
    rows, columns = (looking or places_of(state, side, row[0]) for side in sides)
    padding = 0 if looking or layer.causal else columns.padding
    shares = chosen[rows.slice, columns.slice]
    if padding:
        behind = chosen[rows.slice, columns.end :].sum(axis=1, keepdims=True)
        shares = np.concatenate([shares, behind], axis=1)
    return Attention(
        layers=tuple(node.name for node in nodes),
        layer=nodes.index(node),
        head=None if options.head is None else min(options.head, heads - 1),
        heads=heads,
        tokens=rows.names,
        seen=columns.names,
        weights=numbers(np.round(shares, 3)),
        padding=padding,
    )


def _example(state: TrainState, options: Options) -> tuple[Array, Places | None]:
    """A row of inputs (1, inputs), and where its tokens are if the network wrote it."""
    layout = state.preprocessing.text
    if layout is not None and layout.generates:
        generator = Generator(layout, lambda x: x)
        known = (*generator.prompt(options.prompt).tokens, *options.known)
        row, first, end = generator.row(known)
        shown = text_in(layout, row[0, first:], end - first)
        return row, Places(shown.names, first + shown.first)
    _, feed = held_out(state)
    return feed.x[min(options.example, len(feed) - 1)].reshape(1, -1), None


def _weights(state: TrainState, node: Node, row: Array) -> Array:
    """(1, heads, steps, seen) of one input, from what the layer is given in a step."""
    given = _given(state, node, row)
    layer = node.layer
    assert isinstance(layer, MultiHeadAttention)
    parameters = {
        p.name: np.asarray(state.model.parameters[f"{node.key}.{p.name}"], np.float64)
        for p in node.parameters
    }
    others = {"memory": given[1]} if layer.is_cross else {}
    in_numpy: Any = definition  # plain text of exported programs, without types
    queries, keys, _ = in_numpy.projections(given[0].astype(np.float64), **parameters, **others)
    mask = given[-1] if layer.mask is not None else None
    return np.asarray(
        in_numpy.attention_weights(
            queries, keys, layer.num_heads, layer.causal, mask, layer.padding
        )
    )


def _given(state: TrainState, node: Node, row: Array) -> list[Array]:
    """What the node reads of one example, each (1, *shape). Raises DataError where that is noise,
    or where no loss asks for it."""
    graph = state.program.graph
    feed = ArrayDataset(
        row, np.zeros((1, state.train_feed.y.shape[1]), row.dtype), np.zeros(1, np.int64)
    )
    for objective in range(len(state.program.objectives)):
        found = inspect(state.model, feed, objective).outputs
        if all(graph.name_of(number) in found for number in node.inputs if number >= 0):
            break
    else:
        raise DataError(f"attention: no loss asks for what {node.name!r} reads")
    given = []
    for number, shape in zip(node.inputs, node.input_shapes, strict=True):
        if number >= 0:
            given.append(found[graph.name_of(number)])
            continue
        data = graph.inputs[-1 - number]
        if data.noise:
            raise DataError(f"attention: {node.name!r} looks at noise")
        given.append(row[:, data.start : data.start + prod(shape)].reshape(1, *shape))
    return given
