"""In what runs differ: a column for each, a line for each setting and score that is not the same
in all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.core.printable import printable
from tuidl.runs.comparing import letter
from tuidl.runs.listing import Listed
from tuidl.runs.settings import differing
from tuidl.tui.renderers.run_table import cell, value_text

RESULTS = ("state", "epochs", "seconds", "part")
GAP = 2


@dataclass(frozen=True)
class Differences:
    """``rows``: names of results and settings with the value of each run; the first ``results`` of
    them are results. ``names`` of the runs, which stand under letters."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    results: int

    @cached_property
    def lines(self) -> list[tuple[str, tuple[str, ...]]]:
        """What stands under the letters; those without values are words, the last of them say which
        letter is which run."""
        results, settings = self.rows[: self.results], self.rows[self.results :]
        which = [(f"{letter(n)}  {name}", ()) for n, name in enumerate(self.names)]
        same: tuple[str, tuple[str, ...]] = ("their settings are the same", ())
        return [*results, ("", ()), *(settings or (same,)), ("", ()), *which]

    @cached_property
    def sizes(self) -> list[int]:
        """Cells that the column of each run needs."""
        letters = [letter(n) for n in range(len(self.names))]
        columns = zip(letters, *(values for _, values in self.rows), strict=True)
        return [max(map(cell_len, column)) for column in columns]

    @cached_property
    def first(self) -> int:
        """Cells that the names of the rows need."""
        return max((cell_len(name) for name, _ in self.rows), default=0)


def differences_of(runs: Sequence[Listed]) -> Differences:
    names = dict.fromkeys((*RESULTS, *(name for run in runs for name in run.scores)))
    results = [(name, tuple(cell(run, name) for run in runs)) for name in names]
    settings = differing([run.settings for run in runs], value_text)
    rows = [*results, *((key, tuple(values)) for key, values in settings)]
    plain = tuple((printable(name), tuple(map(printable, values))) for name, values in rows)
    return Differences(tuple(run.run for run in runs), plain, len(results))


def last_column(table: Differences, width: int) -> int:
    """The furthest that the columns can be moved: the last ones fill the room."""
    room = width - _beside(table, width)
    for number in range(len(table.sizes), 0, -1):
        room -= table.sizes[number - 1] + GAP
        if room < 0:
            return min(number, len(table.sizes) - 1)
    return 0


def _beside(table: Differences, width: int) -> int:
    """Cells of the names of the rows, which stay in place."""
    return min(table.first, width // 2)


def last_row(table: Differences, height: int) -> int:
    """The furthest that the rows can be moved."""
    return max(len(table.lines) - (height - 1), 0)


def difference_lines(
    table: Differences,
    row: int,
    column: int,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
) -> list[Text]:
    """``row`` and ``column``: the first that are seen. Letters of the runs and names of the rows
    stay where they are."""
    grid = Grid(width, height, unicode)
    first = _beside(table, width)
    head, text = palette.style("accent", bold=True), palette.style("text")
    places = list(_places(table, column, first + GAP, width))
    for number, x, size in places:
        grid.put(x, 0, fitted(letter(number), size), head)
    for y, (name, values) in enumerate(table.lines[row : row + height - 1], 1):
        style = text if row + y - 1 > table.results else palette.style("muted")
        grid.put(0, y, fitted(name, first if values else width), palette.style("muted"))
        for number, x, size in places if values else ():
            grid.put(x, y, fitted(values[number], size), style)
    return grid.lines()


def _places(
    table: Differences, column: int, start: int, width: int
) -> "list[tuple[int, int, int]]":
    """Number, first cell and size of each column that is seen; the last may be cut."""
    found = []
    for number in range(column, len(table.sizes)):
        size = min(table.sizes[number], width - start)
        if size < min(table.sizes[number], 2):
            break
        found.append((number, start, size))
        start += size + GAP
    return found
