"""How the work on a batch is shared out among lanes: chosen by sizes, never by the machine.

A layer's products can be cut by examples or by tiles of the output (see ``Division``). By examples
nobody waits, and a shard's numbers stay in the cache from layer to layer; but each shard reads all
weights, and writes a gradient of all of them that is read again when they are added up. By tiles
weights are read once; but all lanes wait for each other before and after.

The model counts the nanoseconds of a step from floating-point operations and from bytes
(``costs.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt, prod

from tuidl.compiler.costs import FAR, LEAST_PART, NEAR, NEAR_BYTES, OPERATIONS, PACKING, WAIT
from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import Node
from tuidl.core.limits import FLOAT_BYTES
from tuidl.ir.instructions import MOST_LANES, Division
from tuidl.kernels.simd.tiles import LEAST_COLUMNS

MOST_SHARDS = MOST_LANES
"""Of examples; each is a lane, and lanes are what threads share out."""
TILES = MOST_LANES
"""Parts of an output that is computed by tiles."""
FLOPS_OF_A_SHARD = 4_500_000
"""Work below which a second shard costs more than it brings on two cores: some 50 microseconds."""
EXAMPLES_OF_A_SHARD = 8
"""Fewer examples make matrix products too flat."""
FEW_SHARDS, FEW_EXAMPLES = 4, 2
"""Of networks in which one example is many rows (pixels, or steps that are not one after the
other): shards that a batch has anyway, and how many examples they have at least."""
MANY_ROWS = 8
"""Uses of each weight by one example that are many."""
MOSTLY = 0.9
"""Share of the operations from which on a network is one of such layers."""

LEAST_GAIN = 50_000.0
"""Nanoseconds of a step that must be won: kernels by tiles are compiled besides, the first time."""
LOOKING = 1.5
"""Nanoseconds in which a lane sees whether it looks after the row that an input reads."""
THREADS = (2, 8)
"""That may share the lanes out: few threads want large shards, many want many."""
PRODUCTS = 3
"""Of a convolution, whose tiles read activations again: itself and its two gradients."""
ROWS = 8
"""Uses of a weight by which a product reaches half the speed of very many."""


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


def shards_for(flops: int, batch: int, *, many_rows: bool = False) -> int:
    """How many shards of examples a batch is worked on in.

    ``flops``: of one example, forward and backward. ``many_rows``: whether one example is many rows
    of nearly all products. The number is a power of two, so that thread counts that are one divide
    it evenly.
    """
    parts = batch // EXAMPLES_OF_A_SHARD
    if many_rows:
        parts = max(parts, min(FEW_SHARDS, batch // FEW_EXAMPLES))
    most = min(MOST_SHARDS, parts, flops * batch // FLOPS_OF_A_SHARD)
    return 1 << max(most, 1).bit_length() - 1


def share_out(graph: Graph, batch: int, *, tiles: bool = True) -> Sharding:
    """How training steps on ``batch`` examples are divided. ``tiles``: whether they may be."""
    most = _training_shards(graph, batch)
    nodes = [node for node in graph.nodes if tiles and _is_divisible(graph, node)]
    counted = [node for node in graph.nodes if tiles and (node in nodes or _walks(node))]
    others = 3 * batch * (graph.flops - sum(node.flops for node in counted)) / OPERATIONS
    trials = [most >> n for n in range(most.bit_length())] if counted else [most]
    shards = min(trials, key=lambda s: _total(counted, batch, s, others))
    choices = {node.name: _choice(node, batch, shards) for node in nodes}
    if sum(choice.gain for choice in choices.values()) < LEAST_GAIN:
        trials = trials if any(map(_walks, counted)) else [most]
        shards = min(trials, key=lambda s: _by_examples(counted, batch, s, others))
        choices = {n: Choice(Division.EXAMPLES, c.costs) for n, c in choices.items()}
    return Sharding(shards, -(-batch // shards), choices)


def _training_shards(graph: Graph, batch: int) -> int:
    """Of examples of many rows, no more than FEW_SHARDS where the shards' copies of the gradients
    would be larger than the activations."""
    many_rows = _has_many_rows(graph)
    shards = shards_for(3 * graph.flops, batch, many_rows=many_rows)
    weights = sum(node.parameter_count for node in graph.nodes)
    activations = batch * sum(prod(node.shape) for node in graph.nodes)
    while many_rows and shards > FEW_SHARDS and shards * weights > activations:
        shards //= 2
    return shards


def _has_many_rows(graph: Graph) -> bool:
    """Whether nearly all operations are products in which one example is many rows."""
    many = (
        node.flops
        for node in graph.nodes
        if any(len(p.shape) > 1 for p in node.parameters)
        and not _walks(node)
        and _uses(node) >= MANY_ROWS
    )
    return sum(many) >= MOSTLY * max(graph.flops, 1)


def _walks(node: Node) -> bool:
    """Whether it goes through a sequence step by step, each with the same weights."""
    return node.layer.readings(node.input_shape) > 1


def _total(nodes: list[Node], batch: int, shards: int, others: float) -> float:
    """Nanoseconds of a step, each layer divided as suits it best."""
    own = sum(min(_costs(node, batch, shards).values()) for node in nodes)
    return own + _elapsed(others, shards)


def _by_examples(nodes: list[Node], batch: int, shards: int, others: float) -> float:
    """Nanoseconds of a step, every layer by examples."""
    own = sum(_costs(node, batch, shards)[Division.EXAMPLES] for node in nodes)
    return own + _elapsed(others, shards)


def _choice(node: Node, batch: int, shards: int) -> Choice:
    costs = _costs(node, batch, shards)
    return Choice(min(costs, key=costs.__getitem__), costs)


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
    return len(node.layer.divisions_for(node.input_shape)) > 1 and len(uses) == 1


def _costs(node: Node, batch: int, shards: int) -> dict[Division, float]:
    """Nanoseconds of a training step by each way that the layer knows."""
    if node.layer.reads_rows:
        return _costs_of_rows(node, batch, shards)
    weights, readings = FLOAT_BYTES * node.parameter_count, node.layer.readings(node.input_shape)
    product = batch * node.layer.merged_flops(node.input_shapes, node.parameters) / OPERATIONS
    few = ROWS / max(batch * _uses(node), 1)
    reading = weights / (NEAR if weights <= NEAR_BYTES else FAR)
    packing = weights / PACKING if weights > NEAR_BYTES else 0.0
    by_shards = _passed(product * (1 + shards * few), reading, shards, readings) + shards * packing
    copies = max(product * (1 + shards * few), 2 * shards * reading) + shards * weights / FAR
    whole = max(product * (1 + few), reading) + packing
    steps = _passed(product * (1 + few), reading, 1, readings) + packing
    count, parts = node.layer.steps(node.input_shape)[0], _parts_of_steps(node, batch)
    own = TILES
    gradients = copies if shards > 1 else whole
    again = _read_again(node, batch) if readings > 1 else 0.0
    if _has_kernels(node):
        again, parts = PRODUCTS * _read_again(node, batch), _parts_of_columns(node)
        own = parts
    known = {
        Division.EXAMPLES: _elapsed(2 * by_shards + gradients, shards),
        Division.GRADIENTS: _elapsed(2 * by_shards, shards) + _elapsed(whole, TILES) + WAIT / 4,
        Division.TILES: _elapsed(2 * steps, parts)
        + _elapsed(whole + again, own)
        + (2 + 2 * count) * WAIT,
    }
    ways = node.layer.divisions_for(node.input_shape)
    return {way: cost for way, cost in known.items() if way in ways}


def _passed(product: float, reading: float, shards: int, readings: int) -> float:
    """Nanoseconds of a pass. Weights that every step of a sequence reads are used by few rows at
    once, which wait for them; products of many rows read them meanwhile."""
    if readings > 1:
        return product + shards * readings * reading
    return max(product, shards * reading)


def _parts_of_steps(node: Node, batch: int) -> int:
    """Into how many parts a pass is cut by tiles; as ``parts_of`` says of each step, of a few that
    wait for each other, whose weights lie there packed as well."""
    count, flops = node.layer.steps(node.input_shape)
    work = max(batch * flops / OPERATIONS, FLOAT_BYTES * flops / FAR)
    return TILES if count == 1 else max(min(int(work / LEAST_PART), TILES), 1)


def _has_kernels(node: Node) -> bool:
    """Whether its weights see windows of what it reads, of more than a pixel."""
    return any(prod(p.shape[:-2]) > 1 for p in node.trainable)


def _parts_of_columns(node: Node) -> int:
    """Into how many parts the lanes share out filters, or channels."""
    widths = [min(p.shape[-2:]) for p in node.trainable if len(p.shape) > 1]
    return max(min(min(widths) // LEAST_COLUMNS, TILES), 1)


def _read_again(node: Node, batch: int) -> float:
    """Nanoseconds in which tiles of the weights' gradient, one below the other and side by side,
    read all steps' inputs and gradients more often than once."""
    widths = sum(sum(p.shape) for p in node.trainable if len(p.shape) > 1)
    return FLOAT_BYTES * batch * _uses(node) * widths * isqrt(TILES) / FAR


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
        Division.EXAMPLES: _elapsed(copies + moved, shards),
        Division.GRADIENTS: _elapsed(TILES * LOOKING * words + moved, TILES) + WAIT / 4,
    }


def _elapsed(work: float, lanes: int) -> float:
    """Nanoseconds until so many lanes have done the work, on few and on many threads: the mean."""
    return sum(work / min(lanes, threads) for threads in THREADS) / len(THREADS)


def _uses(node: Node) -> float:
    """How often an example's forward pass uses each weight of the layer."""
    size = sum(p.size for p in node.trainable if len(p.shape) > 1)
    return node.layer.merged_flops(node.input_shapes, node.parameters) / (2 * max(size, 1))
