"""Scaling of inputs and targets, fitted on the training part and applied to every part."""

from dataclasses import dataclass
from math import prod
from typing import Literal, Self

from tuidl.core.lazy import Array

Normalize = Literal["none", "standard", "min_max"]
TargetScaling = Literal["none", "standard", "min_max", "center", "automatic"]
"""``center``: they are moved to a mean of 0, in their own unit. ``automatic``: where they are far
from 1, as ``far_from_one`` says."""
NormalizeTargets = bool | Literal["center"]
"""How targets are to be scaled, as a preset says it."""

LARGE, SMALL = 10.0, 0.01
"""Targets are scaled by default where one's mean or deviation is beyond LARGE, or the deviation is
below SMALL: first weights answer with numbers about 1, and a step of an optimizer is about its
rate, so that the way there would take thousands of steps, or blow up."""

ROWS_AT_ONCE = 4096
"""Rows that are in memory as float64 at a time."""
NUMBERS_AT_ONCE = 1 << 18
"""Numbers of examples that are scaled at a time, in float64 twice."""


@dataclass(frozen=True)
class Scaling:
    """(values - offset) / scale, for each feature (the last dimension), in float64."""

    offset: Array
    scale: Array

    @classmethod
    def fitted(cls, values: Array, kind: Normalize | Literal["center"]) -> Self | None:
        """What brings ``values`` (examples, ..., features) to zero mean and unit variance
        ("standard"), to zero mean ("center") or to [0, 1] ("min_max"); None for "none".

        A feature that never changes is only moved to 0: there is nothing to divide by.
        """
        import numpy as np

        if kind == "none":
            return None
        table = values.reshape(-1, values.shape[-1])
        low, high = table.min(axis=0).astype(np.float64), table.max(axis=0).astype(np.float64)
        if kind == "min_max":
            offset, scale = low, high - low
        else:
            offset = np.where(low == high, low, _mean(table, np.zeros_like(low), power=1))
            spread = _mean(table, offset, power=2)
            scale = np.ones_like(offset) if kind == "center" else np.sqrt(spread)
        return cls(offset, np.where((low == high) | (scale == 0), 1.0, scale))

    def widened(self, others: int) -> "Scaling":
        """With so many features more, which stay as they are."""
        import numpy as np

        ends = np.zeros(others), np.ones(others)
        parts = zip((self.offset, self.scale), ends, strict=True)
        return Scaling(*(np.concatenate(pair) for pair in parts))

    def apply(self, values: Array, *, in_place: bool = False) -> Array:
        """The scaled ``values``, float32; ``in_place``: instead of them, if they are float32."""
        import numpy as np

        from tuidl.core.spilling import empty

        is_same = in_place and values.dtype == np.float32 and values.flags.writeable
        scaled = values if is_same else empty(values.shape, np.float32)
        with np.errstate(over="ignore"):  # what overflows is not finite, and is refused as such
            for rows in blocks_of(values):
                scaled[rows] = (values[rows] - self.offset) / self.scale
        return scaled


def scaling_of_targets(inputs: Normalize, wanted: NormalizeTargets | None) -> TargetScaling:
    """How targets are scaled where that is ``wanted``: as the inputs, or "standard" if those are
    not. None leaves it to the targets themselves."""
    if wanted is None:
        return "automatic"
    if wanted == "center":
        return "center"
    if not wanted:
        return "none"
    return "standard" if inputs == "none" else inputs


def fitted_to_targets(values: Array, kind: TargetScaling, inputs: Normalize) -> Scaling | None:
    """The scaling of targets (examples, outputs) of the training part; ``inputs``: how those are
    scaled."""
    known = scaling_of_targets(inputs, far_from_one(values)) if kind == "automatic" else kind
    assert known != "automatic"
    return Scaling.fitted(values, known)


def far_from_one(values: Array) -> bool:
    """Whether targets (examples, outputs) are so large, or so near to each other, that training on
    them as they are goes wrong."""
    import numpy as np

    table = values.reshape(len(values), -1).astype(np.float64)
    mean, deviation = np.abs(table.mean(axis=0)), table.std(axis=0)
    is_small = (deviation > 0) & (deviation < SMALL)
    return bool((np.maximum(mean, deviation) > LARGE).any() or is_small.any())


def _mean(table: Array, offset: Array, power: int) -> Array:
    """Mean of (table - offset)**power by column, in float64."""
    import numpy as np

    total = np.zeros_like(offset)
    for rows in _blocks(len(table)):
        total += ((table[rows] - offset) ** power).sum(axis=0)
    return total / len(table)


def is_finite(values: Array) -> bool:
    """Whether all are, looked at a block at a time."""
    import numpy as np

    return all(np.isfinite(values[rows]).all() for rows in blocks_of(values))


def blocks_of(values: Array) -> list[slice]:
    """As many examples at a time as are worked on together."""
    width: int = max(prod(values.shape[1:]), 1)
    return _blocks(len(values), max(1, min(ROWS_AT_ONCE, NUMBERS_AT_ONCE // width)))


def _blocks(count: int, size: int = ROWS_AT_ONCE) -> list[slice]:
    return [slice(i, i + size) for i in range(0, count, size)]
