"""What a source's examples need of the memory, known before any of them is loaded."""

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from tuidl.limits import FLOAT_BYTES

if TYPE_CHECKING:
    from tuidl.data.dataset import Source

LOOKED_AT = 1
"""Bytes for each number of a part while its values are looked at: finite or not."""


@dataclass(frozen=True)
class Demand:
    """Bytes at the height of loading and splitting, and of what stays."""

    height: int
    kept: int


def demand(source: "Source", folds: bool = False) -> Demand:
    """Of ``source.split()``; with ``folds``, of the source's folds, whose splits need the whole
    until the last one."""
    spec = source.spec()
    width = prod(spec.shape) + spec.target_width
    train, validation, test = source.part_sizes()
    parts = FLOAT_BYTES * width * (train + validation + test)
    is_scaled = source.normalize != "none" or source.target_scaling() != "none"
    stored, remembered = source.bytes_stored(), source.bytes_remembered()
    splitting = stored + remembered + parts * (2 if is_scaled else 1) + LOOKED_AT * width * train
    kept = remembered + parts + (stored if folds else 0)
    return Demand(max(source.bytes_reading(), splitting), kept)
