"""The questions that other rooms ask about what a network's outputs mean, and usual answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from tuidl.core.lazy import Array
from tuidl.data.spec import ExampleSpec
from tuidl.nn.losses import Loss
from tuidl.nn.losses.classification import Classification
from tuidl.nn.metrics import METRICS, Metric, classes_of
from tuidl.tasks.decoding import Answer, close, decode

if TYPE_CHECKING:
    import numpy as np

Record = dict[str, Any]
"""A prediction for one example as plain values, ready for JSON."""
Column = tuple[str, Sequence[str]]
"""A heading, and a text for each example."""
Fields = dict[str, Sequence[Any]]
"""A value for each example by the name of the column in a file."""

JudgedAs = Literal[
    "classes", "labels", "places", "masks", "boxes", "shares", "numbers", "clusters", "nothing"
]
"""One of several classes, yes-or-no labels, a class at each of several places, masks of pictures,
boxes with a class, shares of classes, numbers, clusters, or nothing where there is no target."""

LEAST_SHARE = 1e-300
"""A share below this counts as this, where its logarithm is taken."""
MOST = 3
"""Numbers of a target in a caption, at most."""


@dataclass(frozen=True)
class Picture:
    """How the screen shows a task: the ``probe`` and its ``options``, ``fine`` for a large picture,
    and the titles of the small and the large one. ``otherwise``: what the probe may answer as."""

    probe: str
    title: str
    large_title: str
    options: Mapping[str, Any] = field(default_factory=dict)
    fine: Mapping[str, Any] = field(default_factory=dict)
    otherwise: "Picture | None" = None

    def of(self, kind: str) -> "Picture":
        """The picture of an answer of this kind."""
        return self if kind == self.probe or self.otherwise is None else self.otherwise


AGAINST_TRUE = "held out: predicted against true"
VALUES = Picture("values", AGAINST_TRUE, AGAINST_TRUE)


@dataclass(frozen=True)
class Task:
    """What outputs mean for examples of ``spec``, trained with ``loss``.

    This base is the protocol; a task overrides what it answers differently. Arrays of outputs and
    targets have one example a row: (n, *answer shape), (n, target width). ``start``: where the
    targets begin in the rows of a source with several; ``mask``: where the weights of the answers
    do, if only some count.
    """

    spec: ExampleSpec
    loss: Loss
    start: int = 0
    mask: int | None = None

    has_labels: ClassVar[bool] = False
    """Whether a target is the number of one class, by which examples can be counted and
    coloured."""
    is_one_unit: ClassVar[bool] = False
    """Whether all outputs of an example can be shown on one axis."""

    has_units: ClassVar[bool] = True
    """Whether outputs are scaled as the targets are, where these are scaled."""

    judged_as: ClassVar[JudgedAs] = "numbers"
    """By which scores ``tuidl evaluate`` judges answers."""

    # what is learned

    @property
    def is_whole(self) -> bool:
        """Whether an example with several places is right only where all of them are."""
        return False

    @property
    def of_classes(self) -> bool:
        """Whether metrics of classes fit, rather than those of numbers."""
        return self.loss.classifies(self.spec)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes or labels; empty for numbers."""
        return ()

    def metric_problem(self, metric: Metric) -> str:
        """Why a metric does not fit; empty where it does."""
        if not self._measures(metric):
            kind = "classes" if self.of_classes else "numbers"
            fitting = [m.name for m in METRICS.values() if self._measures(m)]
            problem = f"{metric.name!r} does not fit targets that are {kind}"
            return f"{problem} (fitting: {', '.join(fitting)})"
        if (count := classes_of(self.spec)) < metric.fewest_classes:
            return f"{metric.name!r} says nothing for {count} classes"
        return ""

    def _measures(self, metric: Metric) -> bool:
        """Whether a metric is of such targets."""
        return metric.of_classes == self.of_classes and metric.fits(self.spec)

    def target_problem(self, targets: Array) -> str:
        """What is wrong with targets that a user hands over; empty if nothing is."""
        return ""

    def random_targets(self, random: "np.random.Generator", count: int) -> Array:
        """Targets to measure the speed with."""
        return random.normal(size=(count, self.spec.target_width))

    def targets(self, rows: Array) -> Array:
        """Its own of the targets (n, columns) that a source has."""
        return rows[:, self.start : self.start + self.spec.target_width]

    def counts(self, rows: Array) -> Array | None:
        """Which answers of each example count (n, answers); None where all do."""
        if self.mask is None:
            return None
        counting: Array = rows[:, self.mask : self.mask + self.spec.rows] > 0
        return counting

    # what is predicted

    def chosen(self, decoded: Array) -> Array | None:
        """The class that each example is put into (n,), where it is put into exactly one."""
        return None

    @property
    def closing(self) -> str:
        """The activation that belongs to the loss: it makes the last layer's outputs answers."""
        return self.loss.closing_activation if isinstance(self.loss, Classification) else "linear"

    def answer(self, is_closed: bool) -> Answer:
        """What outputs are. ``is_closed``: the network ends in the closing activation."""
        return "numbers"

    def decode(self, outputs: Array, is_closed: bool) -> Array:
        """What the model predicts, as shares of classes or labels, or as numbers."""
        return decode(self.answer(is_closed), outputs)

    def close(self, outputs: Array) -> Array:
        """The last layer's outputs in training, as what the model would predict."""
        return close(self.closing, outputs)

    @property
    def is_smoothed(self) -> bool:
        """Whether the loss spreads part of each target over all classes."""
        return bool(getattr(self.loss, "label_smoothing", 0.0))

    def losses(self, predicted: Array, targets: Array) -> Array | None:
        """What each example adds to the mean (n,), of closed outputs; None where this is not
        known, or takes more than a line to explain."""
        return None

    # how it is shown

    @property
    def probes(self) -> tuple[str, ...]:
        """The probes that can say something of it."""
        return ("values",)

    @property
    def picture(self) -> Picture:
        """What the training screen shows."""
        return VALUES

    def labels(self, targets: Array) -> Array | None:
        """The class of each example (n,), where it has exactly one."""
        return None

    def caption(self, target: Sequence[float]) -> str:
        """A target under a picture of its input."""
        return " ".join(f"{value:.3g}" for value in target[:MOST])

    def records(self, names: Sequence[str], decoded: Array) -> list[Record]:
        """The predictions for examples of these names; ``decoded``: (n, *answer shape)."""
        pairs = zip(names, decoded.tolist(), strict=True)
        return [{"example": name, "values": values} for name, values in pairs]

    def columns(self, decoded: Array) -> tuple[list[Column], tuple[int, ...]]:
        """The predictions as columns of texts, and which of these are aligned left."""
        return [
            (name, [f"{value:.6g}" for value in values])
            for name, values in self.fields(decoded).items()
        ], ()

    def shown(self, decoded: Array) -> Array:
        """The answers as people read them, in the same places."""
        return decoded

    def names_of(self, decoded: Array) -> list[str]:
        """What each number of an answer in a row is called."""
        width = decoded.shape[1]
        names = list(self.fields(decoded[:1]))
        if len(names) != width:
            return [f"prediction_{place}" for place in range(1, width + 1)]
        return names

    def fields(self, decoded: Array) -> Fields:
        """The predictions as columns of a file: one for each number."""
        rows = decoded.reshape(len(decoded), -1)
        if rows.shape[1] == 1:
            return {"prediction": rows[:, 0].tolist()}
        return {f"prediction_{i}": column.tolist() for i, column in enumerate(rows.T, 1)}


def share_fields(names: Sequence[str], shares: Array) -> Fields:
    """A column for each of the names; ``shares``: (n, names)."""
    columns = zip(names, shares.T, strict=True)
    return {f"probability_{name}": column.tolist() for name, column in columns}
