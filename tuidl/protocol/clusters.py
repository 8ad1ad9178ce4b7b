"""Answers about networks that group examples."""

import msgspec

from tuidl.protocol.answer import Answer, Matrix, Number, Record, Shape, Vector


class ClusterMember(Record, frozen=True):
    """Example ``number`` of a part: its inputs ``x`` (flat), the ``distance`` to its centre, and
    its class among the labels, -1 where there is none."""

    number: int
    x: Vector
    distance: Number
    label: int = -1


class Cluster(Record, frozen=True):
    """``size``: examples whose nearest centre it is, of those looked at. ``label``: the most
    frequent class among them, -1 without any, and ``of_label``: how many are of it. ``nearest``:
    the examples that are nearest to the centre, the nearest first."""

    size: int
    label: int = -1
    of_label: int = 0
    nearest: tuple[ClusterMember, ...] = ()


class Clusters(Answer, frozen=True, tag="clusters"):
    """What examples of ``shape`` are grouped into after ``updates`` steps.

    ``points`` (x, y) of the part's examples and ``centers`` (x, y): as they are, where the layer of
    centres reads two numbers, else along the two principal components of what it reads, which have
    the ``explained`` shares of its variance. ``members``: the cluster of each point, from 0 on;
    ``classes``: its class among the ``labels``; empty where there are none. ``distance``: the mean
    squared distance to the nearest centre; ``ari``, ``nmi``: None where there are no classes.
    """

    updates: int
    part: str
    shape: Shape
    labels: tuple[str, ...]
    points: Matrix
    members: list[int]
    centers: Matrix
    clusters: tuple[Cluster, ...]
    classes: list[int] = msgspec.field(default_factory=list)
    explained: tuple[Number, Number] | None = None
    distance: Number = None
    ari: Number = None
    nmi: Number = None
    looked_at: int = 0
    total: int = 0
