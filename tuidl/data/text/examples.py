"""From numbers of tokens to inputs, targets, and which of them belong together."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.splitting import Parts, Splitter

PARTS = ("training", "validation", "test")
AT_ONCE = 1 << 20
"""Tokens that are turned into inputs at a time."""


@dataclass(frozen=True)
class Cut:
    """The text's tokens by position: training first, then ``validation`` and ``test``, which begin
    there; it ends at ``end``."""

    validation: int
    test: int
    end: int

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        return (0, self.validation), (self.validation, self.test), (self.test, self.end)


@dataclass(frozen=True)
class Windows:
    """Where each example begins in the text's tokens, and which part it is of. No window reaches
    from one part into another. ``length``: tokens that an example takes, the target's among them.
    """

    starts: Array
    parts: Array
    length: int

    @classmethod
    def of(cls, cut: Cut, length: int, stride: int, held_stride: int) -> Self:
        """``stride``: tokens from one window to the next in the training part; ``held_stride``: in
        the others. Raises DataError where none fits into a part that is not empty."""
        starts, parts = [], []
        for place, (first, end) in enumerate(cut.ranges):
            found = np.arange(first, end - length + 1, held_stride if place else stride)
            if end > first and not len(found):
                left = "1 token is" if end - first == 1 else f"{end - first:,} tokens are"
                problem = f"{left} left, fewer than a window and its targets"
                raise DataError(
                    f"data.window: the {PARTS[place]} part is too short: {problem} ({length:,})"
                )
            starts.append(found)
            parts.append(np.full(len(found), place))
        return cls(np.concatenate(starts), np.concatenate(parts), length)

    def rows(self, tokens: Array, first: int, count: int) -> Array:
        """(windows, count) tokens from place ``first`` of each window on, float32."""
        views = np.lib.stride_tricks.sliding_window_view(tokens, count)
        found, at_once = np.empty((len(self.starts), count), np.float32), max(AT_ONCE // count, 1)
        for start in range(0, len(found), at_once):
            part = slice(start, start + at_once)
            found[part] = views[self.starts[part] + first]
        return found


@dataclass(frozen=True)
class ByPosition:
    """The end of the text is held out; folds are blocks of what lies before the test part."""

    windows: Windows
    chosen: Array | None = None

    def only(self, chosen: Array) -> Self:
        return replace(self, chosen=chosen)

    def parts(self, validation: float, test: float) -> Parts:
        train, held, tested = (self._among(self.windows.parts == place) for place in range(3))
        return train, held, tested

    def folds(self, test: float, k: int) -> list[Parts]:
        """Windows that reach into the fold that is held out are left out of training."""
        tested = self._among(self.windows.parts == 2)
        rest = self._among(self.windows.parts < 2)
        if not 2 <= k <= len(rest):
            raise DataError(f"{k} folds: there are {len(rest)} windows of text to part")
        starts, length = self.windows.starts, self.windows.length
        found = []
        for block in np.array_split(rest, k):
            low, high = starts[block[0]], starts[block[-1]] + length
            apart = (starts[rest] + length <= low) | (starts[rest] >= high)
            found.append((rest[apart], block, tested))
        return found

    def _among(self, wanted: Array) -> Array:
        found = np.flatnonzero(wanted)
        return found if self.chosen is None else found[np.isin(found, self.chosen)]


@dataclass(frozen=True)
class ByLine:
    """Whole lines are dealt out by another splitter; ``line_of`` (examples,): of which each is."""

    lines: Splitter
    line_of: Array

    def only(self, chosen: Array) -> Self:
        return replace(self, lines=self.lines.only(np.unique(self.line_of[chosen])))

    def parts(self, validation: float, test: float) -> Parts:
        return self._of(self.lines.parts(validation, test))

    def folds(self, test: float, k: int) -> list[Parts]:
        return [self._of(parts) for parts in self.lines.folds(test, k)]

    def _of(self, parts: Parts) -> Parts:
        train, held, tested = (np.flatnonzero(np.isin(self.line_of, part)) for part in parts)
        return train, held, tested


def padded(lines: list[Array], window: int, boundary: int) -> tuple[Array, Array]:
    """Each line between two ``boundary`` tokens, filled up with them: (lines, window + 1) numbers,
    and (lines, window) weights of the next tokens, 1 up to the one that ends the line. Of longer
    lines the first ``window`` tokens are kept."""
    rows = np.full((len(lines), window + 1), boundary, np.float32)
    weights = np.zeros((len(lines), window), np.float32)
    for row, weight, line in zip(rows, weights, lines, strict=True):
        kept = line[:window]
        row[1 : 1 + len(kept)] = kept
        weight[: len(kept) + 1] = 1
    return rows, weights


def contexts(lines: list[Array], window: int, boundary: int) -> tuple[Array, Array, Array]:
    """For each token of each line, the one that ends it among them, the ``window`` before it:
    (examples, window), (examples,) tokens, and (examples,) the line of each."""
    long = [np.concatenate([np.full(window, boundary), line, [boundary]]) for line in lines]
    x = [np.lib.stride_tricks.sliding_window_view(line[:-1], window) for line in long]
    sizes = [len(line) + 1 for line in lines]
    y = np.concatenate([line[window:] for line in long])
    return np.concatenate(x).astype(np.float32), y, np.repeat(np.arange(len(lines)), sizes)


def neighbours(cut: Cut, reach: int) -> tuple[Array, Array, Array]:
    """Places of words, of others at most ``reach`` places from them in the same part, and the part:
    skip-gram's pairs."""
    centres, others, parts = [], [], []
    for part, (first, end) in enumerate(cut.ranges):
        for distance in range(1, min(reach, end - first - 1) + 1):
            left = np.arange(first, end - distance)
            for pair in ((left, left + distance), (left + distance, left)):
                centres.append(pair[0])
                others.append(pair[1])
                parts.append(np.full(len(left), part))
    if not centres:
        raise DataError("data.window: no two words side by side in a part of the text")
    order = np.argsort(np.concatenate(centres), kind="stable")
    found = (np.concatenate(values)[order] for values in (centres, others, parts))
    first_, second, part_of = found
    return first_, second, part_of
