"""The last product: a weight's gradient is a sum over the places where the weight is used, each the
gradient there times what the weight is multiplied by."""

from dataclasses import dataclass

import numpy as np

from tuidl.backends.numpy.symbolic import touched
from tuidl.compiler.nodes import Node
from tuidl.core.lazy import Array
from tuidl.ir.buffers import Buffer, View
from tuidl.ir.instructions import Instruction
from tuidl.nn.layers.bidirectional import Bidirectional
from tuidl.nn.layers.centers import Centers
from tuidl.nn.layers.recurrent import Recurrent
from tuidl.training.chain.replica import Replica

PRODUCT, BIAS = "dense_weight_gradient", "bias_gradient"


@dataclass(frozen=True)
class Use:
    """Where a node uses an entry of its parameter.

    ``places`` (places, dimensions): example first, then the position, or the step in time.
    ``factors``: what the weight is multiplied by there; ``upstream``: the gradient of the product;
    ``spots``: where that gradient stands in ``inside`` (flat). ``is_own``: whether ``inside`` is
    the gradient of what the node's activation is applied to.
    """

    node: Node
    places: Array
    factors: Array
    upstream: Array
    spots: Array
    inside: View
    is_own: bool

    @property
    def values(self) -> Array:
        """What each place adds."""
        return self.factors * self.upstream


def uses_of(replica: Replica, key: str, entry: int) -> list[Use | Node]:
    """Of entry ``entry`` (flat) of a parameter, in each node that has it; the bare node where its
    part cannot be taken apart."""
    owner, _, parameter = key.rpartition(".")
    found: list[Use | Node] = []
    for node in replica.nodes.values():
        if node.key == owner and any(p.name == parameter for p in node.trainable):
            found.append(_use(replica, node, parameter, entry) or node)
    return found


def _use(replica: Replica, node: Node, parameter: str, entry: int) -> Use | None:
    targets = [(buffer, entry) for buffer in _gradient_buffers(replica, node, parameter)]
    targets += _parts_of(replica, node, targets)
    for instruction in replica.backward_of[node.name]:
        if instruction.kernel not in (PRODUCT, BIAS):
            continue
        written = instruction.operands[-1]
        for buffer, place in targets:
            inside = place - written.offset
            if written.buffer is buffer and 0 <= inside < replica.memory.read(written).size:
                return _by_product(replica, node, parameter, instruction, inside)
    return _by_output(replica, node, parameter, entry)


def _parts_of(
    replica: Replica, node: Node, targets: list[tuple[Buffer, int]]
) -> list[tuple[Buffer, int]]:
    """Where an entry comes from, of gradients that are put together from some columns each."""
    found = []
    for instruction in replica.backward_of[node.name]:
        if instruction.kernel != "insert_columns":
            continue
        part, whole = instruction.operands
        width, columns = replica.memory.read(part).shape[-1], replica.memory.read(whole).shape[-1]
        start = instruction.options["start"]
        assert isinstance(start, int)
        for buffer, entry in targets:
            row, column = divmod(entry, columns)
            if whole.buffer is buffer and start <= column < start + width:
                found.append((part.buffer, row * width + column - start))
    return found


def _gradient_buffers(replica: Replica, node: Node, parameter: str) -> set[Buffer]:
    """Where a use of a parameter leaves its gradient: the first or only one, or one to be added."""
    total = replica.layout.gradients.get(f"{node.key}.{parameter}")
    own = f"d_{node.name}.{parameter}"
    found = {total} if total else set()
    views = (v for i in replica.backward_of[node.name] for v in i.operands)
    return found | {view.buffer for view in views if view.buffer.name == own}


def _by_product(
    replica: Replica, node: Node, parameter: str, instruction: Instruction, entry: int
) -> Use:
    """From the instruction that multiplies inputs and gradients row by row."""
    memory, own = replica.memory, replica.emitted.gradients[node.name]
    size = memory.read(instruction.operands[-1]).shape[-1]
    row, column = divmod(entry, size)
    inputs, d = instruction.operands[0], instruction.operands[-2]
    if instruction.kernel == PRODUCT and inputs.buffer is own.buffer:  # a tied table, transposed
        inputs, d, row, column = d, inputs, column, row
    gradient = memory.read(d)
    rows = np.arange(len(gradient))
    is_product = instruction.kernel == PRODUCT
    return Use(
        node=node,
        places=_places_of_rows(replica, node, parameter, len(rows)),
        factors=memory.read(inputs)[:, row].copy() if is_product else np.ones(len(rows)),
        upstream=gradient[:, column].copy(),
        spots=rows * gradient.shape[-1] + column,
        inside=d,
        is_own=d.buffer is own.buffer,
    )


def penalty_gradient(replica: Replica, key: str, entry: int) -> float:
    """What a penalty on a parameter adds to the gradient of an entry (flat)."""
    owner, _, parameter = key.rpartition(".")
    w = float(replica.memory.flat(replica.layout.parameters[key])[entry])
    for node, name, strength in replica.graph.penalties(replica.objective):
        if (node, name) == (owner, parameter):
            return float(strength.l1 * np.sign(w) + 2 * strength.l2 * w)
    return 0.0


def _places_of_rows(replica: Replica, node: Node, parameter: str, rows: int) -> Array:
    """Example and position of each row of a product; recurrent layers have time in front."""
    examples = replica.examples
    if isinstance(node.layer, Recurrent | Bidirectional):
        steps, mine = np.divmod(np.arange(rows), examples)
        if parameter.startswith("backward_"):
            steps = rows // examples - 1 - steps
        return np.stack([mine, steps], axis=1)
    each = max(rows // examples, 1)
    shape: tuple[int, ...] = (each,) if each > 1 else ()
    for sizes in (node.shape[:-1], node.input_shape[:-1]):
        if int(np.prod(sizes, dtype=np.int64)) == each:
            shape = tuple(sizes)
            break
    return np.stack(np.unravel_index(np.arange(rows), (examples, *shape)), axis=1)


def _by_output(replica: Replica, node: Node, parameter: str, entry: int) -> Use | None:
    """Of a layer that is linear in its parameter: its output with 1 in the entry less that with 0,
    both before the activation, is what the entry is multiplied by. Squared distances to a centre
    are quadratic in it: half of what a step of 1 to either side changes is the slope there."""
    memory, own = replica.memory, replica.core(node)
    key = f"{node.key}.{parameter}"
    weights = replica.layout.parameters[key]
    if replica.activation(node) == "softmax":
        return None
    answers = []
    with memory.kept(touched(own) | {weights, replica.emitted.outputs[node.name].buffer}):
        values = (1.0, 0.0)
        if isinstance(node.layer, Centers):
            here = float(memory.flat(weights)[entry])
            values = (here + 1.0, here - 1.0)
        else:
            memory.flat(weights)[:] = 0.0
        for value in values:
            memory.flat(weights)[entry] = value
            memory.run(own)
            answers.append(replica.output(node.name).copy())
    shape = (replica.examples, *node.shape)
    upstream = replica.d_preactivation(node)
    spots = np.flatnonzero(answers[0] != answers[1])
    return Use(
        node=node,
        places=np.stack(np.unravel_index(spots, shape), axis=1),
        factors=(answers[0] - answers[1])[spots] / (values[0] - values[1]),
        upstream=upstream[spots].copy(),
        spots=spots,
        inside=replica.emitted.gradients[node.name],
        is_own=True,
    )
