"""Where a network puts its tokens, or the items that it knows by their ids."""

import msgspec
import numpy as np

from tuidl.compiler.graph import FROM_EXAMPLES, Node
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.nn.layers.embedding import Embedding
from tuidl.protocol.text_answers import EmbeddingMap
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import numbers
from tuidl.worker.probes.principal import principal
from tuidl.worker.probes.worded import in_words

NEAREST = 10
MOST_ON_MAP = 400
"""Tokens on the map: of more, those with the longest vectors."""


class MapOptions(msgspec.Struct, forbid_unknown_fields=True):
    """``token``: the one whose nearest ones are named, by its name; "" for the first
    word."""

    token: str = ""


def embedding_map(state: TrainState, options: MapOptions) -> EmbeddingMap:
    """The vectors of tokens, seen from where they differ most. Raises DataError without any."""
    names, node, what = _named(state)
    table = np.asarray(state.model.parameters[f"{node.key}.embeddings"], np.float64)
    table = table[: len(names)]
    if not np.isfinite(table).all():
        raise DataError("embedding_map: the embedding has values that are not finite")
    shown = np.arange(len(names))
    if len(names) > MOST_ON_MAP:
        lengths = np.linalg.norm(table - table.mean(axis=0), axis=1)
        shown = np.sort(np.argsort(-lengths, kind="stable")[:MOST_ON_MAP])
    places, explained = principal(table[shown])
    first = next((i for i in shown.tolist() if names[i].isalpha()), int(shown[0]))
    asked = names.index(options.token) if options.token in names else first
    return EmbeddingMap(
        layer=node.name,
        what=what,
        tokens=tuple(names[i] for i in shown.tolist()),
        x=numbers(places[:, 0]),
        y=numbers(places[:, 1]),
        explained=(numbers(explained[0]), numbers(explained[1])),
        asked=names[asked],
        nearest=_nearest(table, asked, names),
        width=table.shape[1],
    )


def _named(state: TrainState) -> tuple[tuple[str, ...], Node, str]:
    """The names of an embedding's rows, and what they are: tokens, or the ids of the data's last
    such input. Raises DataError without any."""
    if state.preprocessing.text is not None:
        return in_words(state.preprocessing.text.tokenizer.names), _embedding(state), "tokens"
    graph = state.program.graph
    for number in reversed(range(len(state.preprocessing.examples.inputs))):
        field = state.preprocessing.examples.inputs[number]
        found = [
            node for node in graph.nodes
            if isinstance(node.layer, Embedding) and node.inputs[0] == FROM_EXAMPLES - number
        ]  # fmt: skip
        if field.classes and found:
            widest = max(found, key=lambda node: node.shape[-1])
            return field.classes[:-1], widest, f"ids ({field.name})"
    raise DataError("the network reads no text and no ids")


def _embedding(state: TrainState) -> Node:
    """The first embedding that reads the examples. Raises DataError without one."""
    for node in state.program.graph.nodes:
        if isinstance(node.layer, Embedding) and node.inputs[0] <= FROM_EXAMPLES:
            return node
    raise DataError("embedding_map: no embedding reads the tokens")


def _nearest(table: Array, asked: int, names: tuple[str, ...]) -> list[tuple[str, float | None]]:
    """The tokens whose vectors point in the direction of one's own, and the cosines."""
    lengths = np.maximum(np.linalg.norm(table, axis=1), 1e-30)
    cosines = table @ table[asked] / (lengths * lengths[asked])
    cosines[asked] = -np.inf
    best = np.argsort(-cosines, kind="stable")[: min(NEAREST, len(names) - 1)]
    return [(names[i], numbers(cosines[i])) for i in best.tolist()]
