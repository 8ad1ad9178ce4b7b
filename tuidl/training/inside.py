"""A batch inside every layer, where each is trained by one of several objectives."""

from dataclasses import dataclass

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.graph import Graph, Node
from tuidl.compiler.nodes import needed_for
from tuidl.core.lazy import Array
from tuidl.training.inspection import inspect
from tuidl.training.state import TrainState


@dataclass(frozen=True)
class LayerSeen:
    """``node`` as the objective has it that trains it, with its ``output`` and the ``gradient`` of
    that, None where the layer does no work of its own or none comes back."""

    node: Node
    output: Array | None
    gradient: Array | None


@dataclass(frozen=True)
class Seen:
    """``loss``: of the first objective; ``parameters``: gradients by the parameters' names, each
    in a step of the objective that trains it."""

    loss: float
    layers: dict[str, LayerSeen]
    parameters: dict[str, Array]


def look_inside(state: TrainState, feed: ArrayDataset, *, forward_only: bool = False) -> Seen:
    """Every layer in a step of the objective that trains it, or else of the first one that it has a
    part in. ``forward_only``: without gradients."""
    graph, loss = state.program.graph, 0.0
    layers: dict[str, LayerSeen] = {}
    learned: set[str] = set()
    parameters: dict[str, Array] = {}
    for number, objective in enumerate(graph.objectives):
        with state.counting(number):
            found = inspect(state.model, feed, number, forward_only=forward_only)
        loss = found.loss if not number else loss
        for node in graph.nodes_of((objective,)).values():
            learns = objective.learns(node)
            if node.name not in layers or (learns and node.name not in learned):
                name = node.name
                layers[name] = LayerSeen(node, found.outputs.get(name), found.gradients.get(name))
            learned |= {node.name} if learns else set()
        parameters = found.parameters | parameters
    ordered = {node.name: layers[node.name] for node in graph.nodes if node.name in layers}
    return Seen(loss, ordered, parameters)


def sees_noise(graph: Graph, name: str) -> bool:
    """Whether what a layer answers depends on noise."""
    index = [node.name for node in graph.nodes].index(name)
    reads = {i for node in needed_for(graph.nodes, [index]).values() for i in node.inputs}
    return any(graph.inputs[-1 - i].noise for i in reads if i < 0)
