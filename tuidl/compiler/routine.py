"""A routine: one kind of step (train, inspect, evaluate, predict) as rows of numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tuidl.compiler.costs import parts_of
from tuidl.compiler.division import shards_for
from tuidl.compiler.emission import LinearProgram
from tuidl.compiler.memory_plan import LINE, MemoryPlan, lifetimes
from tuidl.compiler.stages import Stages, stages_of
from tuidl.ir.buffers import Region, Symbol, View
from tuidl.ir.instructions import Instruction, Phase
from tuidl.ir.shapes import shapes_of
from tuidl.kernels import KERNELS

IntArray = np.ndarray[Any, np.dtype[np.int64]]

MOST_KNOWN_ROWS = 64
"""Sizes of batches whose rows are kept."""


@dataclass(frozen=True)
class Rows:
    """What a backend runs for a batch of one size. All arrays are int64.

    ``rows`` (instructions, lanes, width), ``stages`` (stages, 3: first row, end row, lanes), and
    for each shard the number of its ``examples``, their ``first`` place in the batch, and the
    addresses of its ``inputs``, ``targets``, ``statistics`` and ``outputs``. A shard without
    examples has no statistics.
    """

    batch: int
    rows: IntArray
    stages: IntArray
    examples: IntArray
    first: IntArray
    inputs: IntArray
    targets: IntArray
    statistics: IntArray
    outputs: IntArray

    def lanes_of(self, number: int) -> int:
        """How many lanes run an instruction."""
        return next(int(lanes) for first, end, lanes in self.stages if first <= number < end)


@dataclass(frozen=True)
class Cut:
    """An instruction by tiles: the lane of its first part, how many parts it has, and how many
    lanes there are. The others have nothing to do."""

    first: int
    parts: int
    lanes: int


@dataclass(frozen=True)
class Routine:
    """Instructions with addresses, for any batch of up to ``capacity`` examples.

    ``shards``: of a full batch. ``flops``: of one example, by which smaller batches are shared out
    (see ``shards_of``).
    """

    name: str
    emitted: LinearProgram
    layout: MemoryPlan
    capacity: int
    shards: int
    tiles: int
    update_lanes: int
    flops: int
    _known_rows: dict[tuple[int, int], Rows] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def stages(self) -> Stages:
        """Runs of rows in which no lane waits: (first row, end row, lanes of a full batch)."""
        instructions = self.emitted.instructions
        stages = stages_of(instructions, self.shards, self.tiles, self.update_lanes)
        return [(first, end, self._width(first, end, self.capacity)) for first, end, _ in stages]

    @cached_property
    def stages_before_update(self) -> int:
        """Stages after which loss and gradients are known."""
        instructions = self.emitted.instructions
        return sum(
            first == end or instructions[first].phase is not Phase.UPDATE
            for first, end, _ in self.stages
        )

    @cached_property
    def narrows(self) -> bool:
        """Whether small batches are worked on in fewer shards: none reads what others leave.

        Gradients of all shards are added up, and so are what they tell each other.
        """
        common = (Region.SHARED, Region.GRADIENTS)
        return not any(
            i.shared or i.barrier or any(view.buffer.region in common for view in i.operands)
            for i in self.emitted.instructions
        )

    def shards_of(self, batch: int) -> int:
        """How many shards a batch of so many examples is worked on in; the others stay idle."""
        if not self.narrows:
            return self.shards
        most_of_one = -(-self.capacity // self.shards)
        return min(self.shards, max(-(-batch // most_of_one), shards_for(self.flops, batch)))

    def examples_of(self, lane: int, batch: int) -> int:
        """Examples of a batch that a shard gets; the first ones get one more where it is uneven."""
        shards = self.shards_of(batch)
        return batch // shards + (lane < batch % shards) if lane < shards else 0

    def extents(self, examples: int) -> Iterator[tuple[int, int]]:
        """Where the lanes' buffers start and end in a batch of so many examples, or a full one."""
        batch = min(examples, self.capacity)
        for lane in range(self.shards):
            if share := self.examples_of(lane, batch):
                for buffer in lifetimes(self.emitted):
                    start = self.address(buffer.view, lane, batch)
                    yield start, start + buffer.elements(share)

    def first_of(self, lane: int, batch: int) -> int:
        """The place in a batch of a shard's first example."""
        shards = self.shards_of(batch)
        return min(lane * (batch // shards) + min(lane, batch % shards), batch)

    def address(self, view: View, lane: int, batch: int) -> int:
        """Where a shard has a view when a batch has so many examples."""
        return self.layout.address(
            view, lane, self.examples_of(lane, batch), self.first_of(lane, batch)
        )

    def rows_for(self, batch: int, *, threads: int = 0) -> Rows:
        """The rows for a batch of ``batch`` examples (at most the capacity).

        ``threads``: 0 for any number of them; otherwise each output is computed in as many pieces,
        on one thread in one. The bits are the same; smaller tiles pack their factors more often.
        """
        if not 0 <= batch <= self.capacity:
            raise ValueError(f"batch of {batch} for a capacity of {self.capacity}")
        key = (batch, threads)
        if (known := self._known_rows.get(key)) is None:
            known = self._known_rows[key] = self._assemble(batch, threads)
            for other in [*self._known_rows][:-MOST_KNOWN_ROWS]:
                self._known_rows.pop(other, None)
        return known

    def _assemble(self, batch: int, threads: int) -> Rows:
        stages = [
            (first, end, self._width(first, end, batch, threads)) for first, end, _ in self.stages
        ]
        lanes = range(max((width for _, _, width in stages), default=self.shards_of(batch)))
        cuts = self._cuts(stages, batch, threads)
        rows = [
            [self._row(instruction, lane, batch, cut) for lane in lanes]
            for instruction, cut in zip(self.emitted.instructions, cuts, strict=True)
        ]
        width = max(len(row) for lane_rows in rows for row in lane_rows)
        table = np.zeros((len(rows), len(lanes), width), np.int64)
        for i, lane_rows in enumerate(rows):
            for lane, row in enumerate(lane_rows):
                table[i, lane, : len(row)] = row
        shards = range(self.shards_of(batch))
        examples = [self.examples_of(lane, batch) for lane in shards]
        emitted = self.emitted

        def addresses(buffer: Any) -> IntArray:
            own = (self.address(buffer.view, shard, batch) if buffer else 0 for shard in shards)
            return np.array([*own], np.int64)

        return Rows(
            batch=batch,
            rows=table,
            stages=np.array(stages, np.int64).reshape(-1, 3),
            examples=np.array(examples, np.int64),
            first=np.array([self.first_of(lane, batch) for lane in shards], np.int64),
            inputs=addresses(emitted.x),
            targets=addresses(emitted.target),
            statistics=addresses(emitted.statistics),
            outputs=addresses(emitted.output),
        )

    def _width(self, first: int, end: int, batch: int, threads: int = 0) -> int:
        """Lanes of a stage: fewer tiles than there could be where its work is in few parts.

        One without instructions copies examples, shard by shard.
        """
        stage = self.emitted.instructions[first:end]
        if stage and stage[0].tiled:
            parts = [_parts(i, batch, self.tiles, threads) for i in stage]
            return max(*parts, min(self.tiles, sum(parts), threads or self.tiles))
        return self.update_lanes if stage and stage[0].shared else self.shards_of(batch)

    def _cuts(self, stages: Stages, batch: int, threads: int) -> list[Cut]:
        """How each instruction by tiles is cut. In a stage, the next one's first part goes to the
        lane behind the last part's, so that small instructions keep all lanes busy."""
        cuts: list[Cut] = []
        for first, end, width in stages:
            lane = 0
            for instruction in self.emitted.instructions[first:end]:
                parts = _parts(instruction, batch, width, threads) if instruction.tiled else 1
                cuts.append(Cut(lane, parts, width))
                lane = (lane + parts) % width
        return cuts

    def _row(self, instruction: Instruction, lane: int, batch: int, cut: Cut) -> list[int]:
        kernel = KERNELS[instruction.kernel]
        if instruction.tiled:
            examples, views = batch, instruction.operands
            offsets = [self.layout.address(view, 0, batch) for view in views]
        else:
            examples, views = self.examples_of(lane, batch), instruction.operands
            offsets = [self.address(view, lane, batch) for view in views]
        sizes = kernel.signature.bind(shapes_of(views, examples))
        options = {
            name: self._value(value, lane, batch, instruction, cut, sizes.get("v", 0))
            for name, value in instruction.options.items()
        }
        return kernel.signature.encode(kernel.opcode, offsets, sizes, options)

    def _value(
        self,
        value: int | float | Symbol,
        lane: int,
        batch: int,
        instruction: Instruction,
        cut: Cut,
        span: int,
    ) -> int | float:
        """``span``: elements of the vector that the lanes of an update share out."""
        if value is Symbol.BATCH:
            return batch
        if value is Symbol.LANE:
            return (lane - cut.first) % cut.lanes if instruction.tiled else lane
        if value is Symbol.LANES and instruction.tiled:
            return cut.parts
        if value is Symbol.LANES:
            return self.update_lanes if instruction.shared else self.shards_of(batch)
        if value is Symbol.EXAMPLES:
            return batch if instruction.tiled else self.examples_of(lane, batch)
        if value is Symbol.FIRST_EXAMPLE:
            return 0 if instruction.tiled else self.first_of(lane, batch)
        if value is Symbol.SLICE_START:
            return self._boundary(lane, span)
        if value is Symbol.SLICE_STOP:
            return self._boundary(lane + 1, span)
        assert not isinstance(value, Symbol)
        return value

    def _boundary(self, lane: int, span: int) -> int:
        """Where a lane's slice of a vector of parameters starts, on a cache line."""
        if lane >= self.update_lanes:
            return span
        return span * lane // self.update_lanes // LINE * LINE


def _parts(instruction: Instruction, batch: int, most: int, threads: int) -> int:
    """Of an instruction by tiles. What lanes keep from step to step, lists of rows, is as they were
    cut."""
    keeps = any(view.buffer.region is Region.SHARED for view in instruction.operands)
    if threads and not keeps:
        most = min(most, threads)
    return parts_of(instruction, batch, most)
