"""Answers to probes about what an autoencoder gives back, and about its codes."""

from tuidl.protocol.answer import Answer, Matrix, Number, Record, Shape, Vector
from tuidl.protocol.clusters import Clusters
from tuidl.protocol.rating_answers import Recommended


class GivenBack(Record, frozen=True):
    """Example ``number``: what the network sees (``x``, flat), what it gives ``back``, its class
    among the labels, -1 where there is none, and what it adds to the mean loss."""

    number: int
    x: Vector
    back: Vector
    label: int = -1
    loss: Number = None


class Reconstructions(Answer, frozen=True, tag="reconstructions"):
    """Held-out examples of ``shape``, and what comes back. ``loss``: the mean of those looked at,
    ``looked_at`` of ``total``; ``unit`` says what it is in."""

    part: str
    shape: Shape
    labels: tuple[str, ...]
    examples: tuple[GivenBack, ...]
    loss: Number = None
    unit: str = ""
    looked_at: int = 0
    total: int = 0


class MaskedPicture(Record, frozen=True):
    """Example ``number``: what the network sees (``x``, flat), the ``true`` and the ``given`` class
    of each pixel (-1 where it does not count), and ``overlap``, the mean IoU of its classes."""

    number: int
    x: Vector
    true: list[int]
    given: list[int]
    overlap: Number


class Masks(Answer, frozen=True, tag="masks"):
    """Held-out pictures of ``shape`` with a class for each pixel; the first of the ``classes`` is
    the ground. ``overlap``: the mean IoU over the classes, of those looked at, ``looked_at`` of
    ``total``."""

    part: str
    shape: Shape
    classes: tuple[str, ...]
    examples: tuple[MaskedPicture, ...]
    overlap: Number
    looked_at: int
    total: int


class BoxedPicture(Record, frozen=True):
    """Example ``number``: what the network sees (``x``, flat), the ``true`` and the ``given``
    class, their boxes (x and y of the middle, width, height, as shares of the picture), and how far
    these ``overlap`` (IoU)."""

    number: int
    x: Vector
    true: int
    given: int
    true_box: Vector
    box: Vector
    overlap: Number


class Boxes(Answer, frozen=True, tag="boxes"):
    """Held-out pictures of ``shape`` with a class and a box. ``overlap``: the mean IoU of those
    looked at, ``looked_at`` of ``total``; the class of ``wrong`` of them is a mistake."""

    part: str
    shape: Shape
    classes: tuple[str, ...]
    examples: tuple[BoxedPicture, ...]
    overlap: Number
    wrong: int
    looked_at: int
    total: int


class LatentPlane(Answer, frozen=True, tag="latent_plane"):
    """Codes of two numbers: ``points`` (x, y) of held-out examples, the class of each among the
    ``labels`` (empty where there are none), and what the network makes of the code at ``cursor``:
    ``decoded`` (flat), of ``shape``."""

    part: str
    shape: Shape
    labels: tuple[str, ...]
    points: Matrix
    classes: list[int]
    cursor: tuple[float, float]
    decoded: Vector


class DecodedCode(Answer, frozen=True, tag="decoded_code"):
    """What the network makes of the code at ``cursor``: ``decoded`` (flat), of ``shape``."""

    shape: Shape
    cursor: tuple[float, float]
    decoded: Vector


PictureAnswer = Reconstructions | Masks | Boxes | LatentPlane | DecodedCode | Clusters | Recommended
