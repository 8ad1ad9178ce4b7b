"""Where the tokens of a text look, layer by layer and head by head."""

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.backends.base import Array, ArrayDataset
from tuidl.compiler.graph import Node
from tuidl.core.errors import DataError
from tuidl.data.text.tokenizer import BOUNDARY
from tuidl.inference.generating import Generator
from tuidl.nn.layers import attention as definition
from tuidl.nn.layers.attention import MultiHeadAttention
from tuidl.nn.layers.base import Layer
from tuidl.protocol.text_answers import Attention
from tuidl.training.inspection import inspect
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import held_out, numbers
from tuidl.worker.probes.text import layout_of

MOST = 96
"""Tokens on either side of the picture: the last ones."""


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
    """Raises DataError where no layer has attention, or none of that number."""
    nodes = [
        node for node in state.program.graph.nodes if isinstance(node.layer, MultiHeadAttention)
    ]
    if not nodes:
        raise DataError("attention: no layer of this network has it")
    node = nodes[min(options.layer, len(nodes) - 1)]
    row, first, end = _text(state, options, node.layer)
    weights = _weights(state, node, row)[0]
    heads = len(weights)
    chosen = weights.mean(axis=0) if options.head is None else weights[min(options.head, heads - 1)]
    names = layout_of(state).tokenizer.names
    tokens = tuple(names[number] for number in row[0].astype(int).tolist())
    rows, columns = (slice(max(first, end - MOST), end) for _ in range(2))
    if chosen.shape != (len(tokens), len(tokens)):  # of another sequence, or shortened
        rows, columns = slice(0, MOST), slice(0, MOST)
        tokens = tuple(str(place + 1) for place in range(max(chosen.shape)))
    return Attention(
        layers=tuple(node.name for node in nodes),
        layer=nodes.index(node),
        head=None if options.head is None else min(options.head, heads - 1),
        heads=heads,
        tokens=tokens[rows],
        seen=tokens[columns],
        weights=numbers(np.round(chosen[rows, columns], 3)),
    )


def _text(state: TrainState, options: Options, layer: Layer) -> tuple[Array, int, int]:
    """An input (1, window), and where its tokens begin and end; where padding is not masked, its
    first token is one of them."""
    layout = layout_of(state)
    if layout.generates:
        generator = Generator(layout, lambda x: x)
        return generator.row((*generator.prompt(options.prompt).tokens, *options.known))
    _, feed = held_out(state)
    row = feed.x[min(options.example, len(feed) - 1)][None]
    padding = layout.tokenizer.tokens.index(BOUNDARY)
    last = int(np.flatnonzero(row[0] != padding).max(initial=0))
    end = last + 1 if layer.other_inputs() else last + 2
    return row, 0, min(end, row.shape[1])


def _weights(state: TrainState, node: Node, row: Array) -> Array:
    """(1, heads, steps, seen) of one input, from what the layer is given in a step."""
    width = state.train_feed.y.shape[1]
    feed = ArrayDataset(row, np.zeros((1, width), row.dtype), np.zeros(1, np.int64))
    found = inspect(state.model, feed).outputs
    nodes = state.program.graph.nodes
    given = [
        row.reshape(1, *shape) if number < 0 else found[nodes[number].name]
        for number, shape in zip(node.inputs, node.input_shapes, strict=True)
    ]
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
