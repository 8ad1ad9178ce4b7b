"""Strokes of curves. The one module that knows plotext.

plotext draws what it is good at, a polyline in braille; it is told positions in dots, not values.
Axes, bands, dashes, marks and the cursor are ours (``frame``, ``dots``, ``curves``), since plotext
has one colour a cell with no order of layers, no area between two lines and no gap at a NaN. Its
figure is one for the whole process: draw from one thread only. A stroke of 110 points takes it
about 2 ms, so strokes are kept, and a chart of which only the cursor moved draws none. Where the
points are so dense that the lines between them are a few dots long, there is nothing that it is
good at: those lines are drawn here, in a fifth of the time.
"""

from functools import lru_cache

from tuidl.charts.dots import Cell, Dots

Place = tuple[int, int] | None
ASCII_DOT = "."
DENSE = 40
"""Points of a stroke that plotext is given at most."""

BRAILLE_MARGIN = (0.5, 1.5)
"""plotext puts its limits in the middle of the outer cells: half a cell less half a dot inside."""


@lru_cache(128)
def stroke(points: tuple[Place, ...], width: int, height: int, unicode: bool) -> Dots:
    """Lines through points given in dots (see ``Dots``), None between them leaves a gap.

    The result is shared between callers: paint it, but don't add to it.
    """
    dots = Dots(width, height, unicode)
    if width < 2 or height < 2 or not any(points) or len(points) > DENSE:
        dots.path(points)  # plotext needs two cells each way.
        return dots
    for y, row in enumerate(_drawn(points, dots)):
        for x, char in enumerate(row):
            if char != " ":
                dots.cells[x, y] = ord(char) - 0x2800 if unicode else 1
    return dots


def _drawn(points: tuple[Place, ...], dots: Dots) -> list[str]:
    import plotext  # which takes a while: no screen waits for it before it has curves

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(dots.width, dots.height)
    figure.axes(False)
    margins = BRAILLE_MARGIN if dots.unicode else (0.0, 0.0)
    for axis, size, margin in zip("xy", (dots.wide, dots.high), margins, strict=True):
        ruler = figure.ruler(axis)
        ruler.lim(margin, size - 1 - margin)
        ruler.ticks([], [])
    marker = plotext.marker("braille" if dots.unicode else ASCII_DOT)
    for part in pieces(points):
        xs, ys = [p[0] for p in part], [p[1] for p in part]
        figure.draw(figure.signal(xs, ys, marker=marker).lines())
    lines: list[str] = plotext.uncolorize(figure.build().string()).splitlines()
    return lines


def pieces(points: tuple[Place, ...]) -> list[list[Cell]]:
    """The parts between gaps."""
    parts: list[list[Cell]] = [[]]
    for point in points:
        if point is not None:
            parts[-1].append(point)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]
