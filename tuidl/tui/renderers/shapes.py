"""Predictions over the input space: a line over one input, a map over the plane of two."""

import math

from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.scatter import Field, Path, Points, scatter
from tuidl.protocol.probes import Curve, Plane


def known(value: float | None) -> float:
    """A number as probes send it: None stands for one that is not finite."""
    return math.nan if value is None else value


def equation_text(weight: float | None, bias: float | None) -> str:
    """``y = 1.94 x + 1.02``."""
    w, b = known(weight), known(bias)
    return f"y = {w:.3f} x {'-' if b < 0 else '+'} {abs(b):.3f}"


def curve(answer: Curve, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """Points, the network's line through them, and the best straight line."""
    points, line = answer.points, answer.line
    slope, intercept = answer.best_line
    xs = [known(place[0]) for place in line]
    ends = [xs[0], xs[-1]]
    best = [known(slope) * x + known(intercept) for x in ends]
    paths = [
        Path("best line", ends, best, "muted"),
        Path("network", xs, [known(place[1]) for place in line], "accent"),
    ]
    groups = [Points("data", [p[0] for p in points], [p[1] for p in points], "train", False)]
    if not answer.equation or height < 8:
        return scatter(groups, palette, width, height, paths=paths, unicode=unicode)
    grid = Grid(width, 1, unicode)
    style = palette.style("accent", bold=True)
    x = grid.put(0, 0, fitted(equation_text(*answer.equation), width), style)
    aim = "   best: " + equation_text(slope, intercept)
    grid.put(x, 0, fitted(aim, max(width - x, 0)), palette.style("muted"))
    drawn = scatter(groups, palette, width, height - 1, paths=paths, unicode=unicode)
    return [*grid.lines(), *drawn]


def plane(answer: Plane, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """The points of each class, held-out ones hollow, on the predictions over the plane."""
    names = answer.classes
    shares = [[known(share) for share in row] for row in answer.shares]
    field = Field(shares, answer.low, answer.high, len(names) == 2)
    return scatter(plane_points(answer), palette, width, height, field=field, unicode=unicode)


def plane_points(answer: Plane) -> list[Points]:
    """One group for each class and part; the legend names the parts only where both are there."""
    marks = answer.held_out
    groups = []
    for hollow in (False, True):
        for i, name in enumerate(answer.classes):
            own = [p for p, mark in zip(answer.points, marks, strict=True)
                   if mark is hollow and round(p[2]) == i]  # fmt: skip
            label = f"{name} held out" if hollow else name
            if own:
                xs, ys = [p[0] for p in own], [p[1] for p in own]
                groups.append(Points(label, xs, ys, f"series {i + 1}", hollow=hollow))
    return groups
