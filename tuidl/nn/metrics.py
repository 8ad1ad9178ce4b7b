"""What is reported beside the loss: sums made by kernels, turned into one number at the end."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tuidl.data.spec import ExampleSpec
from tuidl.ir.buffers import Buffer, Region, View, by_example
from tuidl.ir.instructions import Instruction, InstructionBuilder, Options, Phase

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

MetricName = Literal[
    "accuracy",
    "pixel_accuracy",
    "top_2_accuracy",
    "top_3_accuracy",
    "top_5_accuracy",
    "precision",
    "recall",
    "f1",
    "mean_iou",
    "confusion_matrix",
    "mae",
    "rmse",
    "r2",
    "box_iou",
]


@dataclass(frozen=True)
class Accumulator:
    """Sums over the examples that a kernel makes; several metrics may be read from one.

    ``width``: how many sums there are for so many classes (or outputs). ``decides``: whether the
    kernel must be told from which score on one alone stands for the second of two classes.
    ``weighted``: the kernel of numbers where a mask weighs the answers.
    """

    kernel: str
    of_classes: bool
    width: Callable[[int], int] = lambda classes: 1
    decides: bool = False
    weighted: str = ""
    options: Options = field(default_factory=dict)


TALLIES: dict[str, Accumulator] = {
    "correct": Accumulator("count_correct", of_classes=True, decides=True),
    **{
        f"top_{k}": Accumulator("count_in_top", of_classes=True, options={"k": k})
        for k in (2, 3, 5)
    },
    "confusion": Accumulator("count_confusions", True, lambda classes: classes**2, decides=True),
    **{
        f"{size}_error": Accumulator(
            f"sum_{size}_error",
            False,
            lambda outputs: outputs,
            weighted=f"sum_weighted_{size}_error",
        )
        for size in ("absolute", "squared")
    },
    "box_iou": Accumulator("sum_box_iou", of_classes=False, weighted="sum_weighted_box_iou"),
}


@dataclass(frozen=True)
class Sums:
    """A tally over all ``examples`` of a part.

    ``examples``: how many, or the weights of their answers; of numbers divided by the answers of an
    example. ``spread``: of each output the targets' squared distances from their mean, summed; it
    needs no model. ``units``: what 1 of each output is in the unit that the targets had before
    scaling. ``positive``: of two classes the place of the one that is looked for.
    """

    values: "Array"
    examples: float
    spread: "Array"
    units: "Array | float" = 1.0
    positive: int = 1

    @property
    def confusion(self) -> "Array":
        """(classes, classes): examples of each true class (row) by the class given to them."""
        classes = round(len(self.values) ** 0.5)
        table: Array = self.values.reshape(classes, classes)
        return table


@dataclass(frozen=True)
class Metric:
    """``finish`` reads one number from a tally; None where a table is all there is to say.
    ``fits``: whether it can be measured of such targets, of its kind."""

    name: str
    tally: str
    finish: Callable[[Sums], float] | None
    fewest_classes: int = 0
    fits: Callable[[ExampleSpec], bool] = lambda spec: True

    @property
    def of_classes(self) -> bool:
        return TALLIES[self.tally].of_classes

    def answers(self, examples: int, rows: int) -> int:
        """What a mean is over: answers of classes, ``rows`` in an example; else examples, as the
        sum of each is a mean already."""
        return examples * rows if self.of_classes else examples


def has_places(spec: ExampleSpec) -> bool:
    """Whether an example has a class at each of several places."""
    return bool(spec.classes and spec.target_shape)


def are_boxes(spec: ExampleSpec) -> bool:
    """Whether targets are boxes: x and y of the middle, width and height."""
    return not spec.classes and spec.answer_shape[-1] == 4


def _share(sums: Sums) -> float:
    return float(sums.values[0]) / sums.examples


def _mae(sums: Sums) -> float:
    """The mean over examples and outputs of |error|, each output in its own unit."""
    return float((sums.values * sums.units).mean()) / sums.examples


def _rmse(sums: Sums) -> float:
    """The root of the mean over examples and outputs of error**2, each output in its own unit."""
    mean = float((sums.values * sums.units**2).mean()) / sums.examples
    return math.sqrt(mean)


def _r2(sums: Sums) -> float:
    """1 - squared error / spread: 1 is perfect, 0 is no better than always saying the mean.

    The mean over the outputs, as scikit-learn's and Keras's default. An output whose targets are
    all the same has 1 where every answer is right, else 0. Of a single example there is none: NaN.
    """
    if sums.examples < 2:
        return float("nan")
    scores = [
        1.0 - error / spread if spread > 0 else float(error == 0)
        for error, spread in zip(sums.values.tolist(), sums.spread.tolist(), strict=True)
    ]
    return sum(scores) / len(scores)


def _by_class(sums: Sums, read: "Callable[[Array, Array, Array], Array]") -> float:
    """``read`` of hits, predicted and true counts of each class; of two classes the positive is
    the one that is looked for, of more the mean is taken over those that occur: among the targets
    or among the answers, as scikit-learn does by default."""
    confusion = sums.confusion
    predicted, true = confusion.sum(axis=0), confusion.sum(axis=1)
    scores = read(confusion.diagonal(), predicted, true)
    return float(scores[sums.positive] if len(scores) == 2 else scores[predicted + true > 0].mean())


def _ratio(part: "Array", whole: "Array") -> "Array":
    """``part / whole``, and 0 where there is nothing to divide."""
    ratio: Array = part / whole.clip(min=1e-300)
    return ratio


def _precision(sums: Sums) -> float:
    return _by_class(sums, lambda hits, predicted, true: _ratio(hits, predicted))


def _recall(sums: Sums) -> float:
    return _by_class(sums, lambda hits, predicted, true: _ratio(hits, true))


def _f1(sums: Sums) -> float:
    """The harmonic mean of precision and recall."""
    return _by_class(sums, lambda hits, predicted, true: _ratio(2 * hits, predicted + true))


def _mean_iou(sums: Sums) -> float:
    """Of each class the answers that are and were said to be of it, divided by those that are or
    were; the mean over the classes that occur, as scikit-learn's macro Jaccard score."""
    predicted, true = sums.confusion.sum(axis=0), sums.confusion.sum(axis=1)
    hits = sums.confusion.diagonal()
    return float(_ratio(hits, predicted + true - hits)[predicted + true > 0].mean())


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "correct", _share),
        Metric("pixel_accuracy", "correct", _share, fits=has_places),
        *(Metric(f"top_{k}_accuracy", f"top_{k}", _share, k + 1) for k in (2, 3, 5)),
        Metric("precision", "confusion", _precision),
        Metric("recall", "confusion", _recall),
        Metric("f1", "confusion", _f1),
        Metric("mean_iou", "confusion", _mean_iou),
        Metric("confusion_matrix", "confusion", None),
        Metric("mae", "absolute_error", _mae),
        Metric("rmse", "squared_error", _rmse),
        Metric("r2", "squared_error", _r2),
        Metric("box_iou", "box_iou", _share, fits=are_boxes),
    )
}
"""Every metric by its name in a preset."""


def tallies_of(names: tuple[MetricName, ...]) -> list[str]:
    """The tallies that these metrics are read from, each once."""
    return list(dict.fromkeys(METRICS[name].tally for name in names))


def classes_of(spec: ExampleSpec) -> int:
    """Classes that a classifier of such examples tells apart."""
    return len(spec.classes) or spec.outputs


def emit_tallies(
    builder: InstructionBuilder,
    spec: ExampleSpec,
    prediction: View,
    target: View,
    places: dict[str, View],
    threshold: float,
    mask: View | None = None,
    node: str = "metrics",
) -> None:
    """Write the instructions that fill the ``places`` of the accumulators.

    ``prediction``: what the network answers. ``threshold``: a single score above it stands for the
    second of two classes. ``mask``: 0 for answers that do not count; errors of numbers are weighed
    by it. ``node``: for listings.
    """
    is_of_classes = any(TALLIES[name].of_classes for name in places)
    label = _labels(builder, spec, prediction, target, mask, node) if is_of_classes else target
    for name, place in places.items():
        tally, kernel = TALLIES[name], TALLIES[name].kernel
        operands: tuple[View, ...] = (prediction.rows, label, place)
        if not tally.of_classes:
            operands = (by_example(prediction), by_example(target), place)
            if mask is not None:
                operands, kernel = (*operands[:2], by_example(mask), place), tally.weighted
        options: Options = {"threshold": threshold} if tally.decides else {}
        options = {**tally.options, **options}
        builder.write(Instruction(kernel, operands, options, name, Phase.METRIC))


def _labels(
    builder: InstructionBuilder,
    spec: ExampleSpec,
    prediction: View,
    target: View,
    mask: View | None,
    node: str,
) -> View:
    """The class of each answer's target, -1 where it does not count."""
    prefix = node.removesuffix("metrics")
    rows = prediction.rows.shape
    label = target.flat
    if not spec.classes:
        label = Buffer(f"{prefix}target_class", Region.WORKSPACE, rows[:1]).view
        operands = (target.reshape(*rows), label)
        builder.write(Instruction("largest", operands, {}, node, Phase.METRIC))
    if mask is None:
        return label
    counted = Buffer(f"{prefix}counted", Region.WORKSPACE, rows[:1]).view
    chosen = (label, mask.flat, counted)
    builder.write(Instruction("mask_labels", chosen, {}, node, Phase.METRIC))
    return counted
