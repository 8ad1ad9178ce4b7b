"""What a source's examples need of the memory, known before any of them is loaded."""

from dataclasses import dataclass
from math import prod
from typing import Protocol

from tuidl.core.limits import FLOAT_BYTES, check_memory, memory_left
from tuidl.core.spilling import room_on_disk, spill
from tuidl.data.neighbors import Neighbors
from tuidl.data.scaling import NUMBERS_AT_ONCE, Normalize, TargetScaling

LOOKED_AT = 1
"""Bytes for each of NUMBERS_AT_ONCE while values are looked at: finite or not."""
INDEX = 8
"""Bytes that say which of the source's examples a training example is."""
SCALED_AT_ONCE = 16 * NUMBERS_AT_ONCE
"""Bytes of the examples that are scaled at a time."""


@dataclass(frozen=True)
class Demand:
    """Bytes at the height of loading and splitting, and of what stays."""

    height: int
    kept: int


class Spec(Protocol):
    """The shapes of one example."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def target_width(self) -> int: ...


class Measurable(Protocol):
    """What a source says of its size without loading anything."""

    @property
    def normalize(self) -> Normalize: ...

    def spec(self) -> Spec: ...

    def target_scaling(self) -> TargetScaling: ...

    def part_sizes(self) -> tuple[int, int, int]: ...

    def bytes_a_number(self) -> int: ...

    @property
    def can_spill(self) -> bool: ...

    def shares_parts(self) -> bool: ...

    def bytes_stored(self) -> int: ...

    def bytes_reading(self) -> int: ...

    def bytes_remembered(self) -> int: ...

    @property
    def corruption(self) -> float: ...

    @property
    def neighbors(self) -> Neighbors | None: ...


def require_room(source: Measurable) -> None:
    """Have parts that do not fit into memory in files, where the source can do so.

    Raises BackendError where there is not as much memory as ``source.split()`` needs; it says
    how much that is, and how many examples would fit.
    """
    spills = must_spill(source)
    spill(spills)
    if spills:
        return
    needed, count = demand(source).height, sum(source.part_sizes())
    fitting = round(count * min(memory_left() / max(needed, 1), 1.0))
    check_memory(
        needed, "the data", f"use fewer or smaller examples (about {fitting:,} of {count:,} fit)"
    )


def must_spill(source: Measurable) -> bool:
    """Whether parts do not fit into memory, but into files on the disk."""
    if not source.can_spill or demand(source).height <= memory_left():
        return False
    in_files = demand(source).height - demand(source, spilled=True).height
    return demand(source, spilled=True).height <= memory_left() and in_files <= room_on_disk()


def real_demand(source: Measurable, folds: bool = False) -> Demand:
    """What the source needs as it will be split now."""
    return demand(source, folds, spilled=not folds and must_spill(source))


def demand(source: Measurable, folds: bool = False, *, spilled: bool = False) -> Demand:
    """Of ``source.split()``; with ``folds``, of the source's folds, whose splits need the whole
    until the last one. ``spilled``: what is left of it with the parts in files."""
    spec = source.spec()
    width = prod(spec.shape) + spec.target_width
    train, validation, test = source.part_sizes()
    chosen = INDEX * train
    parts = FLOAT_BYTES * width * (train + validation + test)
    is_scaled = source.normalize != "none" or source.target_scaling() != "none"
    stored, remembered = source.bytes_stored(), source.bytes_remembered()
    unscaled = source.bytes_a_number() * width * (train + validation + test)
    own = FLOAT_BYTES * width * (validation + test)  # parts that a source remembers are copied
    is_wide = unscaled > parts
    if source.shares_parts() and not folds:
        unscaled = 0
    if spilled:
        parts = unscaled = own = 0
    scaling = (parts if is_wide else own if is_scaled else 0) + (
        min(SCALED_AT_ONCE, 4 * parts or SCALED_AT_ONCE) if is_wide or is_scaled else 0
    )
    noisy = parts * (bool(source.corruption) + (source.neighbors is not None))
    looking = LOOKED_AT * min(NUMBERS_AT_ONCE, width * train)
    splitting = 2 * chosen + stored + remembered + unscaled + scaling + looking + noisy
    kept = remembered + parts + noisy + chosen + (stored if folds else 0)
    return Demand(max(source.bytes_reading(), splitting), kept)
