"""A line of words of the two-dimensional playground."""

from typing import ClassVar

from rich.text import Text
from textual.widget import Widget

from tuidl.tui.terminal.internals import repaint_together
from tuidl.tui.widgets.chart import looks_of


class PlaneLine(Widget):
    """One line of words with their roles."""

    DEFAULT_CSS = "PlaneLine { height: 1; padding: 0 1; }"
    between: ClassVar[str] = "  "

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.parts: list[tuple[str, str]] = []

    def show(self, parts: list[tuple[str, str]]) -> None:
        if parts != self.parts:
            self.parts = parts
            repaint_together(self)

    def render(self) -> Text:
        palette, unicode = looks_of(self)
        text = Text(no_wrap=True)
        for number, (part, role) in enumerate(self.parts):
            text.append(self.between if number else "")
            text.append(part if unicode else _ascii(part), palette.style(role))
        text.truncate(self.content_size.width, overflow="ellipsis" if unicode else "crop")
        return text


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()
