"""Points in the plane, by class or all alike, with lines through them and a map behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.dots import Dots, dashed
from tuidl.charts.frame import Area, framed, note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.line_styles import HOLLOW, look, marker, sample
from tuidl.charts.palette import DEFAULT, Palette, mixed
from tuidl.charts.pixels import Array, array, put_colors, resized
from tuidl.charts.scale import LARGEST, Scale, scaled

FIELD_SHARE = 0.3
"""How much of a class's colour its part of the map has: points must stand out on it."""
TEXTURES, ASCII_TEXTURES = " ·░:", " .:'"
"""What the map is made of where there are no colours."""


@dataclass(frozen=True)
class Points:
    """Points of one class, or all of them; x and y are equally long.

    Classes are drawn with a marker each, one class alone (``marked`` False) with fine dots.
    ``hollow``: the open form of the marker, for points that are not learned from.
    """

    name: str
    x: ArrayLike
    y: ArrayLike
    role: str = "series 1"
    marked: bool = True
    hollow: bool = False

    @property
    def number(self) -> int:
        """Which marker is drawn."""
        by_role = self.role.startswith("series")
        number = int(self.role.removeprefix("series")) - 1 if by_role else 0
        return number % HOLLOW + HOLLOW if self.hollow else number


@dataclass(frozen=True)
class Path:
    """A line or curve through given points; NaN leaves a gap."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    role: str = "accent"


@dataclass(frozen=True)
class Field:
    """What a network says over a part of the plane: (rows, columns) with the lowest y first.

    ``values`` are class numbers, or with ``soft`` the probability of the second class.
    """

    values: ArrayLike
    low: tuple[float, float]
    high: tuple[float, float]
    soft: bool = False


def scatter(
    groups: Sequence[Points],
    palette: Palette,
    width: int,
    height: int,
    *,
    paths: Sequence[Path] = (),
    field: Field | None = None,
    x_name: str = "",
    log_x: bool = False,
    log_y: bool = False,
    unicode: bool = True,
) -> list[Text]:
    """Marked points above lines above dots above the map, whose plane is shown if there is one.
    ``log_x``: equal factors of x are equally far; all x are positive then; ``log_y`` likewise."""
    grid = Grid(width, height, unicode)
    arrays = [_finite(group) for group in groups]
    scales = _scales(arrays, paths, field, log_x, log_y)
    if scales is None:
        note(grid, palette, "no points yet")
        return grid.lines()
    top = 1 if height > 3 else 0
    area = framed(grid, palette, *scales, top=top, x_name=x_name)
    if field is not None:
        _field(grid, palette, area, field)
    drawn = list(zip(groups, arrays, strict=True))
    for group, values in drawn:
        if not group.marked:
            _points(grid, palette, area, group, values)
    for path in paths:
        _path(grid, palette, area, path)
    for group, values in drawn:
        if group.marked:
            _points(grid, palette, area, group, values)
    if top:
        _legend(grid, palette, groups, paths)
    return grid.lines()


def place_at(
    field: Field, width: int, height: int, x: int, y: int, unicode: bool = True
) -> tuple[float, float] | None:
    """What a cell of such a picture stands for; None beside its plane."""
    scales = _scales([], (), field)
    assert scales is not None
    area = framed(Grid(width, height, unicode), DEFAULT, *scales, top=1 if height > 3 else 0)
    across, down = x - area.x, y - area.y
    if not (0 <= across < area.width and 0 <= down < area.height):
        return None
    xs, ys = area.xs, area.ys
    return (
        xs.low + (across + 0.5) / area.width * (xs.high - xs.low),
        ys.high - (down + 0.5) / area.height * (ys.high - ys.low),
    )


def _finite(group: Points) -> Array:
    """(count, 2) of the points that can be drawn."""
    both = np.stack([np.ravel(np.asarray(v, dtype=float)) for v in (group.x, group.y)], 1)
    kept: Array = np.clip(both[np.isfinite(both).all(1)], -LARGEST, LARGEST)
    return kept


def _scales(
    arrays: Sequence[Array],
    paths: Sequence[Path],
    field: Field | None,
    log_x: bool = False,
    log_y: bool = False,
) -> tuple[Scale, Scale] | None:
    if field is not None:
        xs, ys = (scaled((field.low[i], field.high[i]), 1) for i in (0, 1))
        return xs, ys
    ends = [v for a in arrays if len(a) for v in (a.min(0), a.max(0))]
    # Points decide what is seen; lines alone do where there are none.
    if not ends:
        ends = [np.array(p) for path in paths for p in zip(path.x, path.y, strict=True)]
        ends = [end for end in ends if np.isfinite(end).all()]
    if not ends:
        return None
    across = scaled((e[0] for e in ends), 1, log=log_x, room=0.04)
    return across, scaled((e[1] for e in ends), 1, log=log_y, room=0.06)


def _places(values: Array, area: Area) -> NDArray[np.int64]:
    """Positions in dots, (count, 2), of points that lie inside."""
    scales = (area.xs, area.ys)
    values = np.stack(
        [np.log10(v) if s.log else v for s, v in zip(scales, values.T, strict=True)], 1
    )
    low = np.array([area.xs.low, area.ys.low])
    high = np.array([area.xs.high, area.ys.high])
    size = np.array([area.xs.size, area.ys.size])
    places = np.rint((values - low) / (high - low) * (size - 1))
    inside = ((places >= 0) & (places < size)).all(1)
    kept: NDArray[np.int64] = places[inside].astype(np.int64)
    return kept


def _points(grid: Grid, palette: Palette, area: Area, group: Points, values: Array) -> None:
    places = _places(values, area)
    style = palette.style(group.role, bold=group.marked)
    if not group.marked and grid.unicode:
        dots = Dots(area.width, area.height)
        for place in np.unique(places[:, 0] * area.ys.size + places[:, 1]).tolist():
            dots.add(*divmod(place, area.ys.size))
        dots.paint(grid, area.x, area.y, style)
        return
    columns = places[:, 0] * area.width // area.xs.size
    rows = area.height - 1 - places[:, 1] * area.height // area.ys.size
    for cell in np.unique(columns * area.height + rows).tolist():
        column, row = divmod(cell, area.height)
        x, y = area.x + column, area.y + row
        over = grid.styles[y][x] if field_cell(grid, x, y) else None
        grid.put(x, y, marker(group.number, grid.unicode), over + style if over else style)


def field_cell(grid: Grid, x: int, y: int) -> bool:
    """Whether a cell has a background of its own."""
    if not grid.at(x, y):
        return False
    style = grid.styles[y][x]
    return style is not None and style.bgcolor is not None


def _path(grid: Grid, palette: Palette, area: Area, path: Path) -> None:
    dots = Dots(area.width, area.height, grid.unicode)
    places = [
        None if x is None or y is None else (x, y)
        for x, y in (
            (area.xs.place(a), area.ys.place(b)) for a, b in zip(path.x, path.y, strict=True)
        )
    ]
    dots.path(places)
    dots.cells = dashed(dots.cells, look(path.role).on, look(path.role).off)
    dots.paint(grid, area.x, area.y, palette.style(path.role, bold=True), look(path.role).sign)


def _field(grid: Grid, palette: Palette, area: Area, field: Field) -> None:
    values = array(field.values)[::-1]
    if values.ndim != 2 or not values.size or area.width < 1:
        return
    double = palette.colors and grid.unicode
    high = area.height * 2 if double else area.height
    if field.soft:
        values = resized(values, area.width, high)
    else:
        rows = (np.arange(high) * values.shape[0]) // high
        columns = (np.arange(area.width) * values.shape[1]) // area.width
        values = values[rows][:, columns]
    if double:
        put_colors(grid, area.x, area.y, _field_colors(palette, values, field.soft))
        return
    textures = TEXTURES if grid.unicode else ASCII_TEXTURES
    known = np.nan_to_num(np.clip(values, 0, 1) * 1.999 if field.soft else values % 8)
    numbers = known.astype(int) % len(textures)
    for line, row in enumerate(numbers.tolist()):
        text = "".join(textures[number] for number in row)
        grid.put(area.x, area.y + line, text, palette.style("faint"))


def _field_colors(palette: Palette, values: Array, soft: bool) -> Array:
    """(rows, columns, 3): the classes' colours, faded into the ground."""
    known = np.isfinite(values)
    if soft:
        first, second = (np.array(palette.faded(f"series {i}", FIELD_SHARE)) for i in (1, 2))
        share = np.clip(np.nan_to_num(values, nan=0.5), 0, 1)[:, :, None]
        # The nearer to a half, the darker: the border is a valley between two colours.
        sure = np.abs(2 * share - 1)
        ground = np.array(palette.ground)
        colors = ground + (np.where(share > 0.5, second, first) - ground) * (0.25 + 0.75 * sure)
    else:
        table = np.array([mixed(palette.ground, c, FIELD_SHARE) for c in palette.series])
        colors = table[np.nan_to_num(values % len(table)).astype(int) % len(table)].astype(float)
    colors[~known] = palette.ground
    made: Array = colors
    return made


def _legend(grid: Grid, palette: Palette, groups: Sequence[Points], paths: Sequence[Path]) -> None:
    entries = [(_sign(group, grid.unicode), group.name, group.role) for group in groups]
    entries += [(sample(path.role, grid.unicode), path.name, path.role) for path in paths]
    entries = [entry for entry in entries if entry[1]]
    found = _gaps(entries, grid.width)
    if found is None and sum(group.hollow for group in groups) > 1:
        _in_short(grid, palette, groups)
        return
    before, gap = found or (0, 1)
    x = 0
    for sign, name, role in entries:
        if x + cell_len(sign) + before + 1 > grid.width:
            break
        x = grid.put(x, 0, sign, palette.style(role, bold=True)) + before
        x = grid.put(x, 0, fitted(name, grid.width - x), palette.style("text")) + gap


def _gaps(entries: Sequence[tuple[str, str, str]], width: int) -> tuple[int, int] | None:
    """Cells behind a sign and behind a name, as many as there is room for; None where a name would
    be cut."""
    wide = sum(cell_len(sign) + cell_len(name) for sign, name, _ in entries)
    ways = ((1, 3), (1, 2), (1, 1), (0, 1))
    return next((w for w in ways if wide + sum(w) * len(entries) - w[1] <= width), None)


def _in_short(grid: Grid, palette: Palette, groups: Sequence[Points]) -> None:
    """Hollow groups by their signs alone, then what their names end with: ``○△ held out``."""
    words = zip(*(g.name.split()[::-1] for g in groups if g.hollow), strict=False)
    same = [each[0] for each in takewhile(lambda each: len(set(each)) == 1, words)]
    x, text = 0, palette.style("text")
    for group in groups:
        x = grid.put(x, 0, _sign(group, grid.unicode), palette.style(group.role, bold=True))
        if not group.hollow:
            x = grid.put(x, 0, fitted(group.name, max(grid.width - x, 0)), text) + 1
    grid.put(x, 0, fitted(f" {' '.join(same[::-1])}", max(grid.width - x, 0)), text)


def _sign(group: Points, unicode: bool) -> str:
    if not group.marked:
        return "⠢" if unicode else marker(0, unicode)
    return marker(group.number, unicode)


def by_class(x: ArrayLike, y: ArrayLike, classes: ArrayLike, names: Sequence[str]) -> list[Points]:
    """One group for each class, numbered as ``names`` are."""
    xs, ys, numbers = (np.ravel(np.asarray(v)) for v in (x, y, classes))
    return [
        Points(name, xs[numbers == i], ys[numbers == i], f"series {i + 1}")
        for i, name in enumerate(names)
    ]
