"""What is said above the table of runs."""

from collections.abc import Sequence

from tuidl.runs.table import NEWEST, Order, Row
from tuidl.tui.renderers.run_table import TableView, is_descending


def counts(every: int, shown: int, marked: int, hidden: int, is_whole: bool) -> str:
    """``1,000 runs, 312 shown, 3 marked (1 not shown)``."""
    parts = [f"{every:,} run{'s' if every != 1 else ''}{'' if is_whole else ', more are read ...'}"]
    if shown != every:
        parts.append(f"{shown:,} shown")
    if marked:
        parts.append(f"{marked:,} marked" + (f" ({hidden:,} not shown)" if hidden else ""))
    return ", ".join(parts)


def how_sorted(view: TableView) -> str:
    """``by accuracy, the largest first; groups of the same optimizer.type``."""
    groups = f"; groups of the same {' and '.join(view.groups)}" if view.groups else ""
    return f"by {view.order.key}, {_first(view.order, view.rows)} first{groups}"


def _first(order: Order, rows: Sequence[Row]) -> str:
    down = is_descending(order, rows)
    if order.key == NEWEST:
        return "the newest" if down else "the oldest"
    return "the largest" if down else "the smallest"
