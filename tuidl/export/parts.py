"""What an export of one of several networks needs to know, and which weights."""

from collections.abc import Mapping

import msgspec
import numpy as np

from tuidl.compiler.graph import Graph
from tuidl.compiler.parts import is_part_of_answer
from tuidl.core.lazy import Array
from tuidl.inference.preprocessing import Preparation
from tuidl.preset.schema import Preset


def of_part(prepared: Preparation, whole: Preset, part: Preset) -> Preparation:
    """What is known of the data, and of its targets only where the part answers to those."""
    if is_part_of_answer(whole, part):
        return prepared
    return msgspec.structs.replace(
        prepared, classes=(), answer="numbers", target_shift=(), target_width=(), text=None
    )


def needed_by(graph: Graph, known: Mapping[str, Array]) -> dict[str, Array]:
    """The parameters that the part ``graph`` reads."""
    names = {f"{node.key}.{p.name}": None for node in graph.nodes for p in node.parameters}
    return {name: known[name] for name in names}


def unused_by(graph: Graph) -> dict[str, Array]:
    """Zeros for the parameters of the networks beside the part ``graph``."""
    whole = Graph.build(graph.preset)
    shapes = {f"{n.name}.{p.name}": p.shape for n in whole.owners for p in n.parameters}
    used = needed_by(graph, dict.fromkeys(shapes, np.empty(0)))
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.items() if name not in used}
