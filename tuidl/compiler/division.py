"""How the work on a batch is shared out among lanes: chosen by sizes, never by the machine.

A layer's products can be cut by examples or by tiles of the output (see ``Division``). By examples
nobody waits, and a shard's numbers stay in the cache from layer to layer; but each shard reads all
weights, and writes a gradient of all of them that is read again when they are added up. By tiles
weights are read once; but all lanes wait for each other before and after.

The model counts the nanoseconds of a step on two threads, from floating-point operations and from
bytes, with figures of an ordinary core. Only their ratios matter, and those hardly differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt, prod

from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import Node
from tuidl.core.limits import FLOAT_BYTES
from tuidl.ir.instructions import Division
from tuidl.nn.layers.convolution import Convolution

MOST_SHARDS = 16
"""Of examples; each is a lane, and lanes are what threads share out."""
TILES = 16
"""Parts of an output that is computed by tiles."""
FLOPS_OF_A_SHARD = 4_500_000
"""Work below which a second shard costs more than it brings on two cores: some 50 microseconds."""
EXAMPLES_OF_A_SHARD = 8
"""Fewer examples make matrix products too flat."""
FEW_SHARDS, FEW_EXAMPLES = 4, 2
"""Of networks of convolutions, where one example is many rows: shards that a batch has anyway, and
how many examples they have at least."""
MANY_POSITIONS = 8
"""Answers to an image that are many rows."""
CONVOLVING = 0.9
"""Share of the operations from which on a network is one of convolutions."""

OPERATIONS = 50.0
"""A nanosecond, in a product that is bound by arithmetic."""
NEAR, FAR = 40.0, 10.0
"""Bytes a nanosecond, from the second-level cache and from what is behind it."""
PACKING = 4.0
"""Bytes a nanosecond, of weights that a product copies to where it reads them in a row."""
NEAR_BYTES = 1 << 19
"""What is taken to stay in the second-level cache beside everything else."""
LEAST_GAIN = 50_000.0
"""Nanoseconds of a step that must be won: kernels by tiles are compiled besides, the first time."""
LOOKING = 1.5
"""Nanoseconds in which a lane sees whether it looks after the row that an input reads."""
WAIT = 10_000.0
"""Nanoseconds until all lanes have waited for each other."""
THREADS = 2
"""That share the lanes out: what the smallest machines have."""


@dataclass(frozen=True)
class Choice:
    """How a node's products are divided; ``costs``: nanoseconds of each way that it could be."""

    division: Division
    costs: Mapping[Division, float]

    @property
    def gain(self) -> float:
        """Nanoseconds that it takes less than by examples."""
        return self.costs[Division.EXAMPLES] - self.costs[self.division]


@dataclass(frozen=True)
class Sharding:
    """How a batch is shared out.

    ``shards``: of examples; ``examples``: the most that one has. ``choices``: by a node's name,
    those that could be divided in more than one way.
    """

    shards: int
    examples: int
    choices: Mapping[str, Choice]

    def division_of(self, node: str) -> Division:
        """Of the node with this name."""
        choice = self.choices.get(node)
        return choice.division if choice else Division.EXAMPLES

    def is_tiled(self, node: str) -> bool:
        """Whether its weights have one gradient, of the whole batch."""
        return self.division_of(node) is not Division.EXAMPLES

    @property
    def has_tiles(self) -> bool:
        """Whether any gradient is that of the whole batch."""
        return any(c.division is not Division.EXAMPLES for c in self.choices.values())


def shards_for(flops: int, batch: int, *, convolves: bool = False) -> int:
    """How many shards of examples a batch is worked on in.

    ``flops``: of one example, forward and backward. ``convolves``: whether one example is many rows
    of nearly all products. The number is a power of two, so that thread counts that are one divide
    it evenly.
    """
    parts = batch // EXAMPLES_OF_A_SHARD
    if convolves:
        parts = max(parts, min(FEW_SHARDS, batch // FEW_EXAMPLES))
    most = min(MOST_SHARDS, parts, flops * batch // FLOPS_OF_A_SHARD)
    return 1 << max(most, 1).bit_length() - 1


def share_out(graph: Graph, batch: int, *, tiles: bool = True) -> Sharding:
    """How training steps on ``batch`` examples are divided. ``tiles``: whether they may be."""
    shards = _training_shards(graph, batch)
    choices = {}
    for node in graph.nodes if tiles else ():
        if _is_divisible(graph, node):
            costs = _costs(node, batch, shards)
            choices[node.name] = Choice(min(costs, key=costs.__getitem__), costs)
    if sum(choice.gain for choice in choices.values()) < LEAST_GAIN:
        choices = {name: Choice(Division.EXAMPLES, c.costs) for name, c in choices.items()}
    return Sharding(shards, -(-batch // shards), choices)


def _training_shards(graph: Graph, batch: int) -> int:
    """Of convolutions, no more than FEW_SHARDS where the shards' copies of the gradients would be
    larger than the activations."""
    convolves = _convolves(graph)
    shards = shards_for(3 * graph.flops, batch, convolves=convolves)
    weights = sum(node.parameter_count for node in graph.nodes)
    activations = batch * sum(prod(node.shape) for node in graph.nodes)
    while convolves and shards > FEW_SHARDS and shards * weights > activations:
        shards //= 2
    return shards


def _convolves(graph: Graph) -> bool:
    """Whether nearly all operations are those of convolutions with many answers to an image."""
    many = (
        node.flops
        for node in graph.nodes
        if isinstance(node.layer, Convolution) and prod(node.shape[:-1]) >= MANY_POSITIONS
    )
    return sum(many) >= CONVOLVING * max(graph.flops, 1)


def of_evaluation(graph: Graph, batch: int, training: Sharding) -> Sharding:
    """The same for forward passes over ``batch`` examples: layers are divided as in training."""
    shards = shards_for(graph.flops, batch)
    return Sharding(shards, -(-batch // shards), training.choices)


def _is_divisible(graph: Graph, node: Node) -> bool:
    """Networks that are used more than once add up the gradients of their uses by examples. With a
    penalty on it, every row of a table has a gradient."""
    if node.layer.reads_rows and (node.layer.penalties() or not node.trainable):
        return False
    uses = [other for other in graph.nodes if other.key == node.key]
    return len(node.layer.divisions) > 1 and len(uses) == 1


def _costs(node: Node, batch: int, shards: int) -> dict[Division, float]:
    """Nanoseconds of a training step by each way that the layer knows."""
    if node.layer.reads_rows:
        return _costs_of_rows(node, batch, shards)
    weights, readings = FLOAT_BYTES * node.parameter_count, node.layer.readings(node.shape)
    product = batch * 2 * _multiplications(node) / OPERATIONS
    bandwidth = NEAR if weights <= NEAR_BYTES else FAR
    reading = weights / bandwidth
    packing = weights / PACKING if weights > NEAR_BYTES else 0.0
    by_shards = shards * (max(product / shards, readings * reading) + packing)
    gradients = shards * max(product / shards, 2 * reading) + shards * weights / FAR
    whole = max(product, reading) + packing
    again = _read_again(node, batch) if readings > 1 else 0.0
    step_by_step = max(product, readings * reading) + packing
    lanes = min(shards, THREADS)
    known = {
        Division.EXAMPLES: (2 * by_shards + (gradients if shards > 1 else whole)) / lanes,
        Division.GRADIENTS: 2 * by_shards / lanes + whole / THREADS + WAIT / 4,
        Division.TILES: (2 * step_by_step + whole + again) / THREADS + (2 + 2 * readings) * WAIT,
    }
    return {way: cost for way, cost in known.items() if way in node.layer.divisions}


def _read_again(node: Node, batch: int) -> float:
    """Nanoseconds in which tiles of the weights' gradient, one below the other and side by side,
    read all steps' inputs and gradients more often than once."""
    rows, down = batch * prod(node.shape[:-1]), isqrt(TILES)
    widths = sum(sum(p.shape) for p in node.trainable if len(p.shape) > 1)
    return FLOAT_BYTES * rows * widths * down / FAR


def words_of(node: Node, batch: int) -> int:
    """How many rows of its table a batch reads."""
    return batch * prod(node.input_shape)


def _costs_of_rows(node: Node, batch: int, shards: int) -> dict[Division, float]:
    """Of the gradient of a table: by examples, all of it is written for each shard, and read."""
    table, words = FLOAT_BYTES * node.parameter_count, words_of(node, batch)
    bandwidth = NEAR if table <= NEAR_BYTES else FAR
    moved = 2 * FLOAT_BYTES * words * node.shape[-1] / bandwidth
    copies = shards * table * (1 / bandwidth + (1 / FAR if shards > 1 else 0))
    return {
        Division.EXAMPLES: (copies + moved) / min(shards, THREADS),
        Division.GRADIENTS: (TILES * LOOKING * words + moved) / THREADS + WAIT / 4,
    }


def _multiplications(node: Node) -> int:
    """Multiply-adds of the forward product for one example."""
    return sum(p.size for p in node.trainable if len(p.shape) > 1) * prod(node.shape[:-1])
