"""Targets that are means of the nearest training examples: what is alike gets the same target.

Such an autoencoder (Wang et al., "Generalized Autoencoder", 2014) gives back what an example has in
common with its neighbours, and codes of examples that are alike come to lie together.
"""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tuidl.core.config import Config
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 20_000
"""Training examples, each of which is compared with each."""
AT_ONCE = 1 << 23
"""Distances that are worked out together."""


class Neighbors(Config, frozen=True):
    """A target is the mean of the ``count`` training examples that are nearest to the input, by
    squared distance; of a training example it is one itself. With more ``rounds`` the mean of their
    targets of the round before.
    """

    count: Annotated[int, Meta(ge=1, le=1000)] = 10
    rounds: Annotated[int, Meta(ge=1, le=100)] = 1


class Neighborhood:
    """The training examples ``x`` (n, numbers), and what they become after all rounds but the last.

    Raises DataError where there are too few of them, or too many.
    """

    def __init__(self, x: Array, settings: Neighbors) -> None:
        if not settings.count <= len(x) <= MOST:
            problem = f"expected {settings.count:,} to {MOST:,} training examples, got {len(x):,}"
            raise DataError(f"data.neighbors: {problem}")
        self._x, self._count = x, settings.count
        self._smooth = x
        if settings.rounds > 1:
            places = self._nearest(x)
            for _ in range(settings.rounds - 1):
                self._smooth = self._means(places)

    def targets(self, x: Array) -> Array:
        """(n, numbers), float32: the targets of these inputs."""
        return self._means(self._nearest(x))

    def _means(self, places: Array) -> Array:
        import numpy as np

        made = np.empty((len(places), self._x.shape[1]), np.float32)
        for i, own in enumerate(places):
            made[i] = self._smooth[own].mean(axis=0, dtype=np.float64)
        return made

    def _nearest(self, x: Array) -> Array:
        """(n, count): places of the nearest training examples, in their order."""
        import numpy as np

        known = self._x.astype(np.float64)
        squares = (known**2).sum(axis=1)
        found = np.empty((len(x), self._count), np.int64)
        for rows in _blocks(len(x), len(known)):
            away = squares - 2 * (x[rows].astype(np.float64) @ known.T)
            chosen = np.argpartition(away, self._count - 1, axis=1)[:, : self._count]
            found[rows] = np.sort(chosen, axis=1)
        return found


def _blocks(rows: int, width: int) -> "Iterator[slice]":
    size = max(AT_ONCE // max(width, 1), 1)
    return (slice(start, start + size) for start in range(0, rows, size))
