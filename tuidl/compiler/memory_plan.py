"""Addresses: where every buffer lies in the arena, and which may share a place.

    parameters | gradients of each shard | optimizer state | moving averages, constants | workspaces

A workspace holds what one shard needs of its own. Within it, two buffers that are never alive at
the same time may have the same place: the working set is small, and stays in the cache.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tuidl.compiler.emission import LinearProgram
from tuidl.ir.buffers import Buffer, Region, View
from tuidl.ir.instructions import Instruction

LINE = 16
"""Buffers start on a cache line of 64 bytes, counted in float32."""

PAGE = 1024
"""Lanes start on a page of 4 KiB, so that shards never write to the same line."""


def aligned(elements: int, to: int = LINE) -> int:
    """``elements`` rounded up to a multiple of ``to``."""
    return -(-elements // to) * to


@dataclass(frozen=True)
class Place:
    """``start``, and the stride between the shards' copies (0: one for all shards)."""

    start: int
    lane_stride: int = 0


@dataclass(frozen=True)
class MemoryPlan:
    """Places of all buffers of a routine; ``size`` is where it ends, in elements."""

    places: dict[Buffer, Place]
    size: int

    def address(self, view: View, lane: int, examples: int) -> int:
        place = self.places[view.buffer]
        inside = view.offset + view.per_example * examples
        return place.start + lane * place.lane_stride + inside


def extents(
    emitted: LinearProgram, layout: MemoryPlan, lane: int, examples: int
) -> Iterator[tuple[int, int]]:
    """Where each buffer of a lane starts and ends when the lane has so many examples."""
    for buffer in _lifetimes(emitted):
        place = layout.places[buffer]
        start = place.start + lane * place.lane_stride
        yield start, start + buffer.elements(examples)


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
    emitted: LinearProgram, shared: dict[Buffer, Place], base: int, lanes: int, examples: int
) -> MemoryPlan:
    """Give the shards' own buffers places behind ``base``, for up to ``examples`` in each."""
    lives = _lifetimes(emitted)
    offsets: dict[Buffer, int] = {}
    for buffer in sorted(lives, key=lambda b: (lives[b][0], -b.elements(examples))):
        offsets[buffer] = _first_gap(buffer, offsets, lives, examples)
    ends = (offset + aligned(b.elements(examples)) for b, offset in offsets.items())
    stride = aligned(max(ends, default=0), PAGE)
    base = aligned(base, PAGE)
    places = {buffer: Place(base + offset, stride) for buffer, offset in offsets.items()}
    return MemoryPlan({**shared, **places}, base + lanes * stride)


def standing_of(instructions: Iterable[Instruction]) -> list[Buffer]:
    """Zeros, and what shards share, that the instructions use: each with a place of its own."""
    found = (view.buffer for i in instructions for view in i.operands)
    return list(dict.fromkeys(b for b in found if b.region in (Region.CONSTANTS, Region.SHARED)))


def _lifetimes(emitted: LinearProgram) -> dict[Buffer, tuple[int, int]]:
    """First and last instruction that touches each buffer of a lane."""
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
    lives: dict[Buffer, tuple[int, int]],
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
