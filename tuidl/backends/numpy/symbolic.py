"""Instructions run with NumPy as they are written, before there are addresses: every buffer is an
array of its own, so all that a step computes can be read when it is over, and a part of it run
again."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuidl.backends.numpy.registry import oracle_of
from tuidl.core.lazy import Array
from tuidl.ir.buffers import Buffer, Symbol, View, size_of
from tuidl.ir.instructions import Instruction
from tuidl.kernels import KERNELS


@dataclass
class Symbolic:
    """Memory in float64 for the ``examples`` of one shard, and the ``step_state`` of the step.

    ``batch``: examples of all shards together, ``first``: the place in it of this one's first.
    ``arrays``: what each buffer holds (flat); zeros until something is written.
    """

    examples: int
    step_state: Array
    batch: int
    first: int = 0
    arrays: dict[Buffer, Array] = field(default_factory=dict)

    def flat(self, buffer: Buffer) -> Array:
        """All elements of a buffer, writable."""
        if buffer not in self.arrays:
            self.arrays[buffer] = np.zeros(buffer.elements(self.examples))
        return self.arrays[buffer]

    def read(self, view: View) -> Array:
        """A view's elements in its shape, writable."""
        shape = tuple(size_of(d, self.examples) for d in view.shape)
        start = view.offset + view.per_example * self.examples
        count = int(np.prod(shape, dtype=np.int64))
        return self.flat(view.buffer)[start : start + count].reshape(shape)

    def run(self, instructions: Iterable[Instruction]) -> None:
        """One after the other."""
        for instruction in instructions:
            self.execute(instruction)

    def execute(self, instruction: Instruction) -> None:
        """Run an instruction that is none of an update."""
        signature = KERNELS[instruction.kernel].signature
        options = [self._value(instruction.options[option.name]) for option in signature.options]
        views = [self.read(view) for view in instruction.operands]
        step_state = (self.step_state,) if signature.uses_step_state else ()
        with np.errstate(all="ignore"):
            oracle_of(instruction.kernel)(*views, *options, *step_state)

    @contextmanager
    def kept(self, buffers: Iterable[Buffer]) -> Iterator[None]:
        """Whatever happens to these buffers meanwhile is undone."""
        before = {buffer: self.flat(buffer).copy() for buffer in buffers}
        try:
            yield
        finally:
            for buffer, values in before.items():
                self.flat(buffer)[:] = values

    def _value(self, value: int | float | Symbol) -> Any:
        known = {
            Symbol.LANE: 0,
            Symbol.LANES: 1,
            Symbol.EXAMPLES: self.examples,
            Symbol.BATCH: self.batch,
            Symbol.FIRST_EXAMPLE: self.first,
        }
        return known[value] if isinstance(value, Symbol) else value


def touched(instructions: Iterable[Instruction]) -> set[Buffer]:
    """The buffers that instructions read or write."""
    return {view.buffer for instruction in instructions for view in instruction.operands}
