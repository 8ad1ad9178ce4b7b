"""One line that names the views with their keys, the one that is open marked."""

from collections.abc import Sequence

from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from tuidl.charts.palette import Palette
from tuidl.tui.widgets.chart import looks_of


class Tabs(Widget):
    """``names`` get the keys 1, 2, 3, …; a click on one opens it as its key does."""

    DEFAULT_CSS = "Tabs { height: 1; padding: 0 0 0 1; }"

    class Chosen(Message):
        """A tab was clicked; ``number`` counts from 0."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(id="tabs")
        self._names = names
        self._open = 0

    def show(self, number: int) -> None:
        """Mark a tab as the open one."""
        self._open = number
        self.refresh()

    def rename(self, names: Sequence[str]) -> None:
        """Change the names of the tabs."""
        self._names = names
        self.refresh()

    def render(self) -> Text:
        palette, _ = looks_of(self)
        return tabs_line(self._names, self._open, palette, self.content_size.width)

    def on_click(self, event: Click) -> None:
        end = 1
        for number, label in enumerate(labels(self._names, self.content_size.width)):
            end += len(label) + 1
            if event.x < end:
                self.post_message(self.Chosen(number))
                return


def tabs_line(names: Sequence[str], opened: int, palette: Palette, width: int) -> Text:
    """`` [1] overview   [2] picture  …``, each key as the line of keys paints it; closer together
    and with shorter names where there is little room."""
    text = Text(no_wrap=True)
    for number, label in enumerate(labels(names, width)):
        style = palette.selected if number == opened else palette.style("muted")
        start = len(text)
        text.append(label, style).append(" ")
        if number != opened:
            key = label.strip().partition(" ")[0]
            end = start + label.index(key) + len(key)
            text.stylize(palette.style("accent", bold=True), start, end)
    return text


def labels(names: Sequence[str], width: int) -> list[str]:
    """What stands on each tab: of the ways to write them the longest that fits."""
    found = [f" [{number}] {name} " for number, name in enumerate(names, 1)]
    if sum(map(len, found)) + len(found) - 1 > width:
        found = [f" {number} {name} " for number, name in enumerate(names, 1)]
    for longest in range(max(map(len, names), default=0), 0, -1):
        if sum(map(len, found)) + len(found) - 1 <= width:
            break
        found = [f"{number} {name[:longest].strip()}" for number, name in enumerate(names, 1)]
    return found
