"""One step of a training again, in float64 and instruction by instruction, with all that it
computes kept: what the chain rule is read from."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.backends.numpy.symbolic import Symbolic, touched
from tuidl.compiler.arena import lay_out
from tuidl.compiler.division import Sharding
from tuidl.compiler.emission import emit_training
from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import Head, Node
from tuidl.core.lazy import Array
from tuidl.ir.buffers import Buffer, Region, View
from tuidl.ir.instructions import Instruction, Phase
from tuidl.nn.layers.base import ActivatedLayer

SUMS = ("accumulate", "clear")
"""What adds up the gradients that several readers of a value hand back."""


class Replica:
    """A step of one objective on some examples, without its update.

    Parameters
    ----------
    graph : Graph
    number : int
        Of the objective.
    parameters : dict of arrays
        As the model has them; they are copied.
    feed : ArrayDataset
        All of its examples are one batch.
    step_state : array
        Of the step: what dropout, noise and augmentation draw from.
    only : int, optional
        Look at one example of the batch alone, the one in this place: gradients stay those of the
        whole batch's loss. For networks whose examples know nothing of each other.

    Attributes
    ----------
    loss : float
        The batch's, penalties included.
    gradients : dict of arrays
        d loss / d output of each node (flat), by its name, as all readers together hand it back.
    """

    def __init__(
        self,
        graph: Graph,
        number: int,
        parameters: Mapping[str, Array],
        feed: ArrayDataset,
        step_state: Array,
        only: int | None = None,
    ) -> None:
        step_state = step_state.copy()  # the engine's own moves on, and ``alone`` is made later
        self._made_of = (graph, number, parameters, feed, step_state)
        self.graph, self.objective = graph, graph.objectives[number]
        self.nodes = graph.nodes_of((self.objective,))
        self.examples = len(feed) if only is None else 1
        layout = lay_out(graph, Sharding(1, self.examples, {}))
        self.layout = layout.memories[number]
        portion = Sharding(1, self.examples, {})
        self.emitted = emit_training(graph, self.objective, self.layout, portion)
        first = only or 0
        self.memory = Symbolic(self.examples, step_state, len(feed), first)
        for name, values in parameters.items():
            flat = self.memory.flat(self.layout.parameters[name])
            flat[:] = np.asarray(values, np.float64).reshape(-1)
        rows = feed.order[first : first + self.examples]
        self.x = np.asarray(feed.x[rows], np.float64).reshape(-1)
        self.y = np.asarray(feed.y[rows], np.float64).reshape(-1)
        self.before: dict[str, dict[Buffer, Array]] = {}
        self.gradients: dict[str, Array] = {}
        self._go()

    def _go(self) -> None:
        """Forward, then backward with a look at each node before its turn."""
        self.loss = self.run_forward()
        met: set[str] = set()
        for instruction in self.backward:
            name = instruction.node
            is_sum = self.is_sum(instruction)
            if name in self.backward_of and name not in met and not is_sum:
                met.add(name)
                own = touched(self.backward_of[name])
                self.before[name] = {buffer: self.memory.flat(buffer).copy() for buffer in own}
                if name in self.emitted.gradients:
                    view = self.emitted.gradients[name]
                    self.gradients[name] = self.memory.read(view).reshape(-1).copy()
            self.memory.execute(instruction)

    @property
    def is_tied(self) -> bool:
        """Whether what comes back to an example depends on others of its batch."""
        return any(
            i.barrier or any(view.buffer.region is Region.SHARED for view in i.operands)
            for i in self.emitted.instructions
            if i.phase is not Phase.UPDATE
        )

    def alone(self, example: int) -> "Replica":
        """The same step with one example of the batch alone, where that changes nothing."""
        if self.examples == 1 or self.is_tied:
            return self
        return Replica(*self._made_of, only=example)

    def run_forward(self, moved: tuple[str, int, float] | None = None) -> float:
        """The loss with the parameters as they are now; outputs are those of this pass.

        ``moved``: a node, an element (flat) of its output, and what that is set to on the way.
        """
        memory = self.memory
        memory.flat(self.emitted.x)[:] = self.x
        if self.emitted.target is not None:
            memory.flat(self.emitted.target)[:] = self.y
        if moved is None:
            memory.run(self.forward)
        else:
            name, at, value = moved
            end = 1 + self.forward.index(self.forward_of[name][-1])
            memory.run(self.forward[:end])
            self.output(name)[at] = value
            memory.run(self.forward[end:])
        assert self.emitted.statistics is not None
        return float(memory.flat(self.emitted.statistics)[0]) / self.memory.batch

    @cached_property
    def forward(self) -> list[Instruction]:
        """What comes before the way back, metrics left out."""
        return [i for i in self.emitted.instructions if i.phase is Phase.FORWARD]

    @cached_property
    def backward(self) -> list[Instruction]:
        """The way back, penalties included."""
        return [i for i in self.emitted.instructions if i.phase is Phase.BACKWARD]

    @cached_property
    def forward_of(self) -> dict[str, list[Instruction]]:
        """By node."""
        found: dict[str, list[Instruction]] = {node.name: [] for node in self.nodes.values()}
        for instruction in self.forward:
            if instruction.node in found and not instruction.kernel.startswith("penalty"):
                found[instruction.node].append(instruction)
        return found

    @cached_property
    def backward_of(self) -> dict[str, list[Instruction]]:
        """By node, without the sums of what its readers hand back, and without penalties."""
        found: dict[str, list[Instruction]] = {node.name: [] for node in self.nodes.values()}
        for instruction in self.backward:
            is_penalty = instruction.kernel.startswith("penalty")
            if instruction.node in found and not is_penalty and not self.is_sum(instruction):
                found[instruction.node].append(instruction)
        return found

    def is_sum(self, instruction: Instruction) -> bool:
        """Whether it adds up what several readers hand back to its node."""
        own = self.emitted.gradients.get(instruction.node)
        if own is None or instruction.kernel not in SUMS:
            return False
        return instruction.operands[-1].buffer is own.buffer

    @cached_property
    def named(self) -> dict[str, tuple[int, Node]]:
        """Each node with its number, by its name."""
        return {node.name: (index, node) for index, node in self.nodes.items()}

    def output(self, name: str) -> Array:
        """What a node hands on (flat, writable); of the last pass."""
        return self.memory.read(self.emitted.outputs[name]).reshape(-1)

    def gradient(self, name: str) -> Array:
        """d loss / d output of a node (flat): zeros where none comes back."""
        known = self.gradients.get(name)
        return np.zeros(self.output(name).size) if known is None else known

    def shells(self, name: str) -> list[int]:
        """The numbers of a node, and of those that hand its output on in another shape."""
        found = [self.named[name][0]]
        for index, node in self.nodes.items():
            if node.layer.reshapes_only and node.inputs[0] in found:
                found.append(index)
        return found

    def readers(self, name: str) -> list[Node]:
        """The nodes that read a node's output and hand a gradient back."""
        own = set(self.shells(name))
        return [
            node
            for node in self.nodes.values()
            if not node.layer.reshapes_only and (own & set(node.inputs)) - node.stopped
        ]

    def heads(self, name: str) -> list[Head]:
        """The losses that read a node's output."""
        own = self.shells(name)
        return [head for head in self.objective.heads if head.node in own]

    def sums(self, name: str) -> list[Instruction]:
        """What adds up the gradients that a node's readers hand back."""
        names = {self.nodes[index].name for index in self.shells(name)}
        return [i for i in self.backward if i.node in names and self.is_sum(i)]

    def gradient_view(self, key: str) -> View | None:
        """Where the gradient of a parameter is added up; None where the objective trains it not."""
        buffer = self.layout.gradients.get(key)
        return buffer.view if buffer else None

    def activation(self, node: Node) -> str:
        """The activation that a layer ends in; ``linear`` for none."""
        layer = node.layer
        return layer.activation if isinstance(layer, ActivatedLayer) else "linear"

    def core(self, node: Node) -> list[Instruction]:
        """The node's forward instructions without its activation's."""
        own = self.forward_of[node.name]
        return own if self.activation(node) == "linear" else own[:-1]

    def preactivation(self, node: Node) -> Array:
        """What a layer's activation is applied to (flat)."""
        own = self.core(node)
        with self.memory.kept(touched(self.forward_of[node.name])):
            self.memory.run(own)
            return self.output(node.name).copy()

    def d_preactivation(self, node: Node) -> Array:
        """d loss / d of that (flat): the activation's gradient is taken in place."""
        return self.memory.read(self.emitted.gradients[node.name]).reshape(-1)
