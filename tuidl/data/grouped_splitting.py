"""Splitting by groups: all examples of a patient, a station, a document are in one part."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.splitting import Parts

MOST_ORDERS = 64
"""Orders of the groups that are tried."""
MOST_WORK = 1_000_000
"""Groups, times their classes, that are looked at in all orders together."""


@dataclass(frozen=True)
class ByGroup:
    """Groups of examples that stay together; the parts come as near to their shares as they can.

    ``members``: the examples of each group. ``classes``: of every example, all 0 without classes.
    ``name``: of the column that says so, for errors.
    """

    members: tuple[Array, ...]
    classes: Array
    seed: int
    name: str = ""

    @classmethod
    def of(cls, keys: Array, labels: Array | None, seed: int, name: str = "") -> Self:
        """``keys``: the group of each example; ``labels``: its class, None without classes."""
        _, codes = np.unique(keys, return_inverse=True)
        order = np.argsort(codes, kind="stable")
        members = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
        classes = np.zeros(len(keys), np.int64)
        if labels is not None:
            _, classes = np.unique(labels, return_inverse=True)
        return cls(tuple(members), classes, seed, name)

    def only(self, chosen: Array) -> Self:
        kept = [group[np.isin(group, chosen)] for group in self.members]
        return replace(self, members=tuple(group for group in kept if len(group)))

    def parts(self, validation: float, test: float) -> Parts:
        """Raises DataError where there are fewer groups than parts."""
        tested, left = self._held_out(np.arange(len(self.members)), test, "test")
        validated, kept = self._held_out(left, validation, "validation")
        return self._examples(kept), self._examples(validated), self._examples(tested)

    def folds(self, test: float, k: int) -> list[Parts]:
        """Groups, the largest first, each to the fold that is the smallest so far."""
        tested, left = self._held_out(np.arange(len(self.members)), test, "test")
        if not 2 <= k <= len(left):
            problem = f"{k} folds: {self.name!r} has {len(left)} groups outside of the test part"
            raise DataError(f"{problem}; expected 2 to {len(left)} folds")
        shuffled = self._random(0).permutation(left)
        sizes = self._sizes[shuffled]
        fold_of, filled = np.zeros(len(left), np.int64), np.zeros(k, np.int64)
        for place in np.argsort(-sizes, kind="stable"):
            fold_of[place] = filled.argmin()
            filled[fold_of[place]] += sizes[place]
        test_part = self._examples(tested)
        return [
            (
                self._examples(shuffled[fold_of != fold]),
                self._examples(shuffled[fold_of == fold]),
                test_part,
            )
            for fold in range(k)
        ]

    @cached_property
    def _counts(self) -> Array:
        """(groups, classes) examples."""
        classes = int(self.classes.max(initial=0)) + 1
        counts = [np.bincount(self.classes[group], minlength=classes) for group in self.members]
        return np.array(counts).reshape(len(counts), classes)

    @cached_property
    def _sizes(self) -> Array:
        return np.array([len(group) for group in self.members], np.int64)

    def _examples(self, groups: Array) -> Array:
        found = [self.members[group] for group in groups]
        return np.sort(np.concatenate([np.zeros(0, np.intp), *found]))

    def _random(self, number: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=self.seed + (number << 64)))

    def _held_out(self, groups: Array, share: float, part: str) -> tuple[Array, Array]:
        """The groups of a part, and those that are left; at least one each.

        Of several random orders, in each of which groups are taken while that brings the part
        nearer to its share, the one whose classes are nearest to theirs.
        """
        if share <= 0:
            return groups[:0], groups
        if len(groups) < 2:
            problem = f"data.split: {self.name!r} has too few groups for a {part} part"
            raise DataError(f"{problem}: {len(self.members)} in all")
        wanted = self._counts.sum(axis=0) * share
        orders = max(1, min(MOST_ORDERS, MOST_WORK // self._counts.size))
        tried = (self._taken(self._random(i).permutation(groups), wanted) for i in range(orders))
        taken = min(tried, key=lambda these: float(np.abs(self._of(these) - wanted).sum()))
        return taken, np.setdiff1d(groups, taken)

    def _of(self, groups: Array) -> Array:
        counts: Array = self._counts[groups].sum(axis=0)
        return counts

    def _taken(self, order: Array, wanted: Array) -> Array:
        """From the front of ``order`` what comes nearest to ``wanted`` examples in number."""
        sums = np.cumsum(self._sizes[order])[:-1]
        return order[: 1 + int(np.abs(sums - wanted.sum()).argmin())]
