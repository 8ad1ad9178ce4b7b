"""What every neuron of a network makes of the plane, at one step."""

from tuidl.protocol.answer import Answer, Matrix, Number, Record, Vector

LEVELS = 127
"""A map's numbers are whole numbers from -LEVELS to LEVELS, one signed byte each."""


class NeuronMap(Record, frozen=True):
    """``levels``: rows of the plane from the top, each number a byte; LEVELS stands for ``most``.

    Values are of the activation, less 1/2 for a sigmoid.
    """

    most: float
    levels: bytes


class NeuronLayer(Record, frozen=True):
    """A layer's ``maps``, a neuron each; its ``kernel`` (inputs, units) and ``bias``."""

    name: str
    activation: str
    maps: tuple[NeuronMap, ...]
    kernel: Matrix
    bias: Vector


class AtPoint(Record, frozen=True):
    """At one point: the ``values`` of each layer's neurons, and the ``shares`` that neurons of
    hidden layers have in the output before its own activation: value times the output's slope by
    it. ``answer``: the output."""

    x: float
    y: float
    values: Matrix
    shares: Matrix
    answer: Number


class Neurons(Answer, frozen=True, tag="neurons"):
    """After ``updates`` steps: maps of ``columns`` by ``rows`` places over the plane, the output's
    of ``wide`` by ``high``; loss and metrics of each part over all its points.

    ``about``: of the preset in force, whose data and network these are.
    """

    updates: int
    about: str
    columns: int
    rows: int
    wide: int
    high: int
    layers: tuple[NeuronLayer, ...]
    output: NeuronMap
    scores: dict[str, dict[str, Number]]
    points: dict[str, int]
    at: AtPoint | None = None
