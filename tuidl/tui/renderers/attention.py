"""Attention as a picture: who looks where."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from tuidl.charts.grid import Grid, fitted, joined
from tuidl.charts.palette import Palette, mixed
from tuidl.core.printable import in_quotes
from tuidl.protocol.text_answers import Attention

SHADES, ASCII_SHADES = " ░▒▓█", " .:*#"
LONGEST = 12
"""Cells of a token's name before its row, at most."""
LISTED = 5
"""Tokens that the last line names."""
PADDING, ASCII_PADDING = "∅", "_"
"""What stands above the column of all padding."""
ROOT = 0.5
"""Shares are drawn by their root: small ones are seen as well."""


def attention(
    answer: Attention, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """A row for each token that looks, the last one at the bottom, and a column for each that is
    seen: the fuller, the larger the share; the last one is the sum of all padding, where there is
    any. Below, where the last token looks most."""
    grid = Grid(width, height, unicode)
    seen = (*answer.seen, *_padding(answer, PADDING if unicode else ASCII_PADDING))
    names = max((min(cell_len(name), LONGEST) for name in answer.tokens), default=1)
    left = max(names + 3, 5)
    rows = max(min(len(answer.tokens), height - 2), 0)
    wide = _width_of_a_column(seen, width - left)
    columns = max(min(len(seen), (width - left) // wide), 0)
    first_row, first_column = len(answer.tokens) - rows, len(seen) - columns
    grid.put(0, 0, fitted("seen" if left > 4 else "", left), palette.style("muted"))
    for x in range(columns):
        name = seen[first_column + x]
        grid.put(left + x * wide, 0, _headed(name, wide),
                 palette.style("muted"))  # fmt: skip
    for y in range(rows):
        number = first_row + y
        is_last = number == len(answer.tokens) - 1
        style = palette.style("accent", bold=True) if is_last else palette.style("text")
        grid.put_right(names, y + 1, fitted(answer.tokens[number], names), style)
        grid.put(names + 1, y + 1, "▸" if is_last else "│", palette.style("faint"))
        weights = answer.weights[number][first_column:]
        for x, weight in enumerate(weights):
            _cell(grid, palette, left + x * wide, y + 1, wide, weight or 0.0)
    grid.put(0, height - 1, _in_words(answer, width), palette.style("accent"))
    return grid.lines()


def _width_of_a_column(seen: Sequence[str], room: int) -> int:
    """Cells of each: enough for the longest name and a gap, where there is room for all columns."""
    longest = max((min(cell_len(name), LONGEST) for name in seen), default=1)
    return max(min(room // max(len(seen), 1), max(longest + 1, 2)), 1)


def _headed(name: str, wide: int) -> str:
    """What stands above a column: the beginning of a name, without a mark where it is cut, which
    would take the place of a letter; names stand whole before the rows."""
    return name[:1] if wide == 1 else set_cell_size(name, max(wide - 1, 2)).rstrip()


def _padding(answer: Attention, name: str) -> tuple[str, ...]:
    """The name of the column of all padding, where there is one."""
    return (name,) if answer.padding else ()


def _cell(grid: Grid, palette: Palette, x: int, y: int, wide: int, weight: float) -> None:
    share = min(max(weight, 0.0), 1.0) ** ROOT
    if palette.colors:
        color = mixed(palette.ground, palette.accent, share)
        grid.put(x, y, " " * wide, palette.tint(color))
        return
    shades = SHADES if grid.unicode else ASCII_SHADES
    grid.put(x, y, shades[min(int(share * len(shades)), len(shades) - 1)] * wide)


def _in_words(answer: Attention, width: int) -> str:
    """Where the last token looks most."""
    if not answer.weights:
        return ""
    seen = (*answer.seen, *_padding(answer, f"padding ({answer.padding:,} places)"))
    pairs = zip(seen, answer.weights[-1], strict=False)
    best = sorted(pairs, key=lambda pair: -(pair[1] or 0.0))[:LISTED]
    listed = [f"{name} {weight or 0.0:.0%}" for name, weight in best]
    return joined(
        [f"{in_quotes(answer.tokens[-1])} looks at {listed[0]}", *listed[1:]], width, ", "
    )
