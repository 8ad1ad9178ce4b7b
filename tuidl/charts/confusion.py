"""The confusion matrix: rows are the true classes, columns the predicted ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tuidl.charts.frame import note
from tuidl.charts.grid import Grid, fitted, worded
from tuidl.charts.palette import RGB, Palette, mixed, painted

Counts = Sequence[Sequence[int]]
SHADES, ASCII_SHADES = "·░▒▓█", ".:+*#"
RECALL = 6
"""Cells of the column that says how much of a row is right."""


@dataclass(frozen=True)
class Layout:
    """``cell`` columns a class; ``each`` classes share a row and a column where there are many."""

    cell: int
    each: int
    names: int
    recall: bool

    def end(self, across: int) -> int:
        """The cell after the column that says how much is right."""
        return self.names + 1 + across * self.cell + RECALL


def confusion(
    counts: Counts,
    names: Sequence[str],
    palette: Palette,
    width: int,
    height: int,
    *,
    selected: tuple[int, int] | None = None,
    unicode: bool = True,
) -> list[Text]:
    """Counts shaded by their share of the row: what is right along the diagonal, mistakes beside
    it. ``selected`` is (true, predicted)."""
    grid = Grid(width, height, unicode)
    if not counts or len(counts) != len(names):
        note(grid, palette, "no predictions yet")
        return grid.lines()
    plan = layout(counts, names, width, height)
    merged = joined(counts, plan.each)
    head = 1 if height > 1 else 0
    if head:
        _heading(grid, palette, names, plan, selected)
    for i, row in enumerate(merged[: height - head]):
        _row(grid, palette, names, plan, i, row, i + head, selected)
    if height > len(merged) + head:
        _foot(grid, palette, counts, names, plan, selected)
    return grid.lines()


def cell_at(
    counts: Counts, names: Sequence[str], width: int, height: int, x: int, y: int
) -> tuple[int, int] | None:
    """The (true, predicted) classes at a cell of the chart, the first where several share it."""
    if not counts:
        return None
    plan = layout(counts, names, width, height)
    column, row = (x - plan.names - 1) // plan.cell * plan.each, (y - (height > 1)) * plan.each
    inside = 0 <= column < len(counts) and 0 <= row < len(counts)
    return (row, column) if inside else None


def layout(counts: Counts, names: Sequence[str], width: int, height: int) -> Layout:
    """The widest cells that fit; a count that does not fit its cell is only shaded."""
    size = len(counts)
    digits = max(len(str(c)) for row in counts for c in row)
    longest = max(map(cell_len, names))
    each = max(1, -(-size // max(height - 1, 1)), -(-size // max(width - 6, 1)))
    across = -(-size // each)
    label = min(max(longest, 4), 12, max(width // 5, 3)) if each == 1 else len(f"{size}–{size}")
    room = width - label - 1
    recall = each == 1 and room - RECALL >= across * (digits + 1)
    room -= RECALL if recall else 0
    wanted = max(digits + 3, min(longest, 8) + 1)
    return Layout(max(min(wanted, room // across), 1), each, label, recall)


def joined(counts: Counts, each: int) -> list[list[int]]:
    """Sums over ``each`` neighbouring classes."""
    if each == 1:
        return [list(row) for row in counts]
    starts = range(0, len(counts), each)
    return [
        [sum(sum(row[j : j + each]) for row in counts[i : i + each]) for j in starts]
        for i in starts
    ]


def _name(names: Sequence[str], plan: Layout, i: int) -> str:
    if plan.each == 1:
        return names[i]
    first, last = i * plan.each, min((i + 1) * plan.each, len(names)) - 1
    return f"{first}–{last}" if first < last else f"{last}"


def _heading(
    grid: Grid,
    palette: Palette,
    names: Sequence[str],
    plan: Layout,
    selected: tuple[int, int] | None,
) -> None:
    grid.put(0, 0, fitted("true", plan.names), palette.style("muted"))
    if plan.each > 1 or plan.cell == 1:
        many = f"{len(names)} classes"
        each = f", {plan.each} in each cell" if plan.each > 1 else ""
        room = grid.width - plan.names - 1
        text = worded(room, f"predicted → {many}{each}", f"predicted → {many}", "predicted →")
        grid.put(plan.names + 1, 0, text, palette.style("muted"))
        return
    for j, name in enumerate(names):
        style = palette.style("accent" if selected and selected[1] == j else "muted")
        end = plan.names + 1 + (j + 1) * plan.cell - (plan.cell > 3)
        room = plan.cell - 1
        grid.put_right(end, 0, name if cell_len(name) <= room else _cut(name, room), style)
    if plan.recall:
        grid.put_right(plan.end(len(names)), 0, "right", palette.style("muted"))


def _cut(name: str, size: int) -> str:
    """The beginning alone: a sign for what is missing would take half of it."""
    return fitted(name, size) if size > 4 else name[:size]


def _row(
    grid: Grid,
    palette: Palette,
    names: Sequence[str],
    plan: Layout,
    i: int,
    row: Sequence[int],
    y: int,
    selected: tuple[int, int] | None,
) -> None:
    total = sum(row)
    chosen = selected is not None and selected[0] // plan.each == i
    role = "accent" if chosen else "muted"
    grid.put_right(plan.names, y, fitted(_name(names, plan, i), plan.names), palette.style(role))
    for j, count in enumerate(row):
        share = count / total if total else 0.0
        style = _style(palette, share, count, i == j)
        text = _text(share, count, plan, palette.colors and grid.unicode, grid.unicode)
        if chosen and selected is not None and selected[1] // plan.each == j:
            style = palette.selected
            text = f"[{text.strip()}]".rjust(plan.cell) if plan.cell > 3 else text
        grid.put(plan.names + 1 + j * plan.cell, y, text, style)
    if plan.recall and total and plan.each == 1:
        text = f"{row[i] / total:.0%}"
        grid.put_right(plan.end(len(row)), y, text, palette.style("text"))


def _text(share: float, count: int, plan: Layout, colors: bool, unicode: bool) -> str:
    """The count where it fits; else nothing but the colour, or a shade where there is none."""
    padded = f"{count or '·'}".rjust(plan.cell - (plan.cell > 3)).ljust(plan.cell)
    fits = plan.each == 1 and len(str(count)) < plan.cell + colors
    if fits or not count:
        return padded
    if colors:
        return " " * plan.cell
    ramp = SHADES if unicode else ASCII_SHADES
    return ramp[min(max(round(share * 4.4), 1), 4)] * plan.cell


def _style(palette: Palette, share: float, count: int, right: bool) -> Style:
    """The diagonal in one colour, mistakes in another and bold; both the stronger, the more."""
    if not count:
        return palette.style("faint")
    if not palette.colors:
        return palette.style("text" if right else "bad", bold=not right)
    # The root lifts small shares: one mistake in a hundred must be seen.
    strength = 0.12 + 0.5 * share if right else 0.2 + 0.8 * min(share * 2, 1.0) ** 0.5
    over: RGB = mixed(palette.ground, palette.rgb("good" if right else "bad"), strength)
    return painted(palette.ink(over), over, not right)


def _foot(
    grid: Grid,
    palette: Palette,
    counts: Counts,
    names: Sequence[str],
    plan: Layout,
    selected: tuple[int, int] | None,
) -> None:
    """What the chosen cell says in words, or how many are right at all."""
    y = -(-len(counts) // plan.each) + 1
    total = sum(map(sum, counts))
    if selected is not None:
        true, predicted = selected
        count = counts[true][predicted]
        if true == predicted:
            text = f"{names[true]}: {count} of {sum(counts[true])} right"
        else:
            text = f"{names[true]} read as {names[predicted]}: {count} of {sum(counts[true])}"
    else:
        right = sum(row[i] for i, row in enumerate(counts))
        text = f"{right:,} of {total:,} right" + (f" ({right / total:.1%})" if total else "")
    grid.put(0, y, fitted(text, grid.width), palette.style("accent" if selected else "muted"))
