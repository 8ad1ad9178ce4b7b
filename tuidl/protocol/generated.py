"""Answers about networks that make examples of random numbers."""

from tuidl.protocol.answer import Answer, Matrix, Number


class Generated(Answer, frozen=True, tag="generated"):
    """Points that a generator makes, after ``updates`` steps.

    ``real`` and ``made``: points (x, y). ``lattice``: lines of an even grid of the first two
    latent numbers, each a list of the points that they become. ``critic``: the network that tells
    real from generated ones, empty without one; ``shares`` (rows, columns, the lowest y first):
    what it says between the corners ``low`` and ``high``; ``arrows`` (x, y, dx, dy): where the
    generator's loss pulls the first points of ``made``, the longest of length 1. ``distance``:
    sliced Wasserstein of ``of`` generated points to those of ``part``; ``covered`` of ``clouds``.
    """

    updates: int
    part: str
    real: Matrix
    made: Matrix
    low: tuple[float, float]
    high: tuple[float, float]
    shares: Matrix
    arrows: Matrix
    lattice: tuple[Matrix, ...] = ()
    critic: str = ""
    distance: Number = None
    of: int = 0
    covered: int | None = None
    clouds: int = 0


class Diffused(Answer, frozen=True, tag="diffused"):
    """The steps back from noise to points, after ``updates`` steps of training.

    ``real``: points (x, y) of ``part``. ``times``: numbers of steps, from the last of ``steps`` to
    0; for each of these ``frames`` has the points as they are then, ``left`` the part of the
    variance that is the point's, and ``arrows`` (x, y, dx, dy) against the noise that the network
    sees at places between the corners ``low`` and ``high``, the longest of length 1; none at 0.
    """

    updates: int
    part: str
    steps: int
    real: Matrix
    times: tuple[int, ...]
    frames: tuple[Matrix, ...]
    left: tuple[float, ...]
    arrows: tuple[Matrix, ...]
    low: tuple[float, float]
    high: tuple[float, float]


class GeneratedPictures(Answer, frozen=True, tag="generated_pictures"):
    """``made`` (pictures, flat) of ``shape`` that a generator makes after ``updates`` steps, and
    ``real`` ones of ``part``; ``distance``: as in ``Generated``."""

    updates: int
    part: str
    shape: tuple[int, ...]
    made: Matrix
    real: Matrix
    distance: Number = None
    of: int = 0


AnyGenerated = Diffused | Generated | GeneratedPictures
