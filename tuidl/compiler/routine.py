"""A routine: one kind of step (train, inspect, evaluate, predict) as rows of numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tuidl.compiler.emission import LinearProgram
from tuidl.compiler.memory_plan import LINE, MemoryPlan, lifetimes
from tuidl.compiler.stages import Stages, stages_of
from tuidl.ir.buffers import Symbol, View, size_of
from tuidl.ir.instructions import Instruction, Phase
from tuidl.kernels import KERNELS

IntArray = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Rows:
    """What a backend runs for a batch of one size. All arrays are int64.

    ``rows`` (instructions, lanes, width), ``stages`` (stages, 3: first row, end row, lanes), and
    for each lane the number of its ``examples``, their ``first`` place in the batch, and the
    addresses of its ``inputs``, ``targets`` and ``statistics``.
    """

    batch: int
    rows: IntArray
    stages: IntArray
    examples: IntArray
    first: IntArray
    inputs: IntArray
    targets: IntArray
    statistics: IntArray

    def lanes_of(self, number: int) -> int:
        """How many lanes run an instruction."""
        return next(int(lanes) for first, end, lanes in self.stages if first <= number < end)


@dataclass(frozen=True)
class Routine:
    """Instructions with addresses, for any batch of up to ``capacity`` examples."""

    name: str
    emitted: LinearProgram
    layout: MemoryPlan
    capacity: int
    shards: int
    tiles: int
    update_lanes: int
    parameter_span: int
    _known_rows: dict[int, Rows] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def stages(self) -> Stages:
        """Runs of rows in which no lane has to wait: (first row, end row, lanes)."""
        instructions = self.emitted.instructions
        return stages_of(instructions, self.shards, self.tiles, self.update_lanes)

    @cached_property
    def stages_before_update(self) -> int:
        """Stages after which loss and gradients are known."""
        instructions = self.emitted.instructions
        return sum(
            first == end or instructions[first].phase is not Phase.UPDATE
            for first, end, _ in self.stages
        )

    def examples_of(self, lane: int, batch: int) -> int:
        """Examples of a batch that a shard gets; the first ones get one more where it is uneven."""
        return batch // self.shards + (lane < batch % self.shards)

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
        return lane * (batch // self.shards) + min(lane, batch % self.shards)

    def address(self, view: View, lane: int, batch: int) -> int:
        """Where a shard has a view when a batch has so many examples."""
        return self.layout.address(
            view, lane, self.examples_of(lane, batch), self.first_of(lane, batch)
        )

    def rows_for(self, batch: int) -> Rows:
        """The rows for a batch of ``batch`` examples (at most the capacity)."""
        if not 0 <= batch <= self.capacity:
            raise ValueError(f"batch of {batch} for a capacity of {self.capacity}")
        if batch not in self._known_rows:
            self._known_rows[batch] = self._assemble(batch)
        return self._known_rows[batch]

    def _assemble(self, batch: int) -> Rows:
        lanes = range(max(lanes for _, _, lanes in self.stages) if self.stages else self.shards)
        rows = [
            [self._row(instruction, lane, batch) for lane in lanes]
            for instruction in self.emitted.instructions
        ]
        width = max(len(row) for lane_rows in rows for row in lane_rows)
        table = np.zeros((len(rows), len(lanes), width), np.int64)
        for i, lane_rows in enumerate(rows):
            for lane, row in enumerate(lane_rows):
                table[i, lane, : len(row)] = row
        shards = range(self.shards)
        examples = [self.examples_of(lane, batch) for lane in shards]
        emitted = self.emitted

        def addresses(buffer: Any) -> IntArray:
            return self._per_shard(lambda s: self.address(buffer.view, s, batch) if buffer else 0)

        return Rows(
            batch=batch,
            rows=table,
            stages=np.array(self.stages, np.int64),
            examples=np.array(examples, np.int64),
            first=np.array([self.first_of(lane, batch) for lane in shards], np.int64),
            inputs=addresses(emitted.x),
            targets=addresses(emitted.target),
            statistics=addresses(emitted.statistics),
        )

    def _per_shard(self, value: Callable[[int], int]) -> IntArray:
        return np.array([value(shard) for shard in range(self.shards)], np.int64)

    def _row(self, instruction: Instruction, lane: int, batch: int) -> list[int]:
        kernel = KERNELS[instruction.kernel]
        if instruction.tiled:
            examples, views = batch, instruction.operands
            offsets = [self.layout.address(view, 0, batch) for view in views]
        else:
            examples, views = self.examples_of(lane, batch), instruction.operands
            offsets = [self.address(view, lane, batch) for view in views]
        sizes = kernel.signature.bind(shapes_of(views, examples))
        options = {
            name: self._value(value, lane, batch, instruction)
            for name, value in instruction.options.items()
        }
        return kernel.signature.encode(kernel.opcode, offsets, sizes, options)

    def _value(
        self, value: int | float | Symbol, lane: int, batch: int, instruction: Instruction
    ) -> int | float:
        if value is Symbol.BATCH:
            return batch
        if value is Symbol.LANE:
            return lane
        if value is Symbol.LANES:
            return self.lanes_of(instruction)
        if value is Symbol.EXAMPLES:
            return batch if instruction.tiled else self.examples_of(lane, batch)
        if value is Symbol.FIRST_EXAMPLE:
            return 0 if instruction.tiled else self.first_of(lane, batch)
        if value is Symbol.SLICE_START:
            return self._boundary(lane)
        if value is Symbol.SLICE_STOP:
            return self._boundary(lane + 1)
        assert not isinstance(value, Symbol)
        return value

    def lanes_of(self, instruction: Instruction) -> int:
        """How many lanes run it."""
        if instruction.tiled:
            return self.tiles
        return self.update_lanes if instruction.shared else self.shards

    def _boundary(self, lane: int) -> int:
        """Where a lane's slice of the parameter vector starts, on a cache line."""
        if lane >= self.update_lanes:
            return self.parameter_span
        return self.parameter_span * lane // self.update_lanes // LINE * LINE


def shapes_of(operands: tuple[View, ...], examples: int) -> list[tuple[int, ...]]:
    """The operands' shapes for a shard of so many examples."""
    return [tuple(size_of(d, examples) for d in view.shape) for view in operands]
