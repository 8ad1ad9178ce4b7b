"""Graph -> Program: shards, memory, and the routines that training needs."""

from dataclasses import dataclass
from math import prod

from tuidl.compiler import emission
from tuidl.compiler.emission import LinearProgram, statistics_layout
from tuidl.compiler.fusion import fuse
from tuidl.compiler.graph import Graph
from tuidl.compiler.lowering import Memory, Sharding
from tuidl.compiler.memory_plan import Place, aligned, covered, plan_workspaces, stack, standing_of
from tuidl.compiler.routine import Routine
from tuidl.ir.buffers import Buffer, Region
from tuidl.nn.initializer_names import Start
from tuidl.nn.layers.base import Shape

MOST_SHARDS = 16
"""Each shard has gradients of its own, and their sum takes time."""
FLOPS_OF_A_SHARD = 4_500_000
"""Work below which a second shard costs more than it brings on two cores: some 50 microseconds."""
EXAMPLES_OF_A_SHARD = 8
"""Fewer examples make matrix products too flat for BLAS."""
EVALUATION_BATCH = 128
"""Evaluation and prediction go through the examples in batches of at least this size."""
SERIAL_UPDATE = 16_384
"""Gradients (shards * parameters) up to which one thread updates faster than several."""


@dataclass(frozen=True)
class ParameterSlot:
    """A parameter's place in the arena: ``conv2d_1.kernel`` at ``offset``."""

    name: str
    shape: Shape
    offset: int
    initializer: Start
    trainable: bool

    @property
    def size(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True)
class Program:
    """All that a backend needs to train a network: pure data, the same for every backend."""

    graph: Graph
    parameters: tuple[ParameterSlot, ...]
    span: int
    """Elements of the vector of all trainable parameters, gaps between them included."""
    gradients: int
    """Where the shards' gradients start, one vector of ``span`` behind the other."""
    state: dict[str, int]
    """Where each of the optimizer's vectors starts."""
    statistics: dict[str, tuple[int, int]]
    """First slot and number of slots of the loss and each metric."""
    train: Routine
    inspect: Routine
    """The training step with every layer's work by itself, for looking inside."""
    evaluate: Routine
    predict: Routine
    fixed: int
    """Elements of the arena before the lanes: parameters, gradients, state, what shards share."""
    size: int
    """Elements of the arena."""

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
        found = [*self.train.extents(train), *self.evaluate.extents(held_out)]
        if looked_into:
            found += self.inspect.extents(train)
        return covered((a // page * page, -(-b // page) * page) for a, b in found)

    @property
    def parameter_elements(self) -> int:
        """Of all parameters, trained and kept."""
        return sum(slot.size for slot in self.parameters)

    @property
    def routines(self) -> tuple[Routine, ...]:
        return self.train, self.inspect, self.evaluate, self.predict

    @property
    def kernels(self) -> list[str]:
        """Names of the kernels that it needs, also to look inside, in order of first use."""
        names = (i.kernel for r in self.routines for i in r.emitted.instructions)
        return list(dict.fromkeys(names))


def shards_for(flops: int, batch: int) -> int:
    """How many parts a batch is worked on in: by the work, never by the machine.

    ``flops``: of one example, forward and backward. The number is a power of two, so that
    thread counts that are one divide it evenly.
    """
    most = min(MOST_SHARDS, batch // EXAMPLES_OF_A_SHARD, flops * batch // FLOPS_OF_A_SHARD)
    return 1 << max(most, 1).bit_length() - 1


def compile_program(graph: Graph, batch: int, *, input_gradient: bool = False) -> Program:
    """Compile the network for batches of up to ``batch`` examples.

    ``input_gradient``: also compute the gradient of the inputs (for gradient checks).
    """
    evaluation = max(batch, EVALUATION_BATCH)
    shards = shards_for(3 * graph.flops, batch)
    evaluation_shards = shards_for(graph.flops, evaluation)
    memory = _memory(graph, shards)
    portion = Sharding(shards, -(-batch // shards))
    held_out = Sharding(evaluation_shards, -(-evaluation // evaluation_shards))
    training = emission.emit_training(graph, memory, portion, input_gradient=input_gradient)
    emitted = {
        "train": fuse(training),
        "inspect": training,
        "evaluate": emission.emit_evaluation(graph, memory, held_out),
        "predict": emission.emit_prediction(graph, memory, held_out),
    }
    span = memory.all_parameters.elements(1)
    shared = _shared_places(memory, span, shards)
    base = span * (1 + shards + len(memory.state))
    standing = standing_of(i for e in emitted.values() for i in e.instructions)
    kept = [b for b in memory.parameters.values() if b.region is Region.NON_TRAINABLE]
    shared |= stack([*kept, *standing], base)
    base += sum(aligned(buffer.elements(1)) for buffer in (*kept, *standing))
    update_lanes = shards if shards * span > SERIAL_UPDATE else 1

    def routine(name: str, capacity: int, lanes: int) -> Routine:
        work: LinearProgram = emitted[name]
        layout = plan_workspaces(work, shared, base, lanes, -(-capacity // lanes))
        return Routine(name, work, layout, capacity, lanes, update_lanes, span)

    routines = {
        "train": routine("train", batch, shards),
        "inspect": routine("inspect", batch, shards),
        "evaluate": routine("evaluate", evaluation, evaluation_shards),
        "predict": routine("predict", evaluation, evaluation_shards),
    }
    return Program(
        graph=graph,
        parameters=_slots(graph, memory, shared),
        span=span,
        gradients=span,
        state={name: shared[buffer].start for name, buffer in memory.state.items()},
        statistics=statistics_layout(graph),
        fixed=base,
        size=max(r.layout.size for r in routines.values()),
        **routines,
    )


def _memory(graph: Graph, shards: int) -> Memory:
    parameters: dict[str, Buffer] = {}
    gradients: dict[str, Buffer] = {}
    for node in graph.nodes:
        for parameter in node.parameters:
            name = f"{node.name}.{parameter.name}"
            region = Region.PARAMETERS if parameter.trainable else Region.NON_TRAINABLE
            parameters[name] = Buffer(name, region, parameter.shape)
            if parameter.trainable:
                gradients[name] = Buffer(f"d_{name}", Region.GRADIENTS, parameter.shape)
    span = sum(aligned(buffer.elements(1)) for buffer in gradients.values())
    state = {name: Buffer(name, Region.STATE, (span,)) for name in graph.preset.optimizer.state()}
    return Memory(
        parameters=parameters,
        gradients=gradients,
        all_parameters=Buffer("parameters", Region.PARAMETERS, (span,)),
        all_gradients=Buffer("gradients", Region.GRADIENTS, (shards, span)),
        state=state,
    )


def _shared_places(memory: Memory, span: int, shards: int) -> dict[Buffer, Place]:
    trained = (b for b in memory.parameters.values() if b.region is Region.PARAMETERS)
    places = stack(trained, 0)
    places |= stack(memory.gradients.values(), span, lane_stride=span)
    places[memory.all_parameters] = Place(0)
    places[memory.all_gradients] = Place(span)
    places |= stack(memory.state.values(), span * (1 + shards))
    return places


def _slots(graph: Graph, memory: Memory, places: dict[Buffer, Place]) -> tuple[ParameterSlot, ...]:
    return tuple(
        ParameterSlot(
            name=f"{node.name}.{parameter.name}",
            shape=parameter.shape,
            offset=places[memory.parameters[f"{node.name}.{parameter.name}"]].start,
            initializer=parameter.initializer,
            trainable=parameter.trainable,
        )
        for node in graph.nodes
        for parameter in node.parameters
    )
