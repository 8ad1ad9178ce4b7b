"""Attention as a picture: who looks where."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from tuidl.charts.grid import Grid, fitted, joined
from tuidl.charts.palette import Palette, mixed, painted
from tuidl.core.printable import in_quotes
from tuidl.protocol.text_answers import Attention

SHADES, ASCII_SHADES = " ░▒▓█", " .:*#"
LONGEST = 12
"""Cells of a token's name before its row, at most."""
LISTED = 5
"""Tokens that the last line names."""
PADDING, ASCII_PADDING = "∅", "_"
"""What stands above the column of all padding."""
TALLEST = 3
"""Lines of a share, at most."""
WITH_SHARE = 5
"""Cells from which on a share stands in its place as a number as well."""
ROOT = 0.5
"""Shares are drawn by their root: small ones are seen as well."""


def attention(
    answer: Attention, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """A row for each token that looks, the last one at the bottom, and a column for each that is
    seen: the fuller, the larger the share, which stands in cells that have room for it; the last
    one is the sum of all padding, where there is any. Below, where the last token looks most."""
    grid = Grid(width, height, unicode)
    seen = (*answer.seen, *_padding(answer, PADDING if unicode else ASCII_PADDING))
    names = max((min(cell_len(name), LONGEST) for name in answer.tokens), default=1)
    left = max(names + 3, 5)
    cell = _cell_size(seen, len(answer.tokens), width - left, height - 2)
    rows = max(min(len(answer.tokens), (height - 2) // cell.tall), 0)
    columns = max(min(len(seen), (width - left) // cell.wide), 0)
    first_row, first_column = len(answer.tokens) - rows, len(seen) - columns
    grid.put(0, 0, fitted("seen" if left > 4 else "", left), palette.style("muted"))
    for x in range(columns):
        name = _headed(seen[first_column + x], cell.wide)
        grid.put(left + x * cell.wide, 0, name, palette.style("muted"))
    for row in range(rows):
        number, y = first_row + row, 1 + row * cell.tall
        is_last = number == len(answer.tokens) - 1
        style = palette.style("accent", bold=True) if is_last else palette.style("text")
        middle = y + (cell.tall - 1) // 2
        grid.put_right(names, middle, fitted(answer.tokens[number], names), style)
        for line in range(y, y + cell.tall):
            sign = "▸" if is_last and line == middle else "│"
            grid.put(names + 1, line, sign, palette.style("faint"))
        weights = answer.weights[number][first_column:]
        for x, weight in enumerate(weights):
            _cell(grid, palette, left + x * cell.wide, y, cell, weight or 0.0)
    grid.put(0, height - 1, _in_words(answer, width), palette.style("accent"))
    return grid.lines()


@dataclass(frozen=True)
class _Cell:
    """Columns and lines that one share takes."""

    wide: int
    tall: int


def _cell_size(seen: Sequence[str], rows: int, width: int, height: int) -> _Cell:
    """Enough for the longest name and a gap, where there is room for all columns; of a few tokens
    as much as there is, within bounds."""
    longest = max((min(cell_len(name), LONGEST) for name in seen), default=1)
    room = width // max(len(seen), 1)
    tall = min(max(height // max(rows, 1), 1), TALLEST)
    wanted = max(longest + 1, 2) if tall == 1 else max(longest + 1, 2 * tall + 1)
    return _Cell(max(min(room, wanted), 1), tall)


def _headed(name: str, wide: int) -> str:
    """What stands above a column: the beginning of a name, without a mark where it is cut, which
    would take the place of a letter; names stand whole before the rows."""
    return name[:1] if wide == 1 else set_cell_size(name, max(wide - 1, 2)).rstrip()


def _padding(answer: Attention, name: str) -> tuple[str, ...]:
    """The name of the column of all padding, where there is one."""
    return (name,) if answer.padding else ()


def _cell(grid: Grid, palette: Palette, x: int, y: int, cell: _Cell, weight: float) -> None:
    share = min(max(weight, 0.0), 1.0) ** ROOT
    text = f"{weight:.0%}".center(cell.wide) if cell.wide >= WITH_SHARE and cell.tall > 1 else ""
    for line in range(y, y + cell.tall):
        said = text if line == y + (cell.tall - 1) // 2 else ""
        if palette.colors:
            color = mixed(palette.ground, palette.accent, share)
            style = painted(palette.ink(color), color) if said else palette.tint(color)
            grid.put(x, line, said or " " * cell.wide, style)
            continue
        shades = SHADES if grid.unicode else ASCII_SHADES
        shade = shades[min(int(share * len(shades)), len(shades) - 1)]
        grid.put(x, line, said or shade * cell.wide)


def _in_words(answer: Attention, width: int) -> str:
    """Where the last token looks most."""
    if not answer.weights:
        return ""
    seen = (*answer.seen, *_padding(answer, f"padding ({answer.padding:,} places)"))
    pairs = zip(seen, answer.weights[-1], strict=False)
    best = sorted(pairs, key=lambda pair: -(pair[1] or 0.0))[:LISTED]
    listed = [f"{in_quotes(name)} {weight or 0.0:.0%}" for name, weight in best]
    return joined(
        [f"{in_quotes(answer.tokens[-1])} looks at {listed[0]}", *listed[1:]], width, ", "
    )
