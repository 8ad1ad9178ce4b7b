"""Which example goes where: indices of the parts, of folds, and of balanced subsets."""

from typing import Any

import numpy as np

from tuidl.core.errors import DataError

Array = np.ndarray[Any, np.dtype[Any]]


def groups(count: int, labels: Array | None, seed: int, in_time: bool) -> list[Array]:
    """The examples of each class in an order that ``seed`` decides; one group without classes.

    Examples that follow each other in time stay in their order.
    """
    if in_time:
        return [np.arange(count)]
    random = np.random.Generator(np.random.Philox(key=seed))
    labels = np.zeros(count) if labels is None else labels
    return [random.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]


def parted(groups: list[Array], validation: float, test: float) -> tuple[Array, Array, Array]:
    """Train, validation and test, each in the examples' order; every group keeps its fractions."""
    parts: list[list[Array]] = [[], [], []]
    for group in groups:
        held = round(len(group) * test)
        kept = len(group) - held - round(len(group) * validation)
        for part, index in zip(parts, np.split(group, [kept, len(group) - held]), strict=True):
            part.append(index)
    train, held_out, tested = (_in_order(part) for part in parts)
    return train, held_out, tested


def folds(
    groups: list[Array], test: float, k: int, in_time: bool
) -> list[tuple[Array, Array, Array]]:
    """Train, validation and test of each of ``k`` folds; the test part is always the same.

    Folds of examples in time are blocks. Raises DataError where a group has fewer than ``k``.
    """
    learning = [group[: len(group) - round(len(group) * test)] for group in groups]
    fewest = min(map(len, learning), default=0)
    if not 2 <= k <= fewest:
        what = "the smallest class has" if len(groups) > 1 else "there are"
        raise DataError(f"{k} folds: {what} {fewest} examples; expected 2 to {fewest} folds")
    tested = _in_order([group[len(kept) :] for group, kept in zip(groups, learning, strict=True)])
    dealt = np.concatenate(learning)
    fold_of = np.arange(len(dealt)) % k
    if in_time:
        fold_of = np.sort(fold_of)
    return [
        (np.sort(dealt[fold_of != fold]), np.sort(dealt[fold_of == fold]), tested)
        for fold in range(k)
    ]


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


def _in_order(indices: list[Array]) -> Array:
    return np.sort(np.concatenate([np.zeros(0, np.intp), *indices]))
