"""Graph -> Program: shards, memory, and the routines that training needs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tuidl.compiler import emission
from tuidl.compiler.arena import Layout, ParameterSlot, lay_out, slots_of
from tuidl.compiler.division import TILES, Sharding, of_evaluation, share_out
from tuidl.compiler.emission import LinearProgram, statistics_layout
from tuidl.compiler.fusion import fuse
from tuidl.compiler.graph import Graph
from tuidl.compiler.memory_plan import (
    Place,
    Room,
    aligned,
    covered,
    plan_workspaces,
    stack,
    standing_of,
)
from tuidl.compiler.routine import Routine
from tuidl.compiler.stages import stages_of
from tuidl.compiler.table_updates import settling
from tuidl.core.errors import DataError, suggestion
from tuidl.ir.buffers import Batch, Buffer, Region

EVALUATION_BATCH = 128
"""Evaluation and prediction go through the examples in batches of at least this size."""
SERIAL_UPDATE = 16_384
"""Gradients (shards * parameters) up to which one thread updates faster than several."""


@dataclass(frozen=True)
class ObjectiveProgram:
    """What one objective runs, and its part of the trainable parameters.

    ``start`` and ``span``: of that part in the vector of all of them. ``gradients``: where
    they start, one vector as long as the part behind the other. ``state``: where each
    of the optimizer's vectors starts, as long as the part. ``inspect``: the training step with
    every layer's work by itself, for looking inside.
    """

    name: str
    start: int
    span: int
    gradients: int
    copies: int
    state: dict[str, int]
    train: Routine
    inspect: Routine

    def has(self, slot: ParameterSlot) -> bool:
        """Whether a trainable parameter is one of those that it trains."""
        return 0 <= slot.offset - self.start < self.span


@dataclass(frozen=True)
class Program:
    """All that a backend needs to train a network: pure data, the same for every backend."""

    graph: Graph
    parameters: tuple[ParameterSlot, ...]
    span: int
    """Elements of the vector of all trainable parameters, gaps between them included."""
    statistics: dict[str, tuple[int, int]]
    """First slot and number of slots of the loss and each metric."""
    objectives: tuple[ObjectiveProgram, ...]
    evaluate: Routine
    predict: Routine
    settle: Routine | None
    """Where some parameters are updated only when they are read: does all that is left undone."""
    portion: Sharding
    """How a batch is shared out in training."""
    fixed: int
    """Elements of the arena before the lanes: parameters, gradients, state, what shards share."""
    size: int
    """Elements of the arena."""

    @property
    def train(self) -> Routine:
        """The training step of the first objective."""
        return self.objectives[0].train

    @property
    def inspect(self) -> Routine:
        """The same with every layer's work by itself, for looking inside."""
        return self.objectives[0].inspect

    def objective(self, name: str | None) -> ObjectiveProgram:
        """The objective of this name, the first where it is unsaid. Raises DataError."""
        if name is None:
            return self.objectives[0]
        known = {objective.name: objective for objective in self.objectives}
        if name not in known:
            raise DataError(f"no objective {name!r}{suggestion(name, known)}")
        return known[name]

    @property
    def state(self) -> dict[str, int]:
        """Where each of the optimizers' vectors starts, by its name."""
        return {
            f"{objective.name}.{name}" if objective.name else name: start
            for objective in self.objectives
            for name, start in objective.state.items()
        }

    @property
    def shards(self) -> int:
        return self.train.shards

    @property
    def batch(self) -> int:
        return self.train.capacity

    def workspace(
        self, train: int, held_out: int, *, page: int = 1, looked_into: bool = False
    ) -> int:
        """Elements of the lanes that are written to, in training batches of ``train`` examples and
        evaluations of ``held_out``: the system gives no memory, by pages of ``page`` elements,
        where nothing is written."""
        found = [*self.evaluate.extents(held_out)]
        for objective in self.objectives:
            found += objective.train.extents(train)
            if looked_into:
                found += objective.inspect.extents(train)
        return covered((a // page * page, -(-b // page) * page) for a, b in found)

    @property
    def parameter_elements(self) -> int:
        """Of all parameters, trained and kept."""
        return sum(slot.size for slot in self.parameters)

    @property
    def routines(self) -> tuple[Routine, ...]:
        own = [routine for o in self.objectives for routine in (o.train, o.inspect)]
        return *own, self.evaluate, self.predict

    @property
    def kernels(self) -> list[str]:
        """Names of the kernels that it needs, also to look inside, in order of first use."""
        routines = (*self.routines, self.settle) if self.settle else self.routines
        names = (i.kernel for r in routines for i in r.emitted.instructions)
        return list(dict.fromkeys(names))


def compile_program(
    graph: Graph, batch: int, *, input_gradient: bool = False, tiles: bool = True
) -> Program:
    """Compile the networks for batches of up to ``batch`` examples.

    ``input_gradient``: also compute the gradient of the inputs (for gradient checks). ``tiles``:
    whether layers may be computed by tiles of their output.
    """
    evaluation = max(batch, EVALUATION_BATCH)
    portion = share_out(graph, batch, tiles=tiles)
    held_out = of_evaluation(graph, evaluation, portion)
    layout = lay_out(graph, portion)
    training = [
        emission.emit_training(graph, objective, memory, portion, input_gradient=input_gradient)
        for objective, memory in zip(graph.objectives, layout.memories, strict=True)
    ]
    fused = [fuse(emitted, portion.examples) for emitted in training]
    evaluate = emission.emit_evaluation(graph, layout.memories[0], held_out)
    predict = emission.emit_prediction(graph, layout.memories[0], held_out)
    placing = _placing(layout, portion, (*_interleaved(fused, training), evaluate, predict))
    held = (layout.span, evaluation, held_out, graph.flops)
    program = Program(
        graph=graph,
        parameters=slots_of(graph, layout.parameters, placing.shared),
        span=layout.span,
        statistics=statistics_layout(graph),
        objectives=tuple(
            _objective(graph, layout, placing, number, (fused[number], training[number]), batch)
            for number in range(len(graph.objectives))
        ),
        evaluate=placing.routine("evaluate", evaluate, *held),
        predict=placing.routine("predict", predict, *held),
        settle=placing.settling(graph, layout),
        portion=portion,
        fixed=placing.base,
        size=0,
    )
    return replace(program, size=max(r.layout.size for r in program.routines))


@dataclass(frozen=True)
class _Placing:
    """``shared``: places of all buffers that are no workspace's; those start at ``base``."""

    shared: dict[Buffer, Place]
    base: int
    portion: Sharding

    def routine(
        self,
        name: str,
        work: LinearProgram,
        span: int,
        capacity: int,
        portion: Sharding,
        flops: int,
    ) -> Routine:
        lanes = self._update_lanes(span)
        stages = stages_of(work.instructions, portion.shards, TILES, lanes)
        room = Room(capacity, portion.shards, portion.examples)
        plan = plan_workspaces(work, stages, self.shared, self.base, room)
        return Routine(name, work, plan, capacity, portion.shards, TILES, lanes, flops)

    def settling(self, graph: Graph, layout: Layout) -> Routine | None:
        """The routine that leaves no row of a table behind."""
        pairs = zip(graph.objectives, layout.memories, strict=True)
        work = [i for objective, memory in pairs for i in settling(objective.optimizer, memory)]
        nothing = Buffer("nothing", Region.WORKSPACE, (Batch(), 1))
        emitted = LinearProgram(tuple(work), nothing, None, None)
        return self.routine("settle", emitted, layout.span, 0, self.portion, 0) if work else None

    def _update_lanes(self, span: int) -> int:
        """One, where one thread updates faster than several."""
        copies = 1 if self.portion.has_tiles else self.portion.shards
        if copies * span <= SERIAL_UPDATE:
            return 1
        return TILES if self.portion.has_tiles else self.portion.shards


def _placing(layout: Layout, portion: Sharding, works: Iterable[LinearProgram]) -> _Placing:
    """Behind parameters, gradients and states: what is not trained, constants, shared buffers."""
    kept = [b for b in layout.parameters.values() if b.region is Region.NON_TRAINABLE]
    standing = standing_of(i for work in works for i in work.instructions)
    shared = layout.places | stack([*kept, *standing], layout.end)
    size = sum(aligned(buffer.elements(1)) for buffer in (*kept, *standing))
    return _Placing(shared, layout.end + size, portion)


def _objective(
    graph: Graph,
    layout: Layout,
    placing: _Placing,
    number: int,
    works: tuple[LinearProgram, LinearProgram],
    batch: int,
) -> ObjectiveProgram:
    memory, name = layout.memories[number], graph.objectives[number].name
    held = (memory.span, batch, placing.portion, 3 * graph.flops)
    span, end = memory.span, f" {name}" if name else ""
    train, inspect = works
    return ObjectiveProgram(
        name=name,
        start=layout.starts[number],
        span=span,
        gradients=layout.gradients[number],
        copies=memory.all_gradients.elements(1) // span,
        state={key: placing.shared[buffer].start for key, buffer in memory.state.items()},
        train=placing.routine(f"train{end}", train, *held),
        inspect=placing.routine(f"inspect{end}", inspect, *held),
    )


def _interleaved(fused: list[LinearProgram], training: list[LinearProgram]) -> list[LinearProgram]:
    """In the order of ``Program.routines``."""
    return [emitted for pair in zip(fused, training, strict=True) for emitted in pair]
