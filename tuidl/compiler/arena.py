"""The parts of the arena that all routines share: parameters, gradients, optimizers' state."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import prod

from tuidl.compiler.division import Sharding
from tuidl.compiler.graph import Graph
from tuidl.compiler.lowering import Memory
from tuidl.compiler.memory_plan import Place, aligned, stack
from tuidl.compiler.nodes import Node, Target
from tuidl.compiler.tables import Table, table_of
from tuidl.core.errors import PresetError
from tuidl.ir.buffers import Buffer, Region, View
from tuidl.nn.initializer_names import Start
from tuidl.nn.layers.base import Shape


@dataclass(frozen=True)
class ParameterSlot:
    """A parameter's place in the arena: ``conv2d_1.kernel`` at ``offset``."""

    name: str
    shape: Shape
    offset: int
    initializer: Start
    trainable: bool
    zero_rows: int = 0

    @property
    def size(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True)
class Layout:
    """Where the parts of the arena lie that all routines share, before there are routines.

    ``memories``: of each objective. ``starts``: of its part of the parameters. ``gradients``: where
    its gradients start. ``places``: of every buffer that is no lane's own.
    """

    parameters: dict[str, Buffer]
    memories: tuple[Memory, ...]
    starts: tuple[int, ...]
    gradients: tuple[int, ...]
    places: dict[Buffer, Place]
    span: int
    end: int


def lay_out(graph: Graph, portion: Sharding) -> Layout:
    """Parameters, their gradients, and the state of each optimizer.

    Each objective has gradients of its own: what another one left in the gaps between parameters
    would count in the length of the whole gradient, and in the optimizer's state.
    """
    parameters: dict[str, Buffer] = {}
    for node in graph.owners:
        for parameter in node.parameters:
            region = Region.PARAMETERS if parameter.trainable else Region.NON_TRAINABLE
            name = f"{node.name}.{parameter.name}"
            parameters[name] = Buffer(name, region, parameter.shape)
    places = stack((b for b in parameters.values() if b.region is Region.PARAMETERS), 0)
    span = _span(places)
    vector = Buffer("parameters", Region.PARAMETERS, (span,))
    places[vector] = Place(0)
    end = span
    memories, starts, gradients = [], [], []
    for objective in graph.objectives:
        start, own = _part(graph, objective, parameters, places)
        flat = View(vector, start, ())
        memory, of_gradients = _memory(objective, parameters, own, flat, portion, graph.owners)
        gradients.append(end)
        places |= {b: replace(p, start=p.start + end) for b, p in of_gradients.places.items()}
        end += of_gradients.size
        places |= stack(memory.state.values(), end)
        end += _span(memory.state.values())
        memories.append(memory)
        starts.append(start)
    parts = (tuple(memories), tuple(starts), tuple(gradients))
    return Layout(parameters, *parts, places, span, end)


def _part(
    graph: Graph, objective: Target, parameters: dict[str, Buffer], places: dict[Buffer, Place]
) -> tuple[int, dict[str, Buffer]]:
    """The parameters that an objective trains, and where they start.

    Raises PresetError where others lie between them: an optimizer is a kernel over one vector.
    """
    own = {
        f"{node.name}.{p.name}": parameters[f"{node.name}.{p.name}"]
        for node in graph.owners
        if objective.learns(node)
        for p in node.trainable
    }
    starts = [places[buffer].start for buffer in own.values()]
    size = _span(own.values())
    last = list(own.values())[-1]
    if starts[-1] + aligned(last.elements(1)) - starts[0] != size:
        problem = "networks that are trained together must be used one after the other in outputs"
        raise PresetError("objectives", f"{objective.name!r}: {problem}")
    return starts[0], own


@dataclass(frozen=True)
class _Gradients:
    """``places`` from 0 on, and the elements that they take."""

    places: dict[Buffer, Place]
    size: int


def _memory(
    objective: Target, parameters: dict[str, Buffer], own: dict[str, Buffer], vector: View,
    portion: Sharding, nodes: list[Node],
) -> tuple[Memory, _Gradients]:  # fmt: skip
    """``vector``: where the objective's parameters start."""
    buffers = {
        name: Buffer(f"d_{name}", Region.GRADIENTS, buffer.shape) for name, buffer in own.items()
    }
    span = _span(own.values())
    prefix = f"{objective.name}." if objective.name else ""
    state = {
        name: Buffer(f"{prefix}{name}", Region.STATE, (span,))
        for name in objective.optimizer.state()
    }
    rows = 1 if portion.has_tiles else portion.shards
    total = Buffer("gradients", Region.GRADIENTS, (rows, span))
    by_examples = {
        name: buffer
        for name, buffer in buffers.items()
        if portion.has_tiles and not portion.is_tiled(name.rpartition(".")[0])
    }
    places = stack(buffers.values(), 0, lane_stride=0 if portion.has_tiles else span)
    copies, runs, placed = _copies(buffers, by_examples, total, portion.shards)
    gradients = _Gradients({**places, total: Place(0), **placed.places}, rows * span + placed.size)
    memory = Memory(
        parameters=parameters,
        gradients=buffers,
        all_parameters=replace(vector, shape=(span,)),
        all_gradients=total,
        state=state,
        copies=copies,
        runs=runs,
        tables=_tables(objective, nodes, portion, buffers, places),
    )
    return memory, gradients


def _tables(
    objective: Target, nodes: list[Node], portion: Sharding, buffers: dict[str, Buffer],
    places: dict[Buffer, Place],
) -> dict[str, Table]:  # fmt: skip
    """Tables of embeddings of which a step changes only the rows that its batch reads."""
    tables = {}
    for node in nodes:
        if node.layer.reads_rows and portion.is_tiled(node.name) and objective.learns(node):
            for parameter in node.trainable:
                buffer = buffers[name := f"{node.key}.{parameter.name}"]
                place = (start := places[buffer].start, start + aligned(buffer.elements(1)))
                tables[name] = table_of(node, parameter, portion, place, objective)
    return tables


def _copies(
    buffers: dict[str, Buffer], by_examples: dict[str, Buffer], total: Buffer, shards: int
) -> tuple[Buffer | None, tuple[tuple[View, int], ...], _Gradients]:
    """Behind the vector of all gradients, one of those ``by_examples`` for each shard.

    The second answer is as ``runs`` of Memory: neighbours in the vector are one run.
    """
    if not by_examples:
        return None, (), _Gradients({}, 0)
    starts = {b: place.start for b, place in stack(buffers.values(), 0).items()}
    width = _span(by_examples.values())
    copies = Buffer("gradients of shards", Region.GRADIENTS, (shards, width))
    base = total.elements(1)
    places = {copies: Place(base), **stack(by_examples.values(), base, lane_stride=width)}
    runs: list[tuple[View, int]] = []
    first = 0
    for buffer in by_examples.values():
        size = aligned(buffer.elements(1))
        last, _ = runs[-1] if runs else (View(total, -1, (0,)), 0)
        if last.offset + last.elements == starts[buffer]:
            runs[-1] = (replace(last, shape=(last.elements + size,)), runs[-1][1])
        else:
            runs.append((View(total, starts[buffer], (size,)), first))
        first += size
    return copies, tuple(runs), _Gradients(places, shards * width)


def _span(buffers: Iterable[Buffer]) -> int:
    """The elements that buffers take side by side, gaps for alignment included."""
    return sum(aligned(buffer.elements(1)) for buffer in buffers)


def slots_of(
    graph: Graph, parameters: dict[str, Buffer], places: dict[Buffer, Place]
) -> tuple[ParameterSlot, ...]:
    """The parameters in program order, with their addresses."""
    return tuple(
        ParameterSlot(
            name=f"{node.name}.{parameter.name}",
            shape=parameter.shape,
            offset=places[parameters[f"{node.name}.{parameter.name}"]].start,
            initializer=parameter.initializer,
            trainable=parameter.trainable,
            zero_rows=parameter.zero_rows,
        )
        for node in graph.owners
        for parameter in node.parameters
    )
