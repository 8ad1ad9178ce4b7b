"""Which example goes where: indices of the parts, of folds, and of balanced subsets."""

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.shares import held_out

Parts = tuple[Array, Array, Array]
"""Indices of the training, validation and test parts, each ascending."""


class Splitter(Protocol):
    """Deals the examples of a source out to parts."""

    def parts(self, validation: float, test: float) -> Parts:
        """The three parts by the shares that are held out."""
        ...

    def folds(self, test: float, k: int) -> list[Parts]:
        """The parts of each of ``k`` folds; the test part is always the same. Raises DataError."""
        ...

    def only(self, chosen: Array) -> Self:
        """The same for those examples alone."""
        ...


@dataclass(frozen=True)
class ByClass:
    """Every class keeps its shares in every part.

    ``pools``: the examples of each class in the order in which they are dealt out; the last are
    held out. ``in_order``: a single pool whose examples follow each other; folds are blocks of it.
    """

    pools: tuple[Array, ...]
    in_order: bool = False

    @classmethod
    def of(cls, count: int, labels: Array | None, seed: int, in_order: bool = False) -> Self:
        """``labels``: the class of each of the ``count`` examples; one pool without. ``seed``
        decides who is held out, unless examples are ``in_order``."""
        if in_order:
            return cls((np.arange(count),), in_order=True)
        random = np.random.Generator(np.random.Philox(key=seed))
        labels = np.zeros(count) if labels is None else labels
        pools = (np.flatnonzero(labels == label) for label in np.unique(labels))
        return cls(tuple(map(random.permutation, pools)))

    def only(self, chosen: Array) -> Self:
        return replace(self, pools=tuple(pool[np.isin(pool, chosen)] for pool in self.pools))

    def parts(self, validation: float, test: float) -> Parts:
        tested = self._held_out(self._sizes, test)
        validated = self._held_out(self._sizes - tested, validation)
        kept = self._sizes - tested - validated
        cuts = [
            np.split(pool, [keep, keep + held])
            for pool, keep, held in zip(self.pools, kept, validated, strict=True)
        ]
        train, held, test_part = (_ascending([cut[i] for cut in cuts]) for i in range(3))
        return train, held, test_part

    def folds(self, test: float, k: int) -> list[Parts]:
        tested = self._held_out(self._sizes, test)
        kept = self._sizes - tested
        fewest = min(kept.tolist(), default=0)
        if not 2 <= k <= fewest:
            what = "the smallest class has" if len(self.pools) > 1 else "there are"
            raise DataError(f"{k} folds: {what} {fewest} examples; expected 2 to {fewest} folds")
        test_part = _ascending([p[n:] for p, n in zip(self.pools, kept, strict=True)])
        dealt = np.concatenate([p[:n] for p, n in zip(self.pools, kept, strict=True)])
        fold_of = np.arange(len(dealt)) % k
        if self.in_order:
            fold_of = np.sort(fold_of)
        return [
            (np.sort(dealt[fold_of != fold]), np.sort(dealt[fold_of == fold]), test_part)
            for fold in range(k)
        ]

    @property
    def _sizes(self) -> Array:
        return np.array([len(pool) for pool in self.pools], np.int64)

    def _held_out(self, free: Array, share: float) -> Array:
        return held_out(self._sizes, free, share)


def balanced(candidates: Array, labels: Array, count: int, seed: int) -> Array:
    """``count`` of the indices ``candidates``, as many of each class as there are to be had."""
    random = np.random.Generator(np.random.Philox(key=seed))
    shuffled = random.permutation(candidates)
    _, classes = np.unique(labels[shuffled], return_inverse=True)
    by_class = np.argsort(classes, kind="stable")
    starts = np.searchsorted(classes[by_class], classes[by_class])
    place = np.arange(len(by_class)) - starts  # within its class
    first = np.argsort(place, kind="stable")[:count]
    return np.sort(shuffled[by_class[first]])


def _ascending(indices: list[Array]) -> Array:
    return np.sort(np.concatenate([np.zeros(0, np.intp), *indices]))
