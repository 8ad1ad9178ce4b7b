"""The walk over a graph's nodes: each writes its instructions, buffers flow between them."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod

from tuidl.compiler.augmentation import emit_augmentation, emit_moved_masks
from tuidl.compiler.division import Sharding
from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import FROM_EXAMPLES, Head, Input, Node
from tuidl.compiler.tables import Table
from tuidl.ir.buffers import Batch, Buffer, Dimension, Region, Symbol, View
from tuidl.ir.instructions import EmitContext, Instruction, InstructionBuilder, Options, Phase
from tuidl.nn.layers.activations import ACTIVATIONS
from tuidl.nn.layers.base import ActivatedLayer, Parameter
from tuidl.nn.regularizers import emit_output_penalty_gradient


@dataclass(frozen=True)
class Memory:
    """The buffers that routines share: all parameters; and of those that an objective trains, the
    gradients, the optimizer's state, and both as vectors.

    ``all_gradients``: (shards, span); (1, span) where some gradients are computed for the whole
    batch. Then ``copies`` has those of the others, one row for each shard, and ``runs`` says which
    parts of the vector they add up to, and where each part's copies start in a row. ``tables``:
    weights of which few rows have a gradient, by their names.
    """

    parameters: dict[str, Buffer]
    gradients: dict[str, Buffer]
    all_parameters: View
    all_gradients: Buffer
    state: dict[str, Buffer]
    copies: Buffer | None = None
    runs: tuple[tuple[View, int], ...] = ()
    tables: dict[str, Table] = field(default_factory=dict)

    @property
    def span(self) -> int:
        """Elements of the vector that the objective trains."""
        size = self.all_parameters.shape[0]
        assert isinstance(size, int)
        return size


@dataclass
class Value:
    """What a node hands on, and a place for its gradient for each of its readers."""

    y: View
    dy: View | None
    free: list[View] = field(default_factory=list)


def workspace(name: str, *shape: Dimension) -> Buffer:
    """A buffer that every shard has of its own."""
    return Buffer(name, Region.WORKSPACE, shape)


class GraphLowering:
    """Has each node write its instructions.

    ``nodes``: by number, those that are needed. ``heads``: the losses that read their outputs.
    ``learns``: forward and backward, else forward only.
    """

    def __init__(
        self,
        graph: Graph,
        nodes: Mapping[int, Node],
        memory: Memory,
        portion: Sharding,
        *,
        heads: tuple[Head, ...] = (),
        learns: bool = False,
        input_gradient: bool = False,
    ) -> None:
        self.graph, self.nodes, self.memory, self.portion = graph, nodes, memory, portion
        self.heads, self.learns = heads, learns
        self.builder = InstructionBuilder()
        width = sum(prod(data.shape) for data in graph.inputs if not data.noise)
        shape = graph.inputs[0].shape if self._is_whole(graph.inputs[0]) else (width,)
        self.x = workspace("input", Batch(), *shape)
        self.target = workspace("target", Batch(), graph.target_width)
        self.seen_target = self.target
        """The targets as losses have them: moved with their pictures where these are."""
        self.dx = workspace("d_input", Batch(), *shape) if input_gradient else None
        self._values: dict[int, Value] = {}
        self._last_uses = {node.key: node.name for node in nodes.values()}

    @property
    def output(self) -> View:
        """What the model answers with."""
        return self._values[self.graph.predicted].y

    def drawn(self, index: int) -> View:
        """What was drawn for an input of noise."""
        return self._values[index].y

    def take(self, index: int) -> tuple[View, View | None]:
        """An output, and where a loss on it is to leave its gradient."""
        value = self._values[index]
        return value.y, value.free.pop(0) if value.free else None

    @property
    def outputs(self) -> dict[str, View]:
        """What each node hands on, and what was drawn for each input of noise, by their names."""
        numbers = {data.name: FROM_EXAMPLES - i for i, data in enumerate(self.graph.inputs)
                   if data.noise}  # fmt: skip
        drawn = {name: self._values[i].y for name, i in numbers.items() if i in self._values}
        return drawn | {node.name: self._values[i].y for i, node in self.nodes.items()}

    @property
    def gradients(self) -> dict[str, View]:
        """The gradient of each node's output, where it has one."""
        named = ((node.name, self._values[i].dy) for i, node in self.nodes.items())
        return {name: dy for name, dy in named if dy is not None}

    def weights(self, node: str, name: str) -> tuple[View, View]:
        """A parameter and its gradient."""
        key = f"{node}.{name}"
        return self.memory.parameters[key].view, self.memory.gradients[key].view

    def run(self) -> None:
        self.builder.begin()
        for number, data in enumerate(self.graph.inputs):
            index = FROM_EXAMPLES - number
            if self._is_whole(data):
                self._keep(index, "input", self._seen(), self.dx.view if self.dx else None)
            elif self._is_read(index):
                self._enter(index, data)
        for index, node in self.nodes.items():
            self._emit(index, node)

    def _seen(self) -> View:
        """The examples as the network has them: changed by chance where it learns.

        Checks of the inputs' gradient have them as they are.
        """
        augment = self.graph.preset.data.augment
        if augment is None or not self.learns or self.dx is not None:
            return self.x.view
        targets, start, spec = self.target.view.rows, self.graph.numbers_start, self.graph.spec
        if augment.moves and spec.is_mask:
            size = (spec.shape[0], spec.shape[1])
            self.seen_target = emit_moved_masks(self.builder, augment, self.target, size, start)
        return emit_augmentation(self.builder, augment, self.x.view, targets, start)

    def _is_whole(self, data: Input) -> bool:
        """Whether an input is all that an example has."""
        return not data.noise and len([d for d in self.graph.inputs if not d.noise]) == 1

    def _enter(self, index: int, data: Input) -> None:
        """Draw noise, or take an input out of the examples' rows."""
        y = workspace(data.name, Batch(), *data.shape).view
        dy = workspace(f"d_{data.name}", *y.shape).view if self.dx and not data.noise else None
        width = prod(data.shape)
        if data.noise:
            self.builder.write(
                Instruction(
                    f"noise_{data.noise}",
                    (y.flat,),
                    {
                        "source": zlib.crc32(data.name.encode()),
                        "first": Symbol.FIRST_EXAMPLE,
                        "width": width,
                        **({"steps": data.steps} if data.steps else {}),
                    },
                    data.name,
                )
            )
        else:
            operands = (self.x.view.rows, y.reshape(Batch(), width))
            options: Options = {"start": data.start}
            self.builder.write(Instruction("extract_columns", operands, options, data.name))
            if dy is not None and self.dx is not None:
                back = (dy.reshape(Batch(), width), self.dx.view.rows)
                self.builder.write(
                    Instruction("insert_columns", back, options, data.name, Phase.BACKWARD)
                )
        self._keep(index, data.name, y, dy)

    def _is_read(self, index: int) -> bool:
        """Whether any layer or loss reads an input, be it that none hands a gradient back."""
        by_layers = any(index in node.inputs for node in self.nodes.values())
        return by_layers or any(index in (head.node, head.drawn) for head in self.heads)

    def _readers(self, index: int) -> int:
        """How many layers and losses of this routine hand a gradient back to a value."""
        layers = sum(
            node.inputs.count(index) for node in self.nodes.values() if index not in node.stopped
        )
        return layers + sum(head.node == index for head in self.heads)

    def _keep(self, index: int, name: str, y: View, dy: View | None) -> None:
        """Hand the value on. Where several layers read it, their gradients are added up, which
        happens before the node's own backward since it is written after that."""
        self._values[index] = value = Value(y, dy)
        if dy is None:
            return
        readers = self._readers(index)
        others = [workspace(f"d_{name}_{k}", *y.shape).view for k in range(1, readers)]
        value.free = [dy, *others]
        if others or not readers:
            self.builder.begin()
        if not readers:  # gradients are stopped on all ways from here
            self.builder.write(Instruction("clear", (dy.flat,), {}, name, Phase.BACKWARD))
        for other in others:
            operands = (other.flat, dy.flat)
            self.builder.write(Instruction("accumulate", operands, {}, name, Phase.BACKWARD))

    def _emit(self, index: int, node: Node) -> None:
        values = [self._values[i] for i in node.inputs]
        inputs = tuple(value.y for value in values)
        d_inputs = tuple(
            value.free.pop(0) if value.free and i not in node.stopped else None
            for i, value in zip(node.inputs, values, strict=True)
        )
        shape: tuple[Dimension, ...] = (Batch(), *node.shape)
        if node.layer.reshapes_only:
            dx = d_inputs[0]
            self._keep(index, node.name, inputs[0].reshape(*shape), dx and dx.reshape(*shape))
            return
        y = workspace(node.name, *shape).view
        learns = self.learns and (any(d_inputs) or bool(node.trainable))
        dy = workspace(f"d_{node.name}", *shape).view if learns else None
        context = self._scope(node, inputs, y, d_inputs, dy)
        self.builder.begin()
        node.layer.emit(context)
        self._add_shared_gradients(node, context)
        if isinstance(node.layer, ActivatedLayer) and node.layer.activation != "linear":
            self.builder.begin()
            ACTIVATIONS[node.layer.activation].emit(context, y, dy)
        if (penalty := node.layer.output_penalty()) and dy is not None and node.trainable:
            self.builder.begin()
            emit_output_penalty_gradient(self.builder, node.name, penalty, y, dy)
        self._keep(index, node.name, y, dy)

    def _scope(
        self,
        node: Node,
        inputs: tuple[View, ...],
        y: View,
        d_inputs: tuple[View | None, ...],
        dy: View | None,
    ) -> EmitContext:
        known = self.memory.parameters
        return EmitContext(
            builder=self.builder,
            node=node.name,
            training=self.learns,
            shards=self.portion.shards,
            examples=self.portion.examples,
            input_shapes=node.input_shapes,
            shape=node.shape,
            inputs=inputs,
            y=y,
            d_inputs=d_inputs,
            dy=dy,
            parameters={p.name: known[f"{node.key}.{p.name}"].view for p in node.parameters},
            gradients={
                p.name: self._gradient(node, p) for p in node.parameters if p.trainable or p.frozen
            },
            draws=bool(self.heads),
            division=self.portion.division_of(node.name),
            frozen=frozenset(p.name for p in node.parameters if p.frozen),
            records=self._records(node),
        )

    def _gradient(self, node: Node, parameter: Parameter) -> View:
        """Where a layer leaves the gradient of its parameter: nothing reads that of a frozen one.

        Of several uses of a network the last, whose backward comes first, writes the gradient, and
        the others add to it.
        """
        if parameter.frozen or not self.learns or self._is_used_later(node):
            return workspace(f"d_{node.name}.{parameter.name}", *parameter.shape).view
        return self.memory.gradients[f"{node.key}.{parameter.name}"].view

    def _records(self, node: Node) -> dict[str, View]:
        for parameter in node.trainable:
            if table := self.memory.tables.get(f"{node.key}.{parameter.name}"):
                return {name: buffer.view for name, buffer in table.records.items()}
        return {}

    def _is_used_later(self, node: Node) -> bool:
        return self._last_uses[node.key] != node.name

    def _add_shared_gradients(self, node: Node, context: EmitContext) -> None:
        """Add the gradients of one use of a network to those of its later uses."""
        if context.dy is None or not self._is_used_later(node):
            return
        for parameter in node.trainable:
            total = self.memory.gradients[f"{node.key}.{parameter.name}"].view
            context.backward("accumulate", context.gradients[parameter.name].flat, total.flat)
