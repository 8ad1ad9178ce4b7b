"""The table of runs as lines: only the rows that are seen are made."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.core.durations import trained
from tuidl.core.printable import printable
from tuidl.protocol.formatting import score_text, scores_text
from tuidl.runs.grouping import spread
from tuidl.runs.listing import UNSET, Listed
from tuidl.runs.ranking import smaller_is_better
from tuidl.runs.settings import value_of
from tuidl.runs.table import NEWEST, Heading, Order, Row
from tuidl.tui.catalog.run_entries import ASCII_SIGNS, ROLES, SIGNS

GAP = 2
SIGN_CELLS = 6
"""Of mark, pin and state, each with a blank."""
LONGEST_CELL, LONGEST_NAME, NAME_SHARE = 28, 48, 0.42
HEADER = 1
"""Lines above the first row."""


@dataclass
class TableView:
    """What is seen of the table. ``column``: under the cursor, 0 the names; ``top``: the first row
    that is seen; ``marked``: names of runs; ``widths``: of what was seen of each column so far."""

    rows: Sequence[Row] = ()
    columns: tuple[str, ...] = ()
    order: Order = field(default_factory=Order)
    groups: tuple[str, ...] = ()
    score: str = ""
    marked: Collection[str] = frozenset()
    is_open: Collection[tuple[Any, ...]] = frozenset()
    column: int = 0
    cursor: int = 0
    top: int = 0
    widths: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Of the column under the cursor."""
        return self.columns[self.column - 1] if 0 < self.column <= len(self.columns) else "run"


def titles(columns: Sequence[str]) -> list[str]:
    """The last part of each key where no other column has the same: of ``optimizer.type`` what it
    is the type of."""
    last = [key.removesuffix(".type").rpartition(".")[2] for key in columns]
    return [
        short if last.count(short) == 1 else key for key, short in zip(columns, last, strict=True)
    ]


def cell(run: Listed, key: str) -> str:
    """A value as the table shows it."""
    value = value_of(run, key)
    if value is None:  # of objectives that differ each one's is told
        return ", ".join(map(value_text, run.settings_of(key))) or UNSET
    if key in run.scores and key not in run.settings:
        return score_text(key, value)
    if key == "seconds":
        return trained(value)
    if key == NEWEST:
        return _moment(value)
    return value_text(value)


def value_text(value: Any) -> str:
    """A setting as a preset writes it, without quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(map(value_text, value))
    return str(value)


def _moment(created: str) -> str:
    """In the time of this place."""
    try:
        when = datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return created
    return f"{when.astimezone():%Y-%m-%d %H:%M}"


Place = tuple[str, int, int]
"""The key of a column, its first cell, its width."""


@dataclass(frozen=True)
class _Page:
    """What lines are drawn on; ``numbers``: columns whose values stand at the right."""

    grid: Grid
    view: TableView
    palette: Palette
    places: list[Place]
    numbers: Collection[str]


def table_lines(
    view: TableView, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """``height`` lines: titles, then rows from ``top`` on."""
    seen = view.rows[view.top : view.top + max(height - HEADER, 0)]
    runs = [row for row in seen if isinstance(row, Listed)]
    cells = {key: [cell(run, key) for run in runs] for key in ("run", *view.columns)}
    _widen(view, cells)
    places = shown_columns(view, width)
    numbers = {key for key, *_ in places if any(_is_number(run, key) for run in runs)}
    page = _Page(Grid(width, height, unicode), view, palette, places, numbers)
    _put_titles(page)
    number = 0
    for y, row in enumerate(seen, HEADER):
        if isinstance(row, Heading):
            _put_heading(page, y, row)
        else:
            _put_run(page, y, row, {key: cells[key][number] for key, *_ in places})
            number += 1
        if view.top + y - HEADER == view.cursor:
            page.grid.tint(0, y, width, palette.selected)
    return page.grid.lines()


def _widen(view: TableView, cells: dict[str, list[str]]) -> None:
    """Columns grow by what is seen, and never shrink while one scrolls."""
    for key, title in zip(view.columns, titles(view.columns), strict=True):
        widest = max((cell_len(text) for text in cells[key]), default=1)
        least = min(cell_len(title) + 2, LONGEST_CELL)  # the sign of the order stands beside it
        view.widths[key] = max(view.widths.get(key, least), min(widest, LONGEST_CELL))
    widest = max((cell_len(text) for text in cells["run"]), default=1)
    view.widths["run"] = min(max(view.widths.get("run", 8), widest), LONGEST_NAME)


def shown_columns(view: TableView, width: int) -> list[Place]:
    """The names, then as many columns as there is room for, that under the cursor among them."""
    names = min(view.widths.get("run", 8), max(int(width * NAME_SHARE), 12))
    room, first = width - SIGN_CELLS - names, 0
    while first < view.column - 1 and _needed(view, first) > room:
        first += 1
    places, x = [("run", SIGN_CELLS, names)], SIGN_CELLS + names + GAP
    for key in view.columns[first:]:
        size = view.widths.get(key, 1)
        if x + size > width:
            break
        places.append((key, x, size))
        x += size + GAP
    return places


def _needed(view: TableView, first: int) -> int:
    """Cells of the columns from one to that under the cursor."""
    return sum(view.widths.get(key, 1) + GAP for key in view.columns[first : view.column])


def _is_number(run: Listed, key: str) -> bool:
    value = value_of(run, key)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _put_titles(page: _Page) -> None:
    grid, view, palette, places = page.grid, page.view, page.palette, page.places
    called = dict(zip(view.columns, titles(view.columns), strict=True))
    for key, x, size in places:
        title = called.get(key, "run")
        if key == view.order.key:
            title += " ▼" if is_descending(view.order, view.rows) else " ▲"
        style = palette.style("accent" if key == view.order.key else "muted", bold=True)
        title = fitted(title, size)
        grid.put(x + (size - cell_len(title) if key in page.numbers else 0), 0, title, style)
        if key == view.key:
            grid.tint(x, 0, size, palette.selected)
    shown = [key for key, *_ in places[1:]]
    if view.columns and (not shown or shown[-1] != view.columns[-1]):
        grid.put(grid.width - 1, 0, "▸", palette.style("accent", bold=True))
    if shown and shown[0] != view.columns[0]:
        grid.put(places[1][1] - GAP, 0, "◂", palette.style("accent", bold=True))


def is_descending(order: Order, rows: Sequence[Row]) -> bool:
    """Whether the largest value comes first."""
    is_score = any(
        isinstance(row, Heading) or order.key in {*row.scores, *row.numbers} for row in rows[:50]
    )
    down = (is_score and not smaller_is_better(order.key)) or order.key == NEWEST
    return down is not order.reversed


def _put_run(page: _Page, y: int, run: Listed, texts: dict[str, str]) -> None:
    grid, palette = page.grid, page.palette
    if run.run in page.view.marked:
        _put_mark(page, y)
    if run.pinned:
        grid.put(2, y, "★" if grid.unicode else "!", palette.style("validation", bold=True))
    sign = (SIGNS if grid.unicode else ASCII_SIGNS)[run.state]
    grid.put(4, y, sign, palette.style(ROLES[run.state]))
    for key, x, size in page.places:
        text = fitted(texts[key], size)
        style = palette.style("text" if key in (page.view.order.key, "run") else "muted")
        is_right = key in page.numbers and (text == UNSET or _is_number(run, key))
        blank = " " * (size - cell_len(text))  # blanks of one style with the text: fewer to paint
        grid.put(x, y, f"{blank}{text}  " if is_right else f"{text}{blank}  ", style)
    if run.problem:
        x = page.places[0][1] + page.places[0][2] + GAP
        room = max(grid.width - x, 0)
        grid.put(x, y, fitted(run.problem, room).ljust(room), palette.style("bad"))


def _put_mark(page: _Page, y: int) -> None:
    sign = "●" if page.grid.unicode else "*"
    page.grid.put(0, y, sign, page.palette.style("accent", bold=True))


def _put_heading(page: _Page, y: int, row: Heading) -> None:
    grid, view, palette = page.grid, page.view, page.palette
    if row.runs and all(name in view.marked for name in row.runs):
        _put_mark(page, y)
    accent = palette.style("accent", bold=True)
    closed, opened = ("▸", "▾") if grid.unicode else (">", "v")
    grid.put(2, y, opened if row.values in view.is_open else closed, accent)
    x = grid.put(4, y, fitted(group_name(view.groups, row), grid.width // 2), accent)
    key = f"group {'.'.join(view.groups)}"
    view.widths[key] = max(view.widths.get(key, 0), x)
    count = f"{len(row.runs):>4,} run{'s' if len(row.runs) != 1 else ' '}"
    x = grid.put(view.widths[key] + GAP, y, count, palette.style("text")) + GAP
    above = f"{row.pinned} pinned above" if row.pinned else ""
    for text, role in ((mean_text(view.score, row, grid.unicode), "text"), (above, "muted")):
        x = grid.put(x, y, fitted(text, max(grid.width - x, 0)), palette.style(role)) + GAP


def group_name(groups: tuple[str, ...], row: Heading) -> str:
    """``type adam, learning_rate 0.01``."""
    named = zip(titles(groups), row.values, strict=True)
    return ", ".join(
        f"{key} {UNSET if value is None else value_text(value)}" for key, value in named
    )


def mean_text(score: str, row: Heading, unicode: bool) -> str:
    """``accuracy 97.50% ± 0.30%``; empty where no run of the group has the score."""
    if not row.scores:
        return ""
    text = f"{score} {spread(score, list(row.scores))}"
    fewer = f" (of {len(row.scores)})" if len(row.scores) != len(row.runs) else ""
    return (text if unicode else text.replace("±", "+-")) + fewer


def about_line(row: Row | None, view: TableView, unicode: bool) -> str:
    """What the table has no room for: of the row under the cursor its whole name, scores of the
    part that says most, tags and note."""
    if row is None:
        return ""
    if isinstance(row, Heading):
        text = f"{group_name(view.groups, row)}  {mean_text(view.score, row, unicode)}"
        return printable(text)
    scores = f"{row.part} {scores_text(row.scores)}" if row.scores else ""
    value = f"{view.key} {cell(row, view.key)}" if view.key != "run" else ""
    words = (
        row.run,
        row.state if not row.is_foreign else f"{row.format}, {row.points or 0:,} points",
        row.problem,
        value,
        scores,
        *(f"#{tag}" for tag in row.tags),
        row.note,
    )
    return printable("  ".join(filter(None, words)))
