"""What a preset is proposed from."""

import os
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Setting:
    """A value of a preset, and why it stands there."""

    value: Any
    why: str = ""


Settings = dict[str, Setting]


def whole_path(path: Path) -> str:
    """The path from the root on, without any ".."."""
    return os.path.abspath(path)


@dataclass(frozen=True)
class Facts:
    """What is known of some data.

    ``data``: the keys of ``[data]`` that say where it is and how it is read. ``rows``: examples
    that can be learned from, before any is held out. ``shape``: of one input. ``outputs``: scores
    of classes, or values to predict. ``counts``: examples of each of the ``classes``.
    ``has_validation``, ``has_test``: whether there are sets for those. ``in_order``: why rows seem
    to follow each other in time, empty where they do not. ``notes``: what else was guessed, in
    words. ``texts``: inputs that are tokens, by their names, beside ``numbers`` of the table.
    ``are_labels``: whether several values to predict are yes or no each. ``are_ratings``: whether
    an example is a user, an item and a rating.
    """

    name: str
    data: Settings
    rows: int
    shape: tuple[int, ...]
    outputs: int
    classes: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    has_validation: bool = False
    has_test: bool = False
    in_order: str = ""
    notes: tuple[str, ...] = field(default=())
    texts: tuple[str, ...] = ()
    numbers: int = 0
    are_labels: bool = False
    are_ratings: bool = False

    @property
    def is_table(self) -> bool:
        """Whether an input is a row of numbers."""
        return len(self.shape) == 1

    @property
    def inputs(self) -> int:
        """Numbers in one input."""
        return prod(self.shape)

    @property
    def by_class(self) -> tuple[tuple[str, int], ...]:
        """Each class with its examples; () where numbers are to be predicted."""
        return tuple(zip(self.classes, self.counts, strict=True)) if self.counts else ()

    @property
    def about(self) -> str:
        """``12 examples of 40 x 60 x 3; 2 classes; a test part of its own``."""
        kind = "labels, yes or no each," if self.are_labels else "numbers"
        number = "a number" if self.outputs == 1 else f"{self.outputs} {kind}"
        answer = f"{len(self.classes)} classes" if self.classes else f"{number} to predict"
        own = {"validation": self.has_validation, "test": self.has_test}
        parts = [f"a {name} part of its own" for name, is_there in own.items() if is_there]
        return "; ".join([f"{self.rows:,} examples of {self._what}", answer, *parts])

    @property
    def _what(self) -> str:
        """What an example is: ``40 x 60 x 3``, ``3 and text``."""
        if self.are_ratings:
            return "a user and an item"
        if not self.texts:
            return " x ".join(map(str, self.shape))
        text = "text" if len(self.texts) == 1 else f"{len(self.texts)} texts"
        return f"{self.numbers} and {text}" if self.numbers else text

    @property
    def majority(self) -> float:
        """The share of the largest class: what guessing it always would get right."""
        return max(self.counts, default=0) / max(sum(self.counts), 1)

    @property
    def smallest(self) -> int:
        """Examples of the smallest class."""
        return min(self.counts, default=0)
