"""Answers to probes: frozen records that travel in a ``probe_answer`` event as JSON.

The keys are a contract; keys may be added. ``probe`` says which record it is (see ``answer``).
"""

from tuidl.protocol.answer import Answer as Answer
from tuidl.protocol.answer import Matrix as Matrix
from tuidl.protocol.answer import Number as Number
from tuidl.protocol.answer import Record as Record
from tuidl.protocol.answer import Shape as Shape
from tuidl.protocol.answer import Vector as Vector
from tuidl.protocol.asking import Asked as Asked
from tuidl.protocol.asking import AskForm as AskForm
from tuidl.protocol.chain import Chain as Chain
from tuidl.protocol.generated import AnyGenerated
from tuidl.protocol.generated import Generated as Generated
from tuidl.protocol.generated import GeneratedPictures as GeneratedPictures
from tuidl.protocol.health import Health as Health
from tuidl.protocol.health import LayerHealth as LayerHealth
from tuidl.protocol.neurons import Neurons as Neurons
from tuidl.protocol.picture_answers import PictureAnswer as PictureAnswer
from tuidl.protocol.step_trace import BackwardStep as BackwardStep
from tuidl.protocol.step_trace import ForwardStep as ForwardStep
from tuidl.protocol.step_trace import StepTrace as StepTrace
from tuidl.protocol.step_trace import UpdateStep as UpdateStep
from tuidl.protocol.text_answers import Attention as Attention
from tuidl.protocol.text_answers import EmbeddingMap as EmbeddingMap
from tuidl.protocol.text_answers import Sample as Sample


class Example(Record, frozen=True):
    """Example ``number`` of a part: inputs ``x`` (flat), the ``true`` class, and the ``shares``
    that the network gives to each class; ``text``: what its numbers of tokens say, if they do;
    ``cells``: of a table, what its row has in each of the ``fields``, in their units."""

    number: int
    x: Vector
    true: int
    shares: Vector
    text: str = ""
    cells: tuple[str, ...] = ()


class Predictions(Answer, frozen=True, tag="predictions"):
    """Held-out examples in classes.

    ``asked``: only those of a true and a given class, if any; there are ``matching``. ``wrong`` of
    ``total`` are mistakes. ``confusion``: true classes (rows) by given ones; empty where there are
    too many. ``fields``: the columns of a table that are shown.
    """

    part: str
    asked: tuple[int | None, int | None]
    shape: Shape
    classes: tuple[str, ...]
    matching: int
    wrong: int
    total: int
    confusion: list[list[int]]
    examples: tuple[Example, ...]
    fields: tuple[str, ...] = ()


class PlacesExample(Record, frozen=True):
    """Example ``number``: the ``true`` and the ``given`` class of every place, -1 where it does not
    count."""

    number: int
    true: list[int]
    given: list[int]


class Places(Answer, frozen=True, tag="places"):
    """Held-out examples with a class at each place of ``shape``; ``wrong`` of ``total`` places are
    mistakes."""

    part: str
    shape: Shape
    classes: tuple[str, ...]
    wrong: int
    total: int
    examples: tuple[PlacesExample, ...]


class Curve(Answer, frozen=True, tag="curve"):
    """``points`` (x, y) to learn from, and the network's ``line`` over x.

    ``best_line``: slope and intercept by least squares. ``equation``: those of the network, where
    it is one neuron.
    """

    points: list[list[float]]
    line: Matrix
    best_line: tuple[Number, Number]
    equation: tuple[Number, Number] | None = None


class Plane(Answer, frozen=True, tag="plane"):
    """``points`` (x, y, class), which of them are ``held_out``, and ``shares`` (rows, columns) of
    the last of two classes, or the winning class of more, between the corners ``low`` and
    ``high``."""

    points: list[list[float]]
    held_out: list[bool]
    classes: tuple[str, ...]
    low: tuple[float, float]
    high: tuple[float, float]
    shares: Matrix


class Values(Answer, frozen=True, tag="values"):
    """Numbers of held-out examples: ``predicted`` against ``true``, of one of the ``outputs``, or
    of all (``output`` None) where they are shares."""

    part: str
    true: Vector
    predicted: Vector
    output: int | None = 0
    outputs: int = 1


class Forecast(Answer, frozen=True, tag="forecast"):
    """``true`` values, each ``predicted`` from the ``window`` true ones before, and ``free``: from
    ``start`` on each from the network's own predictions."""

    part: str
    window: int
    start: int
    true: Vector
    predicted: Vector
    free: Vector


class Histogram(Record, frozen=True):
    """``counts`` in bins of equal width from ``low`` to ``high``; numbers ``not_finite`` are not
    counted."""

    counts: list[int]
    low: Number
    high: Number
    mean: Number
    not_finite: int


class LayerState(Record, frozen=True):
    """Mean size of a layer's output (``activation``) and of the ``gradient`` that comes back to
    it, length of its ``weights`` and of their gradient, shares of units ``dead`` and ``saturated``;
    None where there is no such number. ``reached``: whether a gradient comes back to it at all;
    none does where nothing before it learns. ``spread``: of its largest tensor of weights, where
    that was asked for, with the tensor's name in ``spread_of``."""

    name: str
    kind: str
    activation: Number = None
    gradient: Number = None
    weights: Number = None
    weight_gradient: Number = None
    dead: Number = None
    saturated: Number = None
    reached: bool = True
    spread: Histogram | None = None
    spread_of: str = ""


class Layers(Answer, frozen=True, tag="layers"):
    """The state of every layer that computes something, of the first training examples.

    Shares of dead units are of ``examples``, of the ``of`` that there are to train on.
    """

    loss: Number
    layers: tuple[LayerState, ...]
    examples: int = 0
    of: int = 0


class Histograms(Answer, frozen=True, tag="histograms"):
    """How the numbers of a layer are distributed, by what they are."""

    layer: str
    histograms: dict[str, Histogram]


class Filters(Answer, frozen=True, tag="filters"):
    """``filters`` (maps, height, width) of a convolution."""

    layer: str
    filters: list[Matrix]


class FeatureMaps(Answer, frozen=True, tag="feature_maps"):
    """``maps`` (maps, height, width) that a convolution makes of the held-out ``image`` (flat)."""

    layer: str
    part: str
    example: int
    shape: Shape
    image: Vector
    true: Vector
    maps: list[Matrix]


class WeightMap(Record, frozen=True):
    """``values`` (rows, columns) of one gate, or of the whole matrix."""

    name: str
    values: Matrix


class Weights(Answer, frozen=True, tag="weights"):
    """A layer's first matrix of ``shape``, in one map or one for each gate."""

    layer: str
    parameter: str
    shape: Shape
    maps: tuple[WeightMap, ...]


AnyAnswer = (
    Predictions
    | Places
    | Curve
    | Plane
    | Values
    | PictureAnswer
    | Forecast
    | Layers
    | Health
    | Histograms
    | Filters
    | FeatureMaps
    | Weights
    | Neurons
    | StepTrace
    | Chain
    | Sample
    | EmbeddingMap
    | Attention
    | AskForm
    | Asked
    | AnyGenerated
)
