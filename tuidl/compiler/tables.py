"""Weights of which a step reads few rows: which are updated by rows, and what that has to keep.

The gradient of such a table is that of the whole batch, written into the place of the dense one:
rows that were not read stay 0 without being written. Whether the optimizer goes through all rows,
or through those with a gradient alone (``kernels/row_updates.py``), follows from sizes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tuidl.compiler.division import TILES, Sharding, words_of
from tuidl.compiler.nodes import Node, Target
from tuidl.ir.buffers import Buffer, Region
from tuidl.kernels.row_updates import NOTES
from tuidl.nn.layers.base import Parameter

LEAST_NUMBERS = 1 << 18
"""Of a table that is updated by rows: smaller ones, with what Adam keeps, stay in the cache."""
ROWS_FOR_A_WORD = 4
"""Rows of such a table for each that a batch reads: else most rows are read before long."""


@dataclass(frozen=True)
class Table:
    """A parameter (``rows``, ``width``), which lies from ``offset`` to ``end`` in the vector of
    those that an objective trains. ``records``: buffers that last from step to step."""

    name: str
    rows: int
    width: int
    offset: int
    end: int
    records: Mapping[str, Buffer]
    by_rows: bool


def table_of(
    node: Node, parameter: Parameter, portion: Sharding, place: tuple[int, int], owner: Target
) -> Table:
    """The table of a node at its ``place`` in the vector that ``owner`` trains."""
    name, (rows, width) = f"{node.key}.{parameter.name}", parameter.shape
    words = words_of(node, portion.shards * portion.examples)
    kernels = owner.optimizer.row_kernels()
    by_rows = (
        kernels is not None
        and not owner.optimizer.clips
        and rows * width >= LEAST_NUMBERS
        and rows >= ROWS_FOR_A_WORD * words
    )
    shapes: dict[str, tuple[int, ...]] = {"lists": (TILES, 1 + min(words, rows)), "places": (rows,)}
    if by_rows and kernels is not None and kernels.refresh:
        shapes |= {"seen": (rows,), "diary": (TILES, NOTES)}
    records = {key: Buffer(f"{name}.{key}", Region.SHARED, shape) for key, shape in shapes.items()}
    return Table(name, rows, width, *place, records, by_rows)
