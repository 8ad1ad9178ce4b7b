"""Examples grouped by the nearest of several centres, without being told any class."""

from collections.abc import Sequence
from typing import ClassVar

from tuidl.core.lazy import Array
from tuidl.tasks.base import Column, Fields, JudgedAs, Picture, Record, Task

CLUSTERS = Picture(
    "clusters",
    "clusters and their centres",
    "clusters, their centres, and what lies nearest to each",
    {"count": 400, "nearest": 0},
    {"count": 800, "nearest": 8},
)


class Clustering(Task):
    """Outputs are squared distances (n, centres). ``spec.labels``: the classes that examples are
    known to have, by which clusters are judged and never learned."""

    has_units: ClassVar[bool] = False
    judged_as: ClassVar[JudgedAs] = "clusters"

    @property
    def probes(self) -> tuple[str, ...]:
        return ("clusters",)

    @property
    def picture(self) -> Picture:
        return CLUSTERS

    def chosen(self, decoded: Array) -> Array:
        """The cluster of each example (n,), counted from 0."""
        nearest: Array = decoded.argmin(axis=1)
        return nearest

    def shown(self, decoded: Array) -> Array:
        """Distances, of which the network answers with the squares."""
        import numpy as np

        distances: Array = np.sqrt(np.maximum(decoded, 0))
        return distances

    def names_of(self, decoded: Array) -> list[str]:
        return [f"distance_{number}" for number in range(1, decoded.shape[1] + 1)]

    def records(self, names: Sequence[str], decoded: Array) -> list[Record]:
        """``cluster`` is counted from 1, ``distance`` that to its centre; ``distances`` to all."""
        found = zip(names, *self._found(decoded), self.shown(decoded).tolist(), strict=True)
        return [
            {"example": name, "cluster": cluster, "distance": distance, "distances": distances}
            for name, cluster, distance, distances in found
        ]

    def columns(self, decoded: Array) -> tuple[list[Column], tuple[int, ...]]:
        clusters, distances = self._found(decoded)
        texts = [f"{distance:.4g}" for distance in distances]
        return [("cluster", [str(cluster) for cluster in clusters]), ("distance", texts)], ()

    def fields(self, decoded: Array) -> Fields:
        clusters, distances = self._found(decoded)
        return {"cluster": clusters, "distance": distances}

    def _found(self, decoded: Array) -> tuple[list[int], list[float]]:
        """The number of each example's cluster from 1 on, and the distance to its centre."""
        clusters = (self.chosen(decoded) + 1).tolist()
        return clusters, self.shown(decoded).min(axis=1).tolist()
