"""Charts as lines of text: series -> cells. The one module that knows plotext."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotext

from tuidl.history import Series

ASCII = str.maketrans("─│┌┐└┘├┤┬┴┼", "-|++++++++" + "+")
BLUE, ORANGE = (86, 180, 233), (230, 159, 0)
"""Two colours that every kind of sight tells apart; the lines differ in weight as well."""


@dataclass(frozen=True)
class Line:
    """A series with its label and looks."""

    label: str
    series: Series
    color: tuple[int, int, int]
    marker: str


def loss_chart(
    name: str,
    train: Series | None,
    validation: Series | None,
    width: int,
    height: int,
    *,
    color: bool = True,
    unicode: bool = True,
) -> list[str]:
    """Train and validation of one measure over the epochs, with a line of legend on top."""
    lines = [
        Line(label, series, tint, marker if unicode else sign)
        for label, series, tint, marker, sign in (
            ("train", train, BLUE, "braille", "."),
            ("validation", validation, ORANGE, "hd", "o"),
        )
        if series is not None
    ]
    text = [_legend(name, lines, color), *_draw(lines, width, height)]
    if not color:
        text = [plotext.uncolorize(line) for line in text]
    return text if unicode else [line.translate(ASCII) for line in text]


def _legend(name: str, lines: Sequence[Line], color: bool) -> str:
    signs = {"braille": "⣀⣀", "hd": "▄▄", ".": "..", "o": "oo"}
    parts = []
    for line in lines:
        text = f"{signs[line.marker]} {line.label}"
        last = f" {line.series.last:.4g}" if line.series.last is not None else ""
        if color:
            text = "\x1b[38;2;{};{};{}m{}\x1b[0m".format(*line.color, text)
        parts.append(text + last)
    return f"{name} by epoch   " + "   ".join(parts)


def _draw(lines: Sequence[Line], width: int, height: int) -> list[str]:
    points = [
        [(x, y) for x, y in _decimated(line.series, 2 * width) if math.isfinite(y)]
        for line in lines
    ]
    everything = [point for part in points for point in part]
    if not everything:
        return ["(no values yet)"]
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    figure.axes(False, side=1)
    for line, part in zip(lines, points, strict=True):
        if part:
            marker = plotext.marker(line.marker, line.color)
            xs, ys = [p[0] for p in part], [p[1] for p in part]
            figure.draw(figure.signal(xs, ys, marker=marker).lines())
    _scale(figure, everything)
    return str(figure.build().string()).splitlines()


def _scale(figure: Any, points: list[tuple[float, float]]) -> None:
    """Ticks at round numbers; a single value gets room around it."""
    for axis, values in (("x", [p[0] for p in points]), ("y", [p[1] for p in points])):
        low, high = min(values), max(values)
        if low == high:
            room = abs(low) * 0.1 or 1.0
            low, high = (low, high + 1) if axis == "x" else (low - room, high + room)
        ruler = figure.ruler(axis)
        ruler.lim(low, high)
        ticks = round_ticks(low, high, 6 if axis == "x" else 4)
        ruler.ticks(ticks, [f"{tick:.6g}" for tick in ticks])


def round_ticks(low: float, high: float, about: int) -> list[float]:
    """Some ``about`` round numbers (1, 2 or 5 times a power of ten) from ``low`` to ``high``."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(span / about))
    step = next(power * m for m in (1, 2, 5, 10, 20) if span / (power * m) <= about)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def _decimated(series: Series, most: int) -> list[tuple[float, float]]:
    """At most about ``most`` points; where several became one, both its ends are kept."""
    whole = series.whole
    if len(whole) > most:
        size = -(-len(whole) // most)
        whole = [whole[i] for i in range(0, len(whole), size)]
    points: list[tuple[float, float]] = []
    for point in whole:
        points.append((point.x, point.low))
        if point.high != point.low:
            points.append((point.x, point.high))
    return points
