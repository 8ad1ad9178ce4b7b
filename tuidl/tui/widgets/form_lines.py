"""The rows of the form as cells."""

from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.compiler.graph import Node
from tuidl.nn.layers.base import describe
from tuidl.preset.toml_lines import KeyPath
from tuidl.tui.editor.rows import Row, brief

LABELS = 22
"""Cells of keys: most are shorter, and a longer one is cut."""


@dataclass(frozen=True)
class Shown:
    """Which part of the form is seen, and how. ``wrong``: the path of what is in error."""

    rows: list[Row]
    top: int
    cursor: int
    nodes: dict[int, Node]
    wrong: KeyPath = ()
    is_focused: bool = True
    is_stale: bool = False


def value_column(row: Row, width: int) -> int:
    """Where a row's value begins."""
    return min(_indent(row) + LABELS, max(width // 2, 8))


def _indent(row: Row) -> int:
    return 2 + 2 * row.depth + (4 if row.path[0] == "layers" and row.kind != "section" else 0)


def form_lines(
    shown: Shown, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """``height`` rows from ``top`` on; a stale form is faint: the text must be corrected first."""
    grid = Grid(width, height, unicode)
    for y, row in enumerate(shown.rows[shown.top : shown.top + height]):
        is_wrong = bool(shown.wrong) and _is_marked(row, shown)
        _DRAW[row.kind](grid, palette, y, row, shown, "bad" if is_wrong else "")
        if is_wrong:
            grid.put(0, y, "!", palette.style("bad", bold=True))
        if shown.top + y == shown.cursor and shown.is_focused:
            grid.tint(0, y, width, _cursor_style(palette))
        if shown.is_stale:
            grid.tint(0, y, width, palette.style("muted"))
    return grid.lines()


def _cursor_style(palette: Palette) -> Any:
    return palette.tint(palette.faded("accent", 0.32)) if palette.colors else palette.selected


def _is_marked(row: Row, shown: Shown) -> bool:
    """Whether the error is in this row, or in the closed layer that it stands for."""
    if row.path == shown.wrong:
        return row.kind != "section" or not any(
            r.path == shown.wrong and r.kind != "section" for r in shown.rows
        )
    return row.kind == "layer" and shown.wrong[: len(row.path)] == row.path


def _section(grid: Grid, palette: Palette, y: int, row: Row, shown: Shown, wrong: str) -> None:
    end = grid.put(1, y, f"{row.label} ", palette.style(wrong or "accent", bold=True))
    grid.put(end, y, "─" * (grid.width - end), palette.style("faint"))


def _field(grid: Grid, palette: Palette, y: int, row: Row, shown: Shown, wrong: str) -> None:
    x, at = _indent(row), value_column(row, grid.width)
    grid.put(x, y, fitted(row.label, at - x - 1), palette.style(wrong or "muted"))
    text = row.shown or "not set"
    style = palette.style(wrong or "text", bold=True) if row.is_set else palette.style("muted")
    end = grid.put(at, y, fitted(text, grid.width - at - 1), style)
    field, here = row.field, shown.rows.index(row) == shown.cursor
    if here and shown.is_focused and field and (field.is_choice or field.is_switch):
        grid.put(end + 1, y, "◂ ▸", palette.style("accent"))


def _layer(grid: Grid, palette: Palette, y: int, row: Row, shown: Shown, wrong: str) -> None:
    number = int(row.path[1])
    enabled = row.value.get("enabled", True) is not False
    node = shown.nodes.get(number)
    role = wrong or ("text" if enabled else "muted")
    grid.put_right(3, y, str(number + 1), palette.style("muted"))
    sign = "▾" if row.is_open else "▸"
    grid.put(4, y, sign, palette.style("accent" if enabled else "muted"))
    right = grid.width - 1
    if node is not None:
        count = f"{node.parameter_count:,}" if node.parameter_count else "·"
        grid.put_right(right, y, count, palette.style("muted"))
        right -= max(cell_len(f"{n.parameter_count:,}") for n in shown.nodes.values()) + 2
        shape = describe(node.shape)
        grid.put_right(right, y, shape, palette.style("train"))
        right -= max(cell_len(describe(n.shape)) for n in shown.nodes.values()) + 1
    elif not enabled:
        grid.put_right(right, y, "off", palette.style("muted", bold=True))
        right -= 4
    end = grid.put(6, y, fitted(row.label, max(right - 6, 0)), palette.style(role, bold=enabled))
    words = fitted(brief(row.value), max(right - end - 2, 0))
    grid.put(end + 1, y, words, palette.style(wrong or "muted"))


def _add(grid: Grid, palette: Palette, y: int, row: Row, shown: Shown, wrong: str) -> None:
    grid.put(4, y, f"+ {row.label}", palette.style("accent"))


_DRAW = {"section": _section, "field": _field, "kind": _field, "layer": _layer, "add": _add}
