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

    DEFAULT_CSS = "Tabs { height: 1; padding: 0 1; }"

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
        return tabs_line(self._names, self._open, palette)

    def on_click(self, event: Click) -> None:
        end = 1
        for number, name in enumerate(self._names):
            end += len(_label(number, name)) + 1
            if event.x < end:
                self.post_message(self.Chosen(number))
                return


def tabs_line(names: Sequence[str], opened: int, palette: Palette) -> Text:
    """`` 1 overview   2 picture  …``."""
    text = Text(no_wrap=True)
    for number, name in enumerate(names):
        style = palette.selected if number == opened else palette.style("muted")
        text.append(_label(number, name), style).append(" ")
    return text


def _label(number: int, name: str) -> str:
    return f" {number + 1} {name} "
