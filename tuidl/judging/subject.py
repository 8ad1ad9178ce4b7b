"""Which examples are judged: a held-out part of the run's own data."""

import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.dataset import Split
from tuidl.data.origin import Origin
from tuidl.data.split_rule import group_name
from tuidl.inference.preprocessing import Preparation, split_of
from tuidl.preset.schema import Preset

Part = Literal["test", "validation", "train"]
PARTS: tuple[Part, ...] = ("test", "validation", "train")
"""The first that has examples is judged."""


@dataclass(frozen=True)
class Subject:
    """``x`` (n, *shape): as the network takes it. ``y`` (n, width): targets in the data's own unit,
    or class numbers. ``data``: which examples these are, in words. ``origin``: where they come
    from, None where that says nothing. ``groups`` (n,): of examples that are not independent.
    ``grouped_by``: what makes a group, in words."""

    x: Array
    y: Array
    data: str
    origin: Origin | None = None
    groups: Array | None = None
    grouped_by: str = ""
    notes: tuple[str, ...] = field(default=())
    labels: Array | None = None
    """(n,) classes that are known and not learned."""

    def __len__(self) -> int:
        return len(self.x)

    def name(self, place: int) -> str:
        """What the example is called."""
        return self.origin.names[place] if self.origin else f"example {place + 1}"


def of_part(
    preset: Preset, prepared: Preparation, part: Part | None = None, has_changed: bool = False
) -> Subject:
    """Examples of the run's own data. ``part``: the test part, or else that for validation.

    Raises DataError where the part is empty, or the data has changed (``has_changed``: that is
    known) since the run learned from it: then nobody knows which examples were held out.
    """
    split = _split(preset)
    if has_changed or not prepared.is_of(preset, preset.spec(), split):
        raise DataError(
            "the run's data has changed since it was trained, so which examples were held out is "
            "not known; name a file to judge it on"
        )
    name = part or _first(split)
    examples = getattr(split, name)
    if not len(examples):
        having = ", ".join(n for n in PARTS if len(getattr(split, n)))
        raise DataError(f"the run has no {name} part (data.{name} = 0); it has: {having}")
    y = examples.y.astype(np.float64)
    if split.targets is not None:
        y = y * split.targets.scale + split.targets.offset
    data = f"{name} part of the run's data, {len(examples):,} examples"
    origin, labels = _origin(preset, split, name), examples.labels
    subject = Subject(examples.x, y, data, origin, labels=labels)
    return replace(subject, notes=_notes(preset, name), **_groups(preset, split, name))


def _split(preset: Preset) -> Split:
    """Raises DataError where the data is no longer there."""
    try:
        return split_of(preset)
    except DataError as error:
        raise DataError(
            f"{error}; the run's own data is where its held-out part is: name a file to judge it on"
        ) from None


def _first(split: Split) -> Part:
    """The training part is never empty."""
    return next(name for name in PARTS if len(getattr(split, name)))


def _notes(preset: Preset, part: Part) -> tuple[str, ...]:
    """What makes the scores of a part better than those of new examples."""
    if part == "train":
        return ("it was trained on these examples: scores say nothing of new ones",)
    notes = []
    if preset.training.folds:
        notes.append("the network and the examples are those of the last fold")
    if part == "validation" and preset.training.early_stopping:
        notes.append("these examples chose the epoch that was kept: scores are a little too good")
    return tuple(notes)


def _index(split: Split, part: Part) -> Array | None:
    """Which of the source's examples the part is; None where it has them beside these."""
    if split.parts is None or part in split.own:
        return None
    return split.parts[("train", "validation", "test").index(part)]


def _origin(preset: Preset, split: Split, part: Part) -> Origin | None:
    index = _index(split, part)
    if index is None:
        return preset.data.origin(part) if part in split.own else None
    origin = preset.data.origin()
    return origin.part(index) if origin else None


def _groups(preset: Preset, split: Split, part: Part) -> dict[str, Any]:
    """Groups of examples that depend on each other, and what makes them."""
    index, count = _index(split, part), len(getattr(split, part))
    name = group_name(preset.data.split_rule)
    if name and index is not None:
        return {"groups": preset.data.groups(name)[index], "grouped_by": f"the same {name}"}
    return blocks_in_time(count) if preset.data.follows_time else {}


def blocks_in_time(count: int) -> dict[str, Any]:
    """Of so many examples that follow each other."""
    length = block_length(count)
    text = f"{length} that follow each other in time"
    return {"groups": np.arange(count) // length, "grouped_by": text}


def block_length(count: int) -> int:
    """Examples of a block of a series, by the order that is best for means: n to a third
    (Künsch 1989)."""
    return max(round(math.cbrt(count)), 1)
