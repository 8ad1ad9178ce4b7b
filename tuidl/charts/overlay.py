"""Curves of up to some hundred runs over each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rich.style import Style
from rich.text import Text

from tuidl.charts.curve_marks import FREE
from tuidl.charts.frame import Area, column_of, framed, note, row_of
from tuidl.charts.grid import Grid
from tuidl.charts.line_styles import look
from tuidl.charts.palette import Palette, painted
from tuidl.charts.rasters import Columns, cells_of_all, columns_of, dashed
from tuidl.charts.scale import Scale, scaled
from tuidl.charts.window import FEWEST, FIRST, HEADROOM, LEAST_SHARE, is_wide
from tuidl.core.lazy import Array, np
from tuidl.protocol.formatting import is_share

IN_TURN, OF_MANY = 2, 5
"""Cells along x that are shown of one line where several go through the same cells."""
FEW = 10
"""Lines up to which all keep their colour while one is chosen, and show what is behind them."""
FADED, BEHIND = 0.55, 0.3
"""How much of its colour a line that is not chosen keeps, and what lies behind a line."""


@dataclass(frozen=True, eq=False)
class Overlaid:
    """A line: x and y (``(n,)``, x rising, y NaN where unknown). ``behind``: the values before
    smoothing (``(n,)``); ``low`` and ``high``: a band around it (``(n,)``)."""

    x: Array
    y: Array
    role: str
    behind: Array | None = None
    low: Array | None = None
    high: Array | None = None


@dataclass(frozen=True)
class Looks:
    """How lines are shown. ``log``: None for what the values ask for; ``last``: the share of x that
    is shown, from its end; ``chosen``: the number of the line on top."""

    title: str = ""
    x_name: str = "epoch"
    log: bool | None = None
    last: float = 1.0
    cursor: float | None = None
    chosen: int | None = None


@dataclass
class Overlay:
    """Draws lines; what it made of each is kept while that and the scales stay as they are."""

    _columns: dict[tuple[Overlaid, str, Scale, bool], Columns] = field(default_factory=dict)
    _cells: dict[tuple[Overlaid, str, Scale, Scale, bool], Array] = field(default_factory=dict)

    def draw(
        self,
        lines: Sequence[Overlaid],
        looks: Looks,
        palette: Palette,
        width: int,
        height: int,
        unicode: bool = True,
    ) -> list[Text]:
        """The first of the lines on top, above all the chosen one."""
        grid = Grid(width, height, unicode)
        chosen = None if looks.chosen is None else lines[looks.chosen]
        lines = [line for line in lines if len(line.x)]
        looks = replace(looks, chosen=lines.index(chosen) if chosen in lines else None)
        log = is_logarithmic(lines, looks)
        if not any(np.isfinite(_shown(line.y, log)).any() for line in lines):
            note(grid, palette, "no positive values" if lines and log else "no values yet")
            return grid.lines()
        area = area_of(grid, palette, lines, looks)
        self._strokes(grid, palette, area, lines, looks)
        self._behind(grid, palette, area, lines, looks)
        self._put_cursor(grid, palette, area, lines, looks)
        self._forget(lines, area)
        return grid.lines()

    def _strokes(
        self, grid: Grid, palette: Palette, area: Area, lines: Sequence[Overlaid], looks: Looks
    ) -> None:
        """Cells that several lines go through are theirs in turn, so that none hides another; the
        chosen one has all of its own, without gaps."""
        gaps = [(look(line.role).on, look(line.role).off) for line in lines]
        if looks.chosen is not None:
            gaps[looks.chosen] = (1, 0)
        on, off = np.array(gaps).T
        stack = dashed(np.stack(self._rasters(lines, "y", area, grid.unicode)), on, off)
        through = stack > 0
        count = through.sum(0)
        cells = OF_MANY if len(lines) > FEW else IN_TURN
        turn = np.arange(stack.shape[2]) // cells % np.maximum(count, 1)
        passed = np.cumsum(through, axis=0, dtype=np.int16)
        owner = ((passed == turn + 1) & through).argmax(0)
        chosen = looks.chosen
        if chosen is not None:
            owner = np.where(through[chosen], chosen, owner)
        bits = np.take_along_axis(stack, owner[None], 0)[0]
        styles = [
            _style(palette, line, number, chosen, len(lines)) for number, line in enumerate(lines)
        ]
        signs = [look(line.role).sign for line in lines]
        for row, column in zip(*(found.tolist() for found in np.nonzero(count)), strict=True):
            number = owner[row, column]
            char = chr(0x2800 + int(bits[row, column])) if grid.unicode else signs[number]
            grid.chars[area.y + row][area.x + column] = char
            grid.styles[area.y + row][area.x + column] = styles[number]
        for number, line in enumerate(lines):
            _lone_point(grid, area, line, styles[number])

    def _behind(
        self, grid: Grid, palette: Palette, area: Area, lines: Sequence[Overlaid], looks: Looks
    ) -> None:
        """Faintly, where nothing else is: values before smoothing, and bands around means. Of many
        lines only what lies behind the chosen one."""
        many = len(lines) > FEW
        for number, line in enumerate(lines):
            if many and number != looks.chosen:
                continue
            faded = palette.faded(line.role, BEHIND)
            style = painted(faded) if palette.colors else palette.style("faint")
            parts = {"behind": line.behind, "band": line.low}
            for part in (name for name, values in parts.items() if values is not None):
                [cells] = self._rasters([line], part, area, grid.unicode)
                for row, column in np.argwhere(cells).tolist():
                    x, y = area.x + column, area.y + row
                    if grid.at(x, y) in FREE:
                        bits = chr(0x2800 + int(cells[row, column]))
                        grid.chars[y][x] = bits if grid.unicode else ":"
                        grid.styles[y][x] = style

    def _rasters(
        self, lines: Sequence[Overlaid], part: str, area: Area, unicode: bool
    ) -> list[Array]:
        """The cells of each line; those that are not known are made all at once."""
        keys = [(line, part, area.xs, area.ys, unicode) for line in lines]
        new = [key for key in keys if key not in self._cells]
        columns = [self._columns_of(line, part, area.xs, area.ys.log) for line, *_ in new]
        self._cells |= zip(new, cells_of_all(columns, area.ys, unicode), strict=True)
        return [self._cells[key] for key in keys]

    def _columns_of(self, line: Overlaid, part: str, xs: Scale, log: bool) -> Columns:
        key = (line, part, xs, log)
        if key not in self._columns:
            self._columns[key] = _columns(line, part, xs, log)
        return self._columns[key]

    def _forget(self, lines: Sequence[Overlaid], area: Area) -> None:
        """What was made of lines and scales that are no longer seen."""
        known = set(lines)
        self._columns = {
            k: v for k, v in self._columns.items() if k[0] in known and k[2] == area.xs
        }
        self._cells = {
            k: v for k, v in self._cells.items() if k[0] in known and k[2:4] == (area.xs, area.ys)
        }

    def _put_cursor(
        self, grid: Grid, palette: Palette, area: Area, lines: Sequence[Overlaid], looks: Looks
    ) -> None:
        column = None if looks.cursor is None else column_of(area, looks.cursor)
        if column is None:
            return
        for y in range(area.y, area.y + area.height):
            if grid.at(column, y) in FREE:
                grid.put(column, y, "│", palette.style("text"))
        if looks.chosen is not None:
            line = lines[looks.chosen]
            assert looks.cursor is not None
            value = float(np.interp(looks.cursor, line.x, line.y, left=np.nan, right=np.nan))
            row = row_of(area, value)
            if row is not None:
                grid.put(column, row, "●", palette.style(line.role, bold=True))


def _columns(line: Overlaid, part: str, xs: Scale, log: bool) -> Columns:
    if part == "y":
        return columns_of(line.x, line.y, xs, log)
    if part == "behind":
        assert line.behind is not None
        return columns_of(line.x, line.behind, xs, log)
    assert line.low is not None
    assert line.high is not None
    low, high = (columns_of(line.x, end, xs, log) for end in (line.low, line.high))
    bottom = np.where(np.isnan(low.low) & ~np.isnan(high.high), _floor(log), low.low)
    return Columns(bottom, high.high)


def _lone_point(grid: Grid, area: Area, line: Overlaid, style: Style) -> None:
    """A point without any other is a mark, since one dot would hardly be seen."""
    known = np.flatnonzero(np.isfinite(line.y))
    if len(known) == 1:
        column, row = column_of(area, line.x[known[0]]), row_of(area, line.y[known[0]])
        if column is not None and row is not None:
            grid.put(column, row, "●", style)


def _floor(log: bool) -> float:
    """Where a band starts whose lower end has no logarithm: below every scale."""
    return -400.0 if log else np.nan


def _style(palette: Palette, line: Overlaid, number: int, chosen: int | None, count: int) -> Style:
    if number == chosen:
        return palette.style(line.role, bold=True)
    if chosen is not None and count > FEW and palette.colors:
        return painted(palette.faded(line.role, FADED))
    return palette.style(line.role)


def _shown(y: Array, log: bool) -> Array:
    return np.where(y > 0, y, np.nan) if log else y


def is_logarithmic(lines: Sequence[Overlaid], looks: Looks) -> bool:
    """What was asked for, or what the values ask for: all above zero, and over a wide span."""
    if looks.log is not None:
        return looks.log
    values = _finite(_in_window(lines, looks))
    if not len(values) or is_share(looks.title):
        return False
    return is_wide(float(values.min()), float(values.max()))


def area_of(grid: Grid, palette: Palette, lines: Sequence[Overlaid], looks: Looks) -> Area:
    """The axes, drawn, and what is inside of them."""
    log = is_logarithmic(lines, looks)
    parts = _in_window(lines, looks)
    xs = scaled([float(x[i]) for x, _ in parts if len(x) for i in (0, -1)], 1)
    whole = looks.x_name in ("epoch", "step", "examples")
    x_name = "seconds" if looks.x_name == "time" else looks.x_name
    return framed(
        grid, palette, xs, _y_scale(parts, log), top=0, x_name=x_name, whole=whole
    )  # fmt: skip


def _in_window(lines: Sequence[Overlaid], looks: Looks) -> list[tuple[Array, Array]]:
    """x and y of what is shown of each line, its bands included."""
    if not lines:
        return []
    first = min(float(line.x[0]) for line in lines)
    end = max(float(line.x[-1]) for line in lines)
    since = end - looks.last * (end - first)
    found = []
    for line in lines:
        kept = line.x >= since
        ends = [end[kept] for end in (line.y, line.low, line.high) if end is not None]
        found += [(line.x[kept], values) for values in ends]
    return found


def _y_scale(parts: Sequence[tuple[Array, Array]], log: bool) -> Scale:
    """Over all values, or over those that the first tenth of x would squeeze."""
    values = _finite(parts)
    values = values[values > 0] if log else values
    whole = scaled((float(values.min()), float(values.max())), 1, log=log, room=0.03)
    if log:
        return whole
    start = min(float(x[0]) for x, _ in parts if len(x))
    start += FIRST * (max(float(x[-1]) for x, _ in parts if len(x)) - start)
    late = _finite([(x, y if len(x) < FEWEST else y[x > start]) for x, y in parts])
    if not len(late) or late.max() - late.min() >= LEAST_SHARE * (whole.high - whole.low):
        return whole
    rest = scaled((float(late.min()), float(late.max())), 1, room=0.03)
    more = HEADROOM * (rest.high - rest.low)
    return Scale(max(rest.low - more, whole.low), min(rest.high + more, whole.high), 1)


def _finite(parts: Sequence[tuple[Array, Array]]) -> Array:
    every = np.concatenate([y for _, y in parts]) if parts else np.zeros(0)
    kept: Array = every[np.isfinite(every)]
    return kept
