"""Symbolic buffers: operands of instructions, before addresses and batch sizes are known."""

from dataclasses import dataclass
from enum import Enum, auto
from math import prod


@dataclass(frozen=True)
class Batch:
    """A dimension that grows with the examples of a shard: ``times`` rows for each."""

    times: int = 1


Dimension = int | Batch


def size_of(dimension: Dimension, examples: int) -> int:
    """The dimension's length for a shard of so many examples."""
    return dimension.times * examples if isinstance(dimension, Batch) else dimension


def joined(dimensions: tuple[Dimension, ...]) -> Dimension:
    """The one dimension that several neighbours make when they are flattened."""
    fixed = prod(d for d in dimensions if not isinstance(d, Batch))
    batches = [d for d in dimensions if isinstance(d, Batch)]
    return Batch(batches[0].times * fixed) if batches else fixed


class Region(Enum):
    """The part of the arena that a buffer lies in."""

    PARAMETERS = auto()
    GRADIENTS = auto()
    NON_TRAINABLE = auto()
    """Parameters that training updates without a gradient: moving averages."""
    STATE = auto()
    CONSTANTS = auto()
    SHARED = auto()
    """One for all shards, for what they tell each other: each writes a part of its own."""
    WORKSPACE = auto()
    """What one shard needs of its own during a step; its buffers are placed by lifetime."""


class Symbol(Enum):
    """An option's value that only the finished program knows."""

    LANE = auto()
    """Number of the lane (the shard, as a rule) that the row is for."""
    LANES = auto()
    """How many lanes the instruction runs in."""
    EXAMPLES = auto()
    """Examples of the shard."""
    FIRST_EXAMPLE = auto()
    """Place in the batch of the shard's first example."""
    BATCH = auto()
    """Examples of all shards together in this step."""
    SLICE_START = auto()
    SLICE_STOP = auto()
    """The part of the parameter vector that this lane of an update looks after."""


@dataclass(frozen=True, eq=False)
class Buffer:
    """A named array; in the regions WORKSPACE and GRADIENTS, every shard has one of its own."""

    name: str
    region: Region
    shape: tuple[Dimension, ...]

    def elements(self, examples: int) -> int:
        return size_of(joined(self.shape), examples)

    @property
    def view(self) -> "View":
        return View(self, 0, self.shape)


@dataclass(frozen=True)
class View:
    """A contiguous part of a buffer, seen in some shape.

    It starts ``offset + per_example * examples`` elements into the buffer.
    """

    buffer: Buffer
    offset: int
    shape: tuple[Dimension, ...]
    per_example: int = 0

    @property
    def elements(self) -> int:
        """Of a view whose shape is fixed."""
        return size_of(joined(self.shape), 0)

    def reshape(self, *shape: Dimension) -> "View":
        return View(self.buffer, self.offset, shape, self.per_example)

    @property
    def flat(self) -> "View":
        return self.reshape(joined(self.shape))

    @property
    def rows(self) -> "View":
        """All dimensions but the last as one."""
        return self.reshape(joined(self.shape[:-1]), self.shape[-1])

    def part(self, offset: Dimension, *shape: Dimension) -> "View":
        """The view of ``shape`` that starts ``offset`` elements further on."""
        if isinstance(offset, Batch):
            return View(self.buffer, self.offset, shape, self.per_example + offset.times)
        return View(self.buffer, self.offset + offset, shape, self.per_example)


def by_example(view: View) -> View:
    """All values of an example in one row: their mean is that over the places and over each."""
    width = prod(d for d in view.shape[1:] if isinstance(d, int))
    return view.reshape(view.shape[0], width)
