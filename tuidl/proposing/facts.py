"""What a preset is proposed from."""

import os
from dataclasses import dataclass
from math import prod
from pathlib import Path

from tuidl.proposing.setting import Settings
from tuidl.proposing.target_kinds import Target


def whole_path(path: Path) -> str:
    """The path from the root on, without any ".."."""
    return os.path.abspath(path)


@dataclass(frozen=True)
class Facts:
    """What is known of some data.

    ``data``: the keys of ``[data]`` that say where it is and how it is read. ``rows``: examples
    that can be learned from, before any is held out. ``shape``: of one input. ``target``: what is
    to be predicted. ``has_validation``, ``has_test``: whether there are sets for those.
    ``in_order``: why rows seem to follow each other in time, empty where they do not. ``notes``:
    what else was guessed, in words. ``texts``: inputs that are tokens, by their names, beside
    ``numbers`` of the table.
    """

    name: str
    data: Settings
    rows: int
    shape: tuple[int, ...]
    target: Target
    has_validation: bool = False
    has_test: bool = False
    in_order: str = ""
    notes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    numbers: int = 0

    @property
    def is_table(self) -> bool:
        """Whether an input is a row of numbers."""
        return len(self.shape) == 1

    @property
    def are_texts_alone(self) -> bool:
        """Whether no input is a number."""
        return bool(self.texts) and not self.numbers

    @property
    def about(self) -> str:
        """``12 examples of 40 x 60 x 3; 2 classes; a test part of its own``."""
        own = {"validation": self.has_validation, "test": self.has_test}
        parts = [f"a {name} part of its own" for name, is_there in own.items() if is_there]
        what = self.target.inputs or self._example
        return "; ".join([f"{self.rows:,} examples of {what}", self.target.question, *parts])

    @property
    def sentence(self) -> str:
        """``2 classes from 40 x 60 x 3 numbers, learned from 12 examples.``"""
        learned = f"{self.target.sentence(self._inputs)}, learned from {self.rows:,}"
        return f"{learned} of them." if self.target.inputs else f"{learned} examples."

    @property
    def _example(self) -> str:
        """``40 x 60 x 3``, ``3 and text``."""
        if not self.texts:
            return " x ".join(map(str, self.shape))
        text = "text" if len(self.texts) == 1 else f"{len(self.texts)} texts"
        return f"{self.numbers} and {text}" if self.numbers else text

    @property
    def _inputs(self) -> str:
        """``40 x 60 x 3 numbers``, ``3 inputs and the words of 'review'``."""
        if self.texts:
            words = f"the words of {', '.join(map(repr, self.texts))}"
            return f"{_counted(self.numbers)} and {words}" if self.numbers else words
        return _counted(prod(self.shape)) if self.is_table else f"{self._example} numbers"


def _counted(inputs: int) -> str:
    return f"{inputs} input{'s' if inputs > 1 else ''}"
