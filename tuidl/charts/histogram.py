"""A distribution as columns."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.bars import SPARK_LEVELS
from tuidl.charts.dots import levels
from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette, painted
from tuidl.charts.scale import LARGEST, short


@dataclass(frozen=True)
class Distribution:
    """Counts in bins of equal width from ``low`` to ``high``."""

    counts: Sequence[float]
    low: float
    high: float
    mean: float = math.nan
    name: str = ""


def histogram(
    data: Distribution,
    palette: Palette,
    width: int,
    height: int,
    *,
    role: str = "train",
    unicode: bool = True,
) -> list[Text]:
    """Columns over an axis that names the ends, zero and the mean."""
    grid = Grid(width, height, unicode)
    if not _known(data) or width < 1:
        note(grid, palette, "no values yet")
        return grid.lines()
    head = 1 if height > 3 else 0
    below = 2 if height > 4 else 0
    shares = column_shares(data.counts, width)
    zero = place(data, 0.0, width)
    if zero is not None:
        for y in range(head, height - below):
            grid.put(zero, y, "┊", palette.style("muted"))
    for y, text in enumerate(levels(shares, height - head - below), head):
        _level(grid, palette, y, text, zero, role)
    if head:
        _heading(grid, palette, data)
    if below:
        _axis(grid, palette, data, zero)
    return grid.lines()


def _level(grid: Grid, palette: Palette, y: int, text: str, zero: int | None, role: str) -> None:
    """One line of all columns; those of negative values are a little darker."""
    positive = negative = palette.style(role)
    if palette.colors:
        negative = painted(palette.faded(role, 0.65))
    for x, char in enumerate(text if grid.unicode else text.translate(SPARK_LEVELS)):
        if char != " ":
            grid.put(x, y, char, negative if zero is not None and x < zero else positive)


def _known(data: Distribution) -> bool:
    ends = math.isfinite(data.low) and math.isfinite(data.high)
    return ends and any(math.isfinite(c) and c > 0 for c in data.counts)


def _heading(grid: Grid, palette: Palette, data: Distribution) -> None:
    total = sum(c for c in data.counts if math.isfinite(c))
    end = grid.put(0, 0, fitted(data.name, grid.width), palette.style("text", bold=True))
    text = f"{total:,.0f} values" if total < 1e12 else f"{short(total)} values"
    if end + 2 + cell_len(text) <= grid.width:
        grid.put_right(grid.width, 0, text, palette.style("muted"))


def _axis(grid: Grid, palette: Palette, data: Distribution, zero: int | None) -> None:
    """The ends and zero; the mean where it has room between them."""
    y = grid.height - 2
    muted = palette.style("muted")
    grid.put(0, y, "─" * grid.width, palette.style("faint"))
    left, right = short(data.low), short(data.high)
    if cell_len(left) + cell_len(right) + 1 > grid.width:
        return
    grid.put(0, y + 1, left, muted)
    grid.put_right(grid.width, y + 1, right, muted)
    taken = [(0, len(left)), (grid.width - len(right), grid.width)]
    mean = place(data, data.mean, grid.width)
    marks = [(mean, f"mean {short(data.mean)}", "▲", "accent"), (zero, "0", "┴", "muted")]
    for at, text, sign, role in marks:
        if at is None:
            continue
        grid.put(at, y, sign, palette.style(role))
        start = min(max(at - cell_len(text) // 2, 0), grid.width - cell_len(text))
        end = start + cell_len(text)
        if all(end < first or start > last for first, last in taken):
            grid.put(start, y + 1, text, palette.style(role))
            taken.append((start, end))


def place(data: Distribution, value: float, width: int) -> int | None:
    """The column of a value that lies between the ends."""
    if not math.isfinite(value) or not data.low <= value <= data.high or width < 1:
        return None
    low, high = max(data.low, -LARGEST), min(data.high, LARGEST)
    share = (min(max(value, low), high) - low) / (high - low) if high > low else 0.5
    return min(int(share * width), width - 1)


def column_shares(counts: Sequence[float], width: int) -> list[float]:
    """Counts by column as shares of the largest; bins are split or joined by their overlap."""
    kept = [min(c, 1e290) if math.isfinite(c) and c > 0 else 0.0 for c in counts]
    made = []
    for x in range(width):
        low, high = x * len(kept) / width, (x + 1) * len(kept) / width
        first, last = int(low), min(math.ceil(high - 1e-9), len(kept))
        overlaps = (
            kept[i] * (min(high, i + 1) - max(low, i)) for i in range(first, max(last, first + 1))
        )
        made.append(sum(overlaps))
    largest = max(made, default=0.0)
    return [value / largest for value in made] if largest > 0 else [0.0] * width
