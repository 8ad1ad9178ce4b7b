"""Scaling the parts of a split by what the training part says."""

from typing import Protocol

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.examples import Examples, Split
from tuidl.data.scaling import Scaling, is_finite


class Scaled(Protocol):
    """A source that says how its numbers are scaled."""

    @classmethod
    def kind(cls) -> str: ...

    def input_scaling(self, x: Array) -> Scaling | None: ...

    def scaling_of_y(self, y: Array) -> Scaling | None: ...


def scaled_split(
    source: Scaled, train: Examples, validation: Examples, test: Examples, kept: frozenset[str]
) -> Split:
    """The parts in float32, scaled; those in ``kept`` are remembered by the source and stay as they
    are, others are scaled where they are. Raises DataError for values that are not finite."""
    _require_finite(source, train, validation, test)
    inputs, targets = source.input_scaling(train.x), source.scaling_of_y(train.y)
    named = {"train": train, "validation": validation, "test": test}
    parts = {
        id(part): part.scaled(inputs, targets, in_place=name not in kept)
        for name, part in named.items()
    }
    _require_finite(source, *parts.values())
    return Split(
        parts[id(train)], parts[id(validation)], parts[id(test)], inputs, targets
    )  # the test part may be the validation part too: it is scaled once


def _require_finite(source: Scaled, *parts: Examples) -> None:
    for part in parts:
        if not (is_finite(part.x) and is_finite(part.y)):
            raise DataError(f"data: {source.kind()!r} has values that are not finite")
