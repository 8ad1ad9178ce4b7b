"""What a judgement consists of: plain values, for JSON, a page of text, or a screen."""

from typing import Literal

import msgspec

Kind = Literal["classes", "labels", "places", "masks", "boxes", "shares", "numbers", "clusters"]


class Score(msgspec.Struct, frozen=True, omit_defaults=True):
    """``name``: the key of a score. ``value``: None where it is not defined for these examples.
    ``low``, ``high``: the 95% interval, None where none was asked for or too few resamples define
    the score. ``baseline``: the same score of what is best without looking at an input."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None


class ClassScores(msgspec.Struct, frozen=True):
    """Of one class or label: examples that ``are`` of it and that were ``given`` it (places, where
    there are several in an example), and its scores against all others."""

    name: str
    are: int
    given: int
    scores: tuple[Score, ...]


class Confusion(msgspec.Struct, frozen=True):
    """``counts``: a row for each true class, a column for each given one."""

    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class RankingCurves(msgspec.Struct, frozen=True):
    """Of one class against all others, from no example called positive to all: thresholds from the
    highest down, the first None (infinity), and the rates from each on. ``complete``: whether
    every threshold is there, or some that are evenly spread."""

    name: str
    thresholds: tuple[float | None, ...]
    false_positive_rate: tuple[float, ...]
    recall: tuple[float, ...]
    precision: tuple[float, ...]
    complete: bool = True


class CalibrationBin(msgspec.Struct, frozen=True):
    """Examples whose probability is above ``low`` and at most ``high``: their mean probability
    (``said``), and the share of which it was true (``happened``); None where there are none."""

    low: float
    high: float
    count: int
    said: float | None
    happened: float | None


class Calibration(msgspec.Struct, frozen=True):
    """``of``: whose probability."""

    of: str
    bins: tuple[CalibrationBin, ...]


class ThresholdRow(msgspec.Struct, frozen=True):
    """What calling positive from ``threshold`` on comes to. ``threshold``: None where nothing is
    called positive. ``best_by``: the rules that choose it."""

    threshold: float | None
    precision: float
    recall: float | None
    specificity: float | None
    f1: float
    youden: float | None
    cost: float
    best_by: tuple[str, ...] = ()


class ThresholdTable(msgspec.Struct, frozen=True):
    """``positive``: the class. ``used``: the threshold of all other scores; None where the class
    given is the likelier one. ``costs``: of a false positive and a false negative; the rows'
    ``cost`` is the mean over examples."""

    positive: str
    used: float | None
    costs: tuple[float, float]
    rows: tuple[ThresholdRow, ...]


class Residuals(msgspec.Struct, frozen=True):
    """Predictions and residuals (true - predicted), in the targets' unit, of one output.
    ``quantiles``: of the residuals at 5, 25, 50, 75 and 95%. ``complete``: whether every example is
    there, or some that were chosen at random."""

    output: str
    predicted: tuple[float, ...]
    residual: tuple[float, ...]
    quantiles: tuple[float, ...]
    complete: bool = True


class WorstExample(msgspec.Struct, frozen=True):
    """``example``: a line or row of a table, a picture, or a number. ``loss``: what it adds to the
    mean loss or error. ``values``: of its columns, as the file has them."""

    example: str
    true: str
    predicted: str
    loss: float
    values: dict[str, str] = {}


class Picture(msgspec.Struct, frozen=True):
    """Pixels of 8 bits in rows, (height, width, channels), and what lies over them, first the true
    one and then the predicted one. ``masks``: the class of each pixel, a byte each. ``boxes``: x
    and y of the middle, width and height, as shares of the picture."""

    height: int
    width: int
    channels: int
    pixels: bytes
    masks: tuple[bytes, ...] = ()
    boxes: tuple[tuple[float, ...], ...] = ()


class SliceScore(msgspec.Struct, frozen=True):
    """The examples that have ``value`` in ``column``. ``small``: too few to say much."""

    column: str
    value: str
    count: int
    small: bool
    score: Score


class Importance(msgspec.Struct, frozen=True):
    """How much worse the main score becomes when a column's values are shuffled: the mean and the
    standard deviation over repetitions."""

    column: str
    mean: float
    deviation: float


class ImportanceTable(msgspec.Struct, frozen=True):
    score: str
    repeats: int
    columns: tuple[Importance, ...]


class Difference(msgspec.Struct, frozen=True):
    """``first`` - ``second`` of a score on the same examples: its 95% interval and the p that there
    is none, from the paired bootstrap."""

    name: str
    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None


class McNemar(msgspec.Struct, frozen=True):
    """Examples that only the first, or only the second got right, and the exact two-sided p."""

    only_first: int
    only_second: int
    p: float


class Comparison(msgspec.Struct, frozen=True):
    """With another run, the second, on the same examples."""

    other: str
    mcnemar: McNemar | None
    differences: tuple[Difference, ...]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """``data``: which examples these are. ``target``: what is predicted, ``unit`` that of its
    numbers, empty where they are not known. ``baseline``: what the baseline is. ``notes``: what
    should be known before a score is believed. ``pictures``: those of the worst examples, where
    they were asked for and are some. ``main``: the score by which slices and columns are
    judged."""

    run: str
    preset: str
    weights: str
    data: str
    target: str
    unit: str
    kind: Kind
    examples: int
    resamples: int
    seed: int
    groups: int | None
    baseline: str
    main: str
    scores: tuple[Score, ...]
    classes: tuple[ClassScores, ...] = ()
    positive: str = ""
    confusion: Confusion | None = None
    curves: tuple[RankingCurves, ...] = ()
    calibration: Calibration | None = None
    thresholds: ThresholdTable | None = None
    residuals: tuple[Residuals, ...] = ()
    worst: tuple[WorstExample, ...] = ()
    pictures: tuple[Picture, ...] = ()
    slices: tuple[SliceScore, ...] = ()
    importance: ImportanceTable | None = None
    comparison: Comparison | None = None
    notes: tuple[str, ...] = ()

    def score(self, name: str) -> Score:
        """Raises KeyError where there is none of that name."""
        return {score.name: score for score in self.scores}[name]
