"""Addresses: where every buffer lies in the arena, and which may share a place.

    parameters | gradients | optimizer state | moving averages, constants | batch | workspaces

A workspace holds what one shard needs of its own, and ``batch`` what all lanes read and write since
some instructions are computed by tiles. Within each, two buffers that are never alive at the same
time may have the same place: the working set is small, and stays in the cache. Time is counted in
instructions in a workspace, and in stages where lanes share buffers: within a stage they do not
wait for each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tuidl.compiler.emission import LinearProgram
from tuidl.compiler.stages import Stages
from tuidl.ir.buffers import Buffer, Region, View
from tuidl.ir.instructions import Instruction

LINE = 16
"""Buffers start on a cache line of 64 bytes, counted in float32."""

PAGE = 1024
"""Lanes start on a page of 4 KiB, so that shards never write to the same line."""


Life = tuple[int, int]
"""The first and the last moment at which a buffer is used."""


@dataclass(frozen=True)
class Room:
    """What workspaces are for: a ``batch`` in ``shards`` of at most ``examples``."""

    batch: int
    shards: int
    examples: int


def aligned(elements: int, to: int = LINE) -> int:
    """``elements`` rounded up to a multiple of ``to``."""
    return -(-elements // to) * to


@dataclass(frozen=True)
class Place:
    """Where a buffer starts.

    ``lane_stride``: from a shard's copy to the next one's; 0: one for all. ``per_example``: of one
    buffer for the whole batch, the elements of an example; shards have their examples' part of it.
    """

    start: int
    lane_stride: int = 0
    per_example: int = 0


@dataclass(frozen=True)
class MemoryPlan:
    """Places of all buffers of a routine; ``size`` is where it ends, in elements."""

    places: dict[Buffer, Place]
    size: int

    def address(self, view: View, lane: int, examples: int, first: int = 0) -> int:
        """For a lane that has ``examples``, the first of which is the ``first`` of the batch."""
        place = self.places[view.buffer]
        inside = view.offset + view.per_example * examples
        return place.start + lane * place.lane_stride + first * place.per_example + inside


def covered(intervals: Iterable[tuple[int, int]]) -> int:
    """Elements that lie in one of the intervals at least."""
    total = reached = 0
    for start, end in sorted(intervals):
        total += max(end - max(start, reached), 0)
        reached = max(reached, end)
    return total


def stack(buffers: Iterable[Buffer], start: int, lane_stride: int = 0) -> dict[Buffer, Place]:
    """Places one behind the other from ``start`` on."""
    places: dict[Buffer, Place] = {}
    for buffer in buffers:
        places[buffer] = Place(start, lane_stride)
        start += aligned(buffer.elements(1))
    return places


def plan_workspaces(
    emitted: LinearProgram, stages: Stages, shared: dict[Buffer, Place], base: int, room: Room
) -> MemoryPlan:
    """Give what a batch needs places behind ``base``: first the buffers that lanes share since an
    instruction is computed by tiles, then those of each shard."""
    joint = joint_buffers(emitted.instructions)
    lives = lifetimes(emitted)
    moments = {i: n for n, (first, end, _) in enumerate(stages) for i in range(first, end)}
    common = {
        b: (moments.get(first, 0), moments.get(last, len(stages)))
        for b, (first, last) in lives.items()
        if b in joint
    }
    base = aligned(base, PAGE)
    offsets, size = _packed(common, room.batch)
    places = {
        b: Place(base + offset, per_example=b.elements(1) - b.elements(0))
        for b, offset in offsets.items()
    }
    base += aligned(size, PAGE)
    own = {buffer: life for buffer, life in lives.items() if buffer not in joint}
    offsets, size = _packed(own, room.examples)
    stride = aligned(size, PAGE)
    places |= {buffer: Place(base + offset, stride) for buffer, offset in offsets.items()}
    return MemoryPlan({**shared, **places}, base + room.shards * stride)


def joint_buffers(instructions: Iterable[Instruction]) -> set[Buffer]:
    """Those of the whole batch: instructions by tiles touch them."""
    views = (view for i in instructions if i.tiled for view in i.operands)
    return {view.buffer for view in views if view.buffer.region is Region.WORKSPACE}


def _packed(lives: dict[Buffer, Life], examples: int) -> tuple[dict[Buffer, int], int]:
    """Offsets for buffers of so many examples, and where the last one ends."""
    offsets: dict[Buffer, int] = {}
    for buffer in sorted(lives, key=lambda b: (lives[b][0], -b.elements(examples))):
        offsets[buffer] = _first_gap(buffer, offsets, lives, examples)
    ends = (offset + aligned(b.elements(examples)) for b, offset in offsets.items())
    return offsets, max(ends, default=0)


def standing_of(instructions: Iterable[Instruction]) -> list[Buffer]:
    """Zeros, and what shards share, that the instructions use: each with a place of its own."""
    found = (view.buffer for i in instructions for view in i.operands)
    return list(dict.fromkeys(b for b in found if b.region in (Region.CONSTANTS, Region.SHARED)))


def lifetimes(emitted: LinearProgram) -> dict[Buffer, Life]:
    """First and last instruction that touches each buffer of what a batch needs."""
    last = len(emitted.instructions)
    lives = dict.fromkeys(emitted.pinned, (0, last))
    for i, instruction in enumerate(emitted.instructions):
        for view in instruction.operands:
            buffer = view.buffer
            if buffer.region is Region.WORKSPACE and buffer not in emitted.pinned:
                lives[buffer] = (lives.get(buffer, (i, i))[0], i)
    return lives


def _first_gap(
    buffer: Buffer,
    offsets: dict[Buffer, int],
    lives: dict[Buffer, Life],
    examples: int,
) -> int:
    """The lowest offset that no buffer alive at the same time takes."""
    first, last = lives[buffer]
    size = aligned(buffer.elements(examples))
    taken = sorted(
        (offset, offset + aligned(other.elements(examples)))
        for other, offset in offsets.items()
        if lives[other][0] <= last and first <= lives[other][1]
    )
    place = 0
    for start, end in taken:
        if start - place >= size:
            break
        place = max(place, end)
    return place
