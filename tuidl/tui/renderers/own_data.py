"""A column of the user's own table as one line."""

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.grid import ASCII, fitted
from tuidl.charts.palette import Palette
from tuidl.core.printable import printable
from tuidl.proposing.columns import ColumnFacts

MARK, NAMES, KIND = 2, 26, 9
"""Cells of the mark, of names at most, of the kind."""


def column_line(
    column: ColumnFacts,
    role: str,
    is_guess: bool,
    palette: Palette,
    widths: tuple[int, int],
    unicode: bool,
) -> Text:
    """``role``: "target", "input" or "left out"; ``is_guess``: that this column is the target;
    ``widths``: of the line, and of the longest name."""
    mark = {"target": "●", "input": "·", "left out": "×"}[role]
    style = {"target": "accent", "input": "text", "left out": "faint"}[role]
    width, longest = widths
    name = min(NAMES, width // 3, max(longest, 4))
    text = Text(no_wrap=True)
    text.append(f"{mark:<{MARK}}", palette.style(style, bold=True))
    called = fitted(printable(column.name), name)
    text.append(called + " " * (name + 1 - cell_len(called)), palette.style(style))
    if role == "target":
        word = "target?" if is_guess else "target"
        text.append(f"{word:<{KIND}}", palette.style("accent", bold=True))
    else:
        word = "left out" if role == "left out" else column.kind
        text.append(f"{word:<{KIND}}", palette.style("muted"))
    room = max(width - MARK - name - 1 - KIND, 0)
    text.append(fitted(_words(column), room), palette.style("muted"))
    return text if unicode else Text(text.plain.translate(ASCII), style=palette.style(style))


def _words(column: ColumnFacts) -> str:
    gaps = f"{column.gaps:,} gap{'s' if column.gaps > 1 else ''}; " if column.gaps else ""
    problem = f" ({column.problem})" if column.problem and column.problem != column.words else ""
    return f"{gaps}{column.words}{problem}"
