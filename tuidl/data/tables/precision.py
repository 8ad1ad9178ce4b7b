"""Numbers that lose their digits where they are not scaled."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tuidl.data.exact import digits_lost
from tuidl.data.scaling import Normalize, TargetScaling

if TYPE_CHECKING:
    from tuidl.data.table import Table


def lost_digits(table: "Table", inputs: Normalize, targets: TargetScaling) -> Iterator[str]:
    """A sentence for each column of numbers so large, for how far they lie apart, that float32
    cannot tell them apart."""
    problem = "float32, in which a network computes, cannot tell its large numbers apart"
    for feature in table.features if inputs == "none" else ():
        if feature.column.kind == "number" and digits_lost(feature.values):
            name = feature.column.name
            yield f"column {name!r}: {problem}; data.normalize = 'standard' scales them before"
    if targets == "none" and not table.classes and digits_lost(table.target):
        name = table.target_read.reading.column.name
        yield f"target {name!r}: {problem}; data.normalize_targets = true scales them before"
