"""Answers about clusters, small and made up."""

from tests.tui.picture_answers import DIGITS, given_back
from tuidl.protocol.clusters import Cluster, ClusterMember, Clusters

CENTERS = [[0.0, 0.0], [4.0, 0.0], [2.0, 3.0]]


def clusters(
    *,
    shape: tuple[int, ...] = (2,),
    labels: tuple[str, ...] = DIGITS,
    explained: tuple[float, float] | None = None,
    updates: int = 120,
    broken: bool = False,
) -> Clusters:
    """Three clusters of which the last is empty; one of the points is unknown if ``broken``."""
    x = given_back(shape).examples[0].x
    member = ClusterMember(number=4, x=x, distance=0.25, label=3 if labels else -1)
    points: list[list[float | None]] = [[0.1 * i, 0.05 * i] for i in range(40)]
    if broken:
        points[3] = [None, 1.0]
    return Clusters(
        updates=updates,
        part="validation",
        shape=shape,
        labels=labels,
        points=points,
        members=[i % 2 for i in range(40)],
        centers=[[x + updates / 1000, y] for x, y in CENTERS],
        clusters=(
            Cluster(size=20, label=3 if labels else -1, of_label=15, nearest=(member,) * 8),
            Cluster(size=20, label=0 if labels else -1, of_label=20, nearest=(member,) * 2),
            Cluster(size=0),
        ),
        classes=[i % 3 for i in range(40)] if labels else [],
        explained=explained,
        distance=2.5,
        ari=0.75 if labels else None,
        nmi=0.5 if labels else None,
        looked_at=40,
        total=359,
    )
