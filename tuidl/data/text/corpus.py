"""A text in tokens, in parts, ready to become examples: what a source of text remembers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuidl.core.lazy import Array
from tuidl.data.examples import Examples, SharedExamples
from tuidl.data.splitting import ByClass, Splitter
from tuidl.data.text.examples import (
    ByLine,
    ByPosition,
    Cut,
    Windows,
    contexts,
    neighbours,
    padded,
)
from tuidl.data.text.tokenizer import BOUNDARY, UNKNOWN, Tokenizer
from tuidl.data.text.wanted import Wanted

SHOWN = 12
"""Tokens of the vocabulary that a report names."""


@dataclass(frozen=True)
class Corpus:
    """Base of what a text becomes."""

    wanted: Wanted
    tokenizer: Tokenizer
    window: int
    characters: int
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(self.sizes)

    @cached_property
    def sizes(self) -> tuple[int, int, int]:
        """Examples of the training, validation and test parts."""
        parts = self.splitter.parts(*self.wanted.fractions)
        return len(parts[0]), len(parts[1]), len(parts[2])

    @property
    def bytes(self) -> int:
        """Memory of what is remembered."""
        raise NotImplementedError

    @property
    def splitter(self) -> Splitter:
        raise NotImplementedError

    def examples(self) -> Examples:
        raise NotImplementedError

    def report(self) -> list[str]:
        """Lines that say how the text was read."""
        raise NotImplementedError

    def notices(self) -> tuple[str, ...]:
        return self.notes

    def vocabulary_line(self) -> str:
        names = self.tokenizer.names
        listed = " ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
        unknown = "" if self.tokenizer.unknown is None else f", {UNKNOWN} for any other"
        kind = {"bpe": "byte-pair encoding"}.get(self.tokenizer.kind, self.tokenizer.kind)
        what = f"{len(names):,} different, learned on the training part{unknown}"
        return f"tokens: {kind}; {what}: {listed}"


@dataclass(frozen=True)
class Flowing(Corpus):
    """Text that goes on from window to window. ``tokens``: (n,) numbers, as small ones as hold the
    vocabulary."""

    tokens: Array
    cut: Cut

    @property
    def bytes(self) -> int:
        return self.tokens.nbytes + self.characters

    @cached_property
    def windows(self) -> Windows:
        is_last = self.wanted.predict == "last"
        stride = self.wanted.stride or (1 if is_last else self.window)
        return Windows.of(self.cut, self.window + 1, stride, 1 if is_last else self.window)

    @property
    def splitter(self) -> Splitter:
        return ByPosition(self.windows)

    def examples(self) -> Examples:
        x = self.windows.rows(self.tokens, 0, self.window)
        if self.wanted.predict == "last":
            return SharedExamples(x, self.windows.rows(self.tokens, self.window, 1))
        return SharedExamples(x, self.windows.rows(self.tokens, 1, self.window))

    def report(self) -> list[str]:
        train, held, tested = (end - first for first, end in self.cut.ranges)
        counts = self.sizes
        what = "the next token at every place" if self.wanted.predict == "every" else "the next one"
        return [
            f"text: {self.characters:,} characters, {len(self.tokens):,} tokens",
            self.vocabulary_line(),
            f"examples: windows of {self.window:,} tokens; to predict: {what}",
            f"parts by position: training the first {train:,} tokens ({counts[0]:,} windows), then "
            f"validation {held:,} ({counts[1]:,}), test {tested:,} ({counts[2]:,})",
        ]

    def notices(self) -> tuple[str, ...]:
        held = self.tokens[self.cut.validation :]
        unknown = self.tokenizer.unknown
        count = int((held == unknown).sum()) if unknown is not None else 0
        if not count:
            return self.notes
        share = count / len(held)
        note = f"{count:,} held-out tokens ({share:.1%}) are not in the vocabulary: {UNKNOWN}"
        return (*self.notes, note)


@dataclass(frozen=True)
class Neighbours(Flowing):
    """Pairs of words near each other."""

    @cached_property
    def pairs(self) -> tuple[Array, Array, Array]:
        return neighbours(self.cut, self.window)

    @property
    def splitter(self) -> Splitter:
        centres, _, parts = self.pairs
        return ByPosition(Windows(centres, parts, 1))

    def examples(self) -> Examples:
        centres, others, _ = self.pairs
        x, y = (self.tokens[of].astype(np.float32)[:, None] for of in (centres, others))
        return SharedExamples(x, y)

    def report(self) -> list[str]:
        first, vocabulary, _, parts = super().report()
        pairs = f"examples: a word and another at most {self.window} places from it"
        return [first, vocabulary, pairs, parts.replace("windows", "pairs")]


@dataclass(frozen=True)
class Lines(Corpus):
    """Lines that have nothing to do with each other. ``lines``: numbers of each; ``prompts``:
    tokens at the beginning of each that are given, not predicted."""

    lines: list[Array]
    prompts: list[int]

    @property
    def bytes(self) -> int:
        return sum(line.nbytes + 100 for line in self.lines) + self.characters

    @property
    def boundary(self) -> int:
        return self.tokenizer.tokens.index(BOUNDARY)

    @cached_property
    def _contexts(self) -> tuple[Array, Array, Array]:
        return contexts(self.lines, self.window, self.boundary)

    @property
    def splitter(self) -> Splitter:
        lines = line_splitter(self.wanted, len(self.lines))
        if self.wanted.predict == "every":
            return lines
        return ByLine(lines, self._contexts[2])

    def examples(self) -> Examples:
        if self.wanted.predict == "last":
            x, y, _ = self._contexts
            return Examples(x, y[:, None].astype(np.float32))
        rows, weights = padded(self.lines, self.window, self.boundary)
        for weight, prompt in zip(weights, self.prompts, strict=True):
            weight[:prompt] = 0
        return Examples(rows[:, :-1], np.concatenate([rows[:, 1:], weights], axis=1))

    @property
    def cut_off(self) -> int:
        """Lines that do not fit into the window."""
        if self.wanted.predict == "last":
            return 0
        return sum(len(line) >= self.window for line in self.lines)

    def report(self) -> list[str]:
        lengths = [len(line) for line in self.lines]
        train, held, tested = self.sizes
        what = f"padded to {self.window:,} tokens, which do not count"
        if self.wanted.predict == "last":
            what = f"for each token of them, the {self.window:,} before it are the input"
        asked = self.wanted.answer_after
        answers = f"; only what follows {asked!r} is predicted" if asked else ""
        order = "in the order of the file" if self.wanted.is_ordered else "at random, by line"
        return [
            f"text: {self.characters:,} characters, {len(lengths):,} lines of "
            f"{min(lengths):,} to {max(lengths):,} tokens",
            self.vocabulary_line(),
            f"examples: lines between two ↵, {what}{answers}",
            f"parts {order}: {train:,} for training, {held:,} for validation, {tested:,} for test",
        ]

    def notices(self) -> tuple[str, ...]:
        if not self.cut_off:
            return self.notes
        note = f"{self.cut_off:,} of {len(self.lines):,} lines are cut off"
        return (*self.notes, f"{note} after {self.window:,} tokens (data.window)")


def line_splitter(wanted: Wanted, count: int) -> ByClass:
    return ByClass.of(count, None, wanted.seed, wanted.is_ordered)
