"""A series over time, predicted value by value and left alone."""

import math
from collections.abc import Sequence

from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.scale import compact
from tuidl.charts.sequence import Trace, sequence
from tuidl.protocol.probes import Forecast
from tuidl.tui.renderers.shapes import known


def forecast(
    answer: Forecast, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The true values, each predicted from those before, and the network going on by itself."""
    start, window = answer.start, answer.window
    traces = [
        Trace("true", _values(answer.true), "muted"),
        Trace("predicted", _values(answer.predicted), "train"),
        Trace("left alone", _values(answer.free), "validation", start),
    ]
    seen = (max(start - window, 0), start) if start else None
    return sequence(traces, palette, width, height, seen=seen, unicode=unicode)


def in_words(answer: Forecast, palette: Palette, width: int, unicode: bool) -> list[Text]:
    """What the three lines are, and how far off the predictions are, in two lines of text."""
    true, start = _values(answer.true), answer.start
    near = typical_error(true, _values(answer.predicted))
    far = typical_error(true[start:], _values(answer.free))
    first = f"predicted: each value from the {answer.window} true ones before it"
    second = "left alone: behind the part seen it reads only its own predictions"
    grid = Grid(width, 2, unicode)
    for y, (text, error, role) in enumerate(((first, near, "train"), (second, far, "validation"))):
        value = f"  off by {compact(error)}" if math.isfinite(error) else ""
        grid.put(0, y, fitted(text, max(width - len(value), 0)), palette.style("text"))
        grid.put_right(width, y, value, palette.style(role, bold=True))
    return grid.lines()


def typical_error(true: Sequence[float], predicted: Sequence[float]) -> float:
    """The mean distance between both; NaN where nothing is known."""
    apart = [abs(a - b) for a, b in zip(true, predicted, strict=False)]
    apart = [value for value in apart if math.isfinite(value)]
    return sum(apart) / len(apart) if apart else math.nan


def _values(numbers: Sequence[float | None]) -> list[float]:
    return [known(value) for value in numbers]
