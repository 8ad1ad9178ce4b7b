"""Preset -> Graph: the layers with their shapes and parameters, for one example."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

from tuidl.compiler.assembly import Assembly, assemble, inputs_of
from tuidl.compiler.augmentation import NUMBERS
from tuidl.compiler.chains import Chain, build_chain
from tuidl.compiler.from_data import completed
from tuidl.compiler.mismatches import require_sense
from tuidl.compiler.nodes import (
    EXAMPLES,
    FROM_EXAMPLES,
    Head,
    Input,
    Node,
    Target,
    closing_activation,
    needed_for,
    without_activation,
)
from tuidl.compiler.weighing import weighed_width, with_weights
from tuidl.core.errors import PresetError
from tuidl.data.spec import ExampleSpec, Field
from tuidl.nn.layers.base import ShapeError, TargetKindError
from tuidl.nn.layers.merging import Concatenate
from tuidl.nn.regularizers import Regularizer
from tuidl.plugins.loading import guarding
from tuidl.preset.schema import Preset

__all__ = ["EXAMPLES", "FROM_EXAMPLES", "Graph", "Node"]


@dataclass(frozen=True)
class Graph:
    """The networks of a preset, from its examples to the losses.

    ``nodes``: of every use of every network, in the order in which they can be computed.
    ``outputs``: the number of the node that each named output ends in. A preset with one network
    has one output and one objective, whose names are empty.
    """

    preset: Preset
    spec: ExampleSpec
    nodes: tuple[Node, ...]
    inputs: tuple[Input, ...]
    outputs: dict[str, int]
    objectives: tuple[Target, ...]

    @classmethod
    def build(cls, preset: Preset) -> "Graph":
        """Shapes and parameters of every layer. Raises PresetError where they do not fit."""
        spec = preset.spec()
        found = assemble(preset) if preset.networks else _single(preset, spec)
        objectives = with_weights(found.objectives, spec, of_examples=preset.data.is_weighted)
        graph = cls(preset, spec, found.nodes, found.inputs, found.outputs, objectives)
        graph._check()
        if preset.examples is None:  # a trained network stays what it is
            require_sense(preset, graph.nodes, graph.heads)
        return graph

    def _check(self) -> None:
        """Raises PresetError for what no layer can know alone."""
        ends = {head.node for head in self.heads} | set(self.outputs.values())
        for i, node in enumerate(self.nodes):
            if i not in ends and not self.readers(i):
                raise PresetError("layers", f"nothing reads the output of {node.name!r}")
        if not self.parameter_count:
            raise PresetError("layers", "nothing to learn: no layer has parameters")
        if weights := self.preset.weights:
            weights.check([node.name for node in self.owners if node.parameters])
        if not any(node.trainable for node in self.nodes):
            raise PresetError("weights.frozen", "nothing to learn: all layers are frozen")
        for objective in self.objectives:
            self._check_objective(objective)

    def _check_objective(self, objective: Target) -> None:
        where = f"objective {objective.name!r}: " if objective.name else ""
        needed = needed_for(self.nodes, (head.node for head in objective.heads))
        if not any(node.trainable and objective.learns(node) for node in needed.values()):
            raise PresetError("objectives", f"{where}its loss depends on nothing that it trains")
        for head in objective.heads:
            closing = self.closing(head)
            key = "loss.type"
            try:
                shape = self.shape_of(head.node)
                with guarding(head.loss, "loss"):
                    head.loss.check(shape, head.spec)
                key = "loss.from_logits"
                head.loss.check_end(is_closed=closing is not None)
                if closing is not None and (self.readers(closing) > (closing != head.node)):
                    raise ShapeError("takes the last activation off, but other layers read it")
            except ShapeError as error:
                at = f" on {head.name!r}" if head.name else ""
                problem = f"{where}{head.loss.kind()!r}{at} {error}"
                raise PresetError(key, problem + _way_out(self.preset, error)) from None

    def shape_of(self, index: int) -> tuple[int, ...]:
        """The shape of a node's output, or of an input."""
        return self.nodes[index].shape if index >= 0 else self.inputs[-1 - index].shape

    def name_of(self, index: int) -> str:
        """The name of a node, or of an input."""
        return self.nodes[index].name if index >= 0 else self.inputs[-1 - index].name

    def readers(self, index: int) -> int:
        """How many inputs take the output of node ``index``, or of the examples."""
        return sum(node.inputs.count(index) for node in self.nodes)

    @property
    def owners(self) -> list[Node]:
        """The nodes that have parameters of their own: all, or the first use of each network."""
        return [node for node in self.nodes if not node.owner]

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """All losses on outputs, of every objective."""
        return tuple(head for objective in self.objectives for head in objective.heads)

    @property
    def target_width(self) -> int:
        """Numbers in a row of targets, weights of answers behind them, the example's own number
        last where its changes are drawn by it."""
        return self.numbers_start + (NUMBERS if self.preset.data.augment else 0)

    @property
    def numbers_start(self) -> int:
        """Where in a row of targets the example's own number would stand."""
        return weighed_width(self.heads, self.spec)

    @property
    def predicted(self) -> int:
        """The number of the node that the model answers with."""
        wanted = self.preset.predicts
        return self.outputs[wanted if wanted in self.outputs else next(iter(self.outputs))]

    @cached_property
    def parameter_count(self) -> int:
        return sum(node.parameter_count for node in self.owners)

    @property
    def frozen(self) -> set[str]:
        """Names of the parameters that would be learned, but are to stay as they are."""
        return {f"{n.name}.{p.name}" for n in self.owners for p in n.parameters if p.frozen}

    @cached_property
    def answering(self) -> "Graph":
        """The part that the model answers with, as a graph of its own whose inputs, noise among
        them, are given: the same graph where there is one network.

        A node has the name of the parameters that it reads, unless another one has it too.
        """
        if not self.preset.networks:
            return self
        needed = needed_for(self.nodes, [self.predicted])
        number = {old: new for new, old in enumerate(needed)}
        inputs: list[Input] = []
        for i, data in enumerate(self.inputs):
            if any(FROM_EXAMPLES - i in node.inputs for node in needed.values()):
                number[FROM_EXAMPLES - i] = FROM_EXAMPLES - len(inputs)
                start = sum(prod(known.shape) for known in inputs)
                inputs.append(Input(data.name, data.shape, start))
        names = [node.key for node in needed.values()]
        nodes = tuple(
            replace(
                node,
                inputs=tuple(number[i] for i in node.inputs),
                name=node.key if names.count(node.key) == 1 else node.name,
            )
            for node in needed.values()
        )
        end = number[self.predicted]
        heads = [replace(head, node=number[head.node]) for head in self._answering_heads()]
        known = heads[0].spec if heads else ExampleSpec((), prod(self.shape_of(self.predicted)))
        fields = tuple(Field(data.name, data.shape) for data in inputs)
        shape = inputs[0].shape if len(inputs) == 1 else (sum(f.width for f in fields),)
        spec = replace(known, shape=shape, inputs=fields if len(fields) > 1 else ())
        objective = replace(self.objectives[0], heads=tuple(heads[:1]))
        outputs = {next(name for name, i in self.outputs.items() if i == self.predicted): end}
        return Graph(self.preset, spec, nodes, tuple(inputs), outputs, (objective,))

    def _answering_heads(self) -> list[Head]:
        """The losses on the node that the model answers with; where that only puts others beside
        each other, on these."""
        end = self.nodes[self.predicted]
        sources = end.inputs if isinstance(end.layer, Concatenate) else ()
        nodes = (self.predicted, *sources)
        return [head for node in nodes for head in self.heads if head.node == node]

    def penalties(self, objective: Target) -> list[tuple[str, str, Regularizer]]:
        """Node, parameter and strength of every penalty on weights that the objective changes."""
        return [
            (node.name, name, strength)
            for node in self.owners
            if node.trainable and objective.learns(node)
            for name, strength in node.layer.penalties().items()
        ]

    def output_penalties(self, objective: Target) -> list[tuple[str, Regularizer]]:
        """Node and strength of every penalty on what such a layer hands on."""
        return [
            (node.name, strength)
            for node in self.nodes_of((objective,)).values()
            if node.trainable and (strength := node.layer.output_penalty())
        ]

    @property
    def flops(self) -> int:
        """Forward pass, one example."""
        return sum(node.flops for node in self.nodes)

    def closing(self, head: Head) -> int | None:
        """The node whose activation belongs to the head's loss, if it ends in such a one."""
        return closing_activation(self.nodes, head.node, head.loss)

    def nodes_of(self, objectives: tuple[Target, ...]) -> dict[int, Node]:
        """The nodes that losses are computed from, by number, as one objective trains them: a
        closing softmax is left to a loss that takes logits."""
        heads = [head for objective in objectives for head in objective.heads]
        nodes = needed_for(self.nodes, (head.node for head in heads))
        for head in heads:
            if (place := self.closing(head)) is not None:
                nodes[place] = without_activation(nodes[place])
        if len(objectives) == 1:
            nodes = {index: objectives[0].seen(node) for index, node in nodes.items()}
        return nodes

    @cached_property
    def nodes_for_loss(self) -> tuple[Node, ...]:
        """Those of the first objective."""
        return tuple(self.nodes_of(self.objectives[:1]).values())

    @property
    def is_closed(self) -> bool:
        """Whether the network ends in the softmax or sigmoid that belongs to its loss."""
        heads = self.objectives[0].heads
        return bool(heads) and self.closing(heads[0]) is not None


def _way_out(preset: Preset, error: ShapeError) -> str:
    """Where the user's own data can be taken as what the loss is for, the key that says so."""
    if isinstance(error, TargetKindError) and hasattr(preset.data, "task"):
        return f", or say data.task = {error.fitting!r}"
    return ""


def _single(preset: Preset, spec: ExampleSpec) -> Assembly:
    """The only network of a preset."""
    if not preset.loss.needs_target:
        problem = "holds outputs against nothing: it stands beside other losses in 'objectives'"
        raise PresetError("loss.type", f"{preset.loss.kind()!r} {problem} (docs/networks.md)")
    inputs = (Input(EXAMPLES, spec.shape),) if not spec.inputs else inputs_of(preset)
    chain = Chain(
        completed(preset.layers, spec, preset.loss.outputs(spec)),
        frozen=frozenset(preset.weights.frozen if preset.weights else ()),
    )
    known = {data.name: FROM_EXAMPLES - i for i, data in enumerate(inputs)}
    nodes, end = build_chain(chain, known, lambda i: inputs[-1 - i].shape, 0)
    if not nodes:
        raise PresetError("layers", "nothing to learn: no layer has parameters")
    own, mask = spec.unweighted, None
    if spec.weighted:
        mask = own.target_width
        if not preset.loss.knows_weights:
            problem = f"{preset.loss.kind()!r} knows no mask, but the data's targets have weights"
            raise PresetError("loss.type", problem)
    head = Head("", end, preset.loss, own, mask=mask, metrics=preset.training.metrics)
    objective = Target("", (head,), preset.optimizer)
    return Assembly(inputs, tuple(nodes), {"": end}, (objective,))
