"""The loss on a plane through the weights of a network, as records."""

from typing import Literal

from tuidl.protocol.event import Event
from tuidl.protocol.probes import Matrix, Number, Record, Vector

PlaneKind = Literal["random", "path"]
PLANES: tuple[PlaneKind, ...] = ("random", "path")


class PathPoint(Record, frozen=True):
    """Weights of a run after ``updates`` steps: the nearest place of the plane, the ``distance``
    from it, and their own ``loss`` (not that of the plane there), over the same examples."""

    updates: int
    first: float
    second: float
    distance: float
    loss: Number


class LandscapePath(Record, frozen=True):
    """The weights of a run that are kept, in order."""

    run: str
    points: tuple[PathPoint, ...]


class LandscapeHead(Record, frozen=True):
    """What a landscape is of: the network of ``run`` after ``updates`` steps, which is the centre.

    ``first``, ``second``: coordinates of the columns and rows. ``shares``: of the variance of the
    paths that each direction explains, empty for random ones. Losses of the plane are over
    ``examples`` of a ``part`` that has ``total``. ``centre``: the loss there over the whole part;
    ``logged``: the same as the run logged it, None amid an epoch. ``averages``: whether batch
    normalisation uses moving averages, those of the centre.
    """

    run: str
    updates: int
    epoch: int
    step: int
    plane: PlaneKind
    seed: int
    shares: tuple[float, ...]
    first: Vector
    second: Vector
    part: str
    examples: int
    total: int
    centre: Number
    logged: Number
    averages: bool
    paths: tuple[LandscapePath, ...]


class Landscape(Record, frozen=True):
    """``losses``: a row for each of the head's ``second``; null where they are not finite."""

    head: LandscapeHead
    losses: Matrix


class LandscapeBegun(Event, frozen=True, tag="landscape_begun"):
    """A landscape that is being computed; ``number`` is that of the command."""

    number: int
    head: LandscapeHead


class LandscapePart(Event, frozen=True, tag="landscape_part"):
    """More of its losses, at places (row, column)."""

    number: int
    places: list[tuple[int, int]]
    losses: Vector
    is_whole: bool = False
