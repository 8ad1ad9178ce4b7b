"""Random numbers by counter: the value depends on its key alone, not on who asks, or when.

SplitMix64 (Steele, Lea and Flood, 2014) over a key made of the seed and a counter: the same
numbers on every thread, backend and version of NumPy.
"""

from typing import Any

import numpy as np

GOLDEN = 0x9E3779B97F4A7C15
MASK = 0xFFFFFFFFFFFFFFFF


def mixed(values: Any) -> Any:
    """SplitMix64's finishing steps over uint64 ``values``: neighbours become unlike."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))


def balanced_order(labels: Any, seed: int, epoch: int) -> Any:
    """A random order (int64) with as many examples of every class that ``labels`` (examples,) has,
    give or take one; as long as ``labels``.

    Each class is dealt out whole, in another random order each time, as often as is needed. Where
    classes do not divide the examples, those that get one more take turns by the epoch.
    """
    classes, counts = np.unique(labels, return_counts=True)
    k, total = len(classes), len(labels)
    turns = (np.arange(k) - epoch * (total % k)) % k
    wanted = total // k + (turns < total % k)
    drawn = [
        np.flatnonzero(labels == label)[_dealt(int(own), int(count), (seed, epoch, place, k))]
        for place, (label, own, count) in enumerate(zip(classes, counts, wanted, strict=True))
    ]
    order = np.concatenate(drawn)
    return order[permutation(total, seed, epoch)]


def _dealt(own: int, count: int, key: tuple[int, int, int, int]) -> Any:
    """``count`` places of ``own`` ones: every one as often as every other, give or take one."""
    seed, epoch, place, k = key
    rounds = -(-count // own)
    first = (epoch * k + place) << 32  # a counter of its own for each deal of each class
    deals = [permutation(own, seed, first + deal + 1) for deal in range(rounds)]
    return np.concatenate(deals)[:count]


def permutation(count: int, seed: int, epoch: int) -> Any:
    """A random order of ``count`` examples (int64), keyed by the seed and the epoch.

    The examples are sorted by a random 64-bit key each; equal keys keep their order.
    """
    key = np.uint64(((seed * GOLDEN) ^ ((epoch + 1) * 0xD1B54A32D192ED03)) & MASK)
    counters = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GOLDEN)
    with np.errstate(over="ignore"):
        keys = mixed(counters + mixed(np.array([key])))
    return np.argsort(keys, kind="stable").astype(np.int64)
