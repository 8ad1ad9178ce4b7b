"""What is exported: a network or a part of one, with examples by which it can be proved."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tuidl.compiler.codes import decodes
from tuidl.compiler.graph import Graph
from tuidl.compiler.parts import part_of
from tuidl.core.errors import TuidlError
from tuidl.core.lazy import Array
from tuidl.data.dataset import Split
from tuidl.export.parts import needed_by, of_part
from tuidl.inference.preprocessing import Preparation, prepared_for, split_of
from tuidl.inference.trained import checked, model_of
from tuidl.nn.layers.embedding import Embedding
from tuidl.preset.schema import Preset

MOST_EXAMPLES = 64


@dataclass(frozen=True)
class Subject:
    """``preset``: of the network or the part. ``graph``: the nodes that answer. ``known``: all
    parameters, of which the graph has the ``needed`` ones. ``prepared``: what was learned from the
    data. ``x``: examples, which are of this ``origin`` in words; ``expected``: what the model
    answers to them."""

    preset: Preset
    graph: Graph
    known: dict[str, Array]
    needed: dict[str, Array]
    prepared: Preparation
    x: Array
    origin: str
    expected: Array


def subject_of(
    preset: Preset,
    parameters: Mapping[str, Array],
    preparation: Preparation | None,
    part: str | None,
) -> Subject:
    """As ``export`` has these. Raises TuidlError."""
    known = checked(Graph.build(preset), parameters)
    exported = part_of(preset, part) if part else preset
    whole = Graph.build(exported)
    graph = whole.answering
    split, reason = _split(preset, preparation) if _reads_data(whole) else (None, _source(exported))
    x, origin = _examples(split, reason, graph)
    prepared, needed = prepared_for(preset, preparation, split), known
    if part:
        prepared, needed = of_part(prepared, preset, exported), needed_by(graph, known)
    expected = model_of(exported, known, examples=len(x)).predict(x)
    return Subject(exported, graph, known, needed, prepared, x, origin, expected)


def _reads_data(graph: Graph) -> bool:
    """Whether what the model answers is made of the data, and not of noise."""
    noise = {data.name for data in graph.inputs if data.noise}
    return not any(data.name in noise for data in graph.answering.inputs)


def _source(preset: Preset) -> str:
    """Why a network that does not read the data has no examples."""
    return "it reads what another part answers" if decodes(preset) else "it reads noise"


def _split(preset: Preset, preparation: Preparation | None) -> tuple[Split | None, str]:
    """The preset's data; None where it is not here, or is not what the network learned from, and
    nothing has to be learned from it, with the reason.

    Raises DataError.
    """
    try:
        split = split_of(preset)
        is_of_the_network = preparation is None or preparation.is_of(
            preset, preset.data.full_spec(), split
        )
    except TuidlError:
        if preparation is None and preset.data.normalize != "none":
            raise
        return None, "the data is not here"
    return (split, "") if is_of_the_network else (None, "the data has changed since the training")


def _examples(split: Split | None, reason: str, graph: Graph) -> tuple[Array, str]:
    """Held-out inputs as the network sees them, up to MOST_EXAMPLES, and what they are; random
    numbers where there is no data, for a ``reason``."""
    if split is None:
        return _made_up(graph), f"random inputs, since {reason}"
    parts = {"test": split.test, "validation": split.validation, "training": split.train}
    name, part = next((name, part) for name, part in parts.items() if len(part))
    return np.ascontiguousarray(part.x[:MOST_EXAMPLES]), f"{name} examples"


def _made_up(graph: Graph) -> Array:
    """Numbers from 0 to 1; whole ones below the size of a table of embeddings that reads them."""
    random = np.random.default_rng(0)
    shape = (MOST_EXAMPLES, *graph.spec.shape)
    sizes = [node.layer.words for node in graph.nodes if isinstance(node.layer, Embedding)]
    if sizes:
        return random.integers(0, min(sizes), shape).astype(np.float32)
    return random.random(shape, dtype=np.float32)
