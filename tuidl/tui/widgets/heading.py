"""What a log is and how far it has been read."""

from rich.text import Text
from textual.widget import Widget

from tuidl.tui.renderers.heading import Parts, heading
from tuidl.tui.widgets.chart import looks_of


class Heading(Widget):
    """What is shown, and how far it has been read: two lines."""

    DEFAULT_CSS = "Heading { height: 2; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(id="heading")
        self.lines: list[Parts] = []

    def render(self) -> Text:
        palette, unicode = looks_of(self)
        return heading(self.lines, palette, self.content_size.width, unicode)
