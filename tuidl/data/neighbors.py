"""Targets that are means of the nearest training examples: what is alike gets the same target.

Such an autoencoder (Wang et al., "Generalized Autoencoder", 2014) gives back what an example has in
common with its neighbours, and codes of examples that are alike come to lie together.
"""

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tuidl.core.config import Config
from tuidl.core.errors import DataError, PresetError
from tuidl.core.lazy import Array
from tuidl.data.augmentation import PICTURE
from tuidl.data.spec import ExampleSpec

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

    ``weights``: all the ``same``, or as many as nearest examples are ``shared`` by the example and
    its neighbour (Jarvis and Patrick, 1973): less of one that lies between two groups. ``shift``:
    of pictures, the distance is the least where one is moved by up to so many pixels along both
    axes, with the border's pixels repeated.
    """

    count: Annotated[int, Meta(ge=1, le=1000)] = 10
    rounds: Annotated[int, Meta(ge=1, le=100)] = 1
    weights: Literal["same", "shared"] = "same"
    shift: Annotated[int, Meta(ge=0, le=8)] = 0

    @property
    def needs_all(self) -> bool:
        """Whether the neighbours of each training example are asked for."""
        return self.rounds > 1 or self.weights == "shared"

    def check(self, spec: ExampleSpec) -> None:
        """Raises PresetError where inputs of ``spec`` have no places to be moved to."""
        if self.shift and len(spec.shape) != PICTURE:
            shape = " x ".join(map(str, spec.shape))
            problem = "is for pictures (height x width x channels), the inputs are"
            raise PresetError("data.neighbors.shift", f"{problem} {shape}")


class Neighborhood:
    """The training examples ``x`` (n, numbers), and what they become after all rounds but the last.

    ``shape`` is that of an example, of which ``shift`` needs places. Raises DataError where there
    are too few of them, or too many.
    """

    def __init__(self, x: Array, settings: Neighbors, shape: tuple[int, ...] = ()) -> None:
        if not settings.count <= len(x) <= MOST:
            problem = f"expected {settings.count:,} to {MOST:,} training examples, got {len(x):,}"
            raise DataError(f"data.neighbors: {problem}")
        self._x, self._settings, self._shape = x, settings, shape
        self._smooth = x
        self._places = self._nearest(x) if settings.needs_all else None
        if self._places is not None:
            weights = self._weights(self._places)
            for _ in range(settings.rounds - 1):
                self._smooth = self._means(self._places, weights)

    def targets(self, x: Array) -> Array:
        """(n, numbers), float32: the targets of these inputs."""
        places = self._nearest(x)
        return self._means(places, self._weights(places))

    def _means(self, places: Array, weights: Array) -> Array:
        """Added one neighbour after the other, in float64."""
        import numpy as np

        made = np.empty((len(places), self._x.shape[1]), np.float32)
        for rows in _blocks(len(places), self._x.shape[1]):
            sums = np.zeros(made[rows].shape)
            for own, weight in zip(places[rows].T, weights[rows].T, strict=True):
                sums += weight[:, None] * self._smooth[own]
            made[rows] = sums / weights[rows].sum(axis=1, keepdims=True)
        return made

    def _weights(self, places: Array) -> Array:
        """(n, count), float64: of each neighbour the weight."""
        import numpy as np

        weights = np.ones(places.shape)
        if self._settings.weights == "shared" and self._places is not None:
            own = np.zeros(len(self._x), bool)
            for number, nearest in enumerate(places):
                own[nearest] = True
                weights[number] = own[self._places[nearest]].sum(axis=1)
                own[nearest] = False
            np.maximum(weights, 1, out=weights)  # one of many twins may not be its own nearest
        return weights

    def _nearest(self, x: Array) -> Array:
        """(n, count): places of the nearest training examples, in their order."""
        import numpy as np

        known, count = self._x.astype(np.float64), self._settings.count
        squares = (known**2).sum(axis=1)
        found = np.empty((len(x), count), np.int64)
        for rows in _blocks(len(x), max(known.shape)):
            away = np.full((len(x[rows]), len(known)), np.inf)
            for moved in self._moved(x[rows].astype(np.float64)):
                own = (moved**2).sum(axis=1)[:, None] if self._settings.shift else 0
                np.minimum(away, own + squares - 2 * (moved @ known.T), out=away)
            chosen = np.argpartition(away, count - 1, axis=1)[:, :count]
            found[rows] = np.sort(chosen, axis=1)
        return found

    def _moved(self, x: Array) -> "Iterator[Array]":
        """Rows of ``x`` as they are, or as pictures at all places that ``shift`` allows."""
        import numpy as np

        if not (shift := self._settings.shift):
            yield x
            return
        rows, columns, channels = self._shape
        border = ((0, 0), (shift, shift), (shift, shift), (0, 0))
        wide = np.pad(x.reshape(-1, rows, columns, channels), border, mode="edge")
        for down, right in product(range(2 * shift + 1), repeat=2):
            moved = wide[:, down : down + rows, right : right + columns]
            yield moved.reshape(-1, prod(self._shape))


def _blocks(rows: int, width: int) -> "Iterator[slice]":
    size = max(AT_ONCE // max(width, 1), 1)
    return (slice(start, start + size) for start in range(0, rows, size))
