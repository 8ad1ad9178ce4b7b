"""Numbers predicted against the true ones."""

import math

from rich.text import Text

from tuidl.charts.grid import Grid
from tuidl.charts.palette import Palette
from tuidl.charts.scale import short
from tuidl.charts.scatter import Path, Points, scatter
from tuidl.protocol.probes import Values
from tuidl.tui.renderers.shapes import known

MOST_WHOLE = 1e9
"""Numbers below which all digits before the point are shown."""


def values(answer: Values, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """A point for each held-out example: true value across, predicted one up. On the line both
    are equal. Of several outputs the words say which one is shown."""
    pairs = [
        (known(true), known(predicted))
        for true, predicted in zip(answer.true, answer.predicted, strict=True)
    ]
    kept = [pair for pair in pairs if all(map(math.isfinite, pair))]
    truths = [true for true, _ in kept]
    paths = []
    if truths:
        ends = [min(truths), max(truths)]
        paths = [Path("equal", ends, ends, "muted")]
    points = Points("held out", truths, [predicted for _, predicted in kept], "train")
    body = scatter([points], palette, width, height - 1, paths=paths, x_name="true",
                   unicode=unicode)  # fmt: skip
    return [*_words(kept, palette, width, unicode, _which(answer)), *body]


def in_digits(value: float) -> str:
    """Three digits that count; of thousands all whole ones."""
    return f"{value:,.0f}" if 1000 <= abs(value) < MOST_WHOLE else short(value)


def _which(answer: Values) -> str:
    if answer.output is None or answer.outputs == 1:
        return ""
    return f"output {answer.output + 1} of {answer.outputs}: "


def _words(
    pairs: list[tuple[float, float]], palette: Palette, width: int, unicode: bool, which: str
) -> list[Text]:
    grid = Grid(width, 1, unicode)
    if pairs:
        error = sum(abs(a - b) for a, b in pairs) / len(pairs)
        middle = sum(a for a, _ in pairs) / len(pairs)
        plain = sum(abs(a - middle) for a, _ in pairs) / len(pairs)
        mean = f"off by {in_digits(error)}"
        ways = (
            f"{which}{mean} on average; always predicting the mean: {in_digits(plain)}",
            f"{which}{mean} on average, the mean by {in_digits(plain)}",
            f"{mean} on average, the mean by {in_digits(plain)}",
            mean,
        )
        text = next((way for way in ways if len(way) <= width), "")
        grid.put(0, 0, text, palette.style("text", bold=True))
    return grid.lines()
