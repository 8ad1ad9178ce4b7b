"""How many examples each class has."""

from rich.text import Text

from tuidl.charts.bars import Bar, bars
from tuidl.charts.palette import Palette
from tuidl.tui.widgets.chart import Chart


class ClassCounts(Chart):
    """A bar for each class, with its share; the largest ones where not all fit."""

    DEFAULT_CSS = "ClassCounts { height: 1fr; }"
    concept = "class"

    counts: tuple[tuple[str, int], ...] = ()

    def show(self, counts: tuple[tuple[str, int], ...]) -> None:
        self.counts = counts
        self.display = bool(counts)
        self.changed()

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        whole = max(sum(count for _, count in self.counts), 1)
        items = [Bar(f"{name}  {count:,}", count / whole) for name, count in self.counts]
        return bars(items, palette, width, height, percent=True, unicode=unicode)
