"""A panel with a chart: drawn from plain data, again only when there is something new."""

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from tuidl.charts.palette import DEFAULT, PALETTES, Palette
from tuidl.tui.messages import UnexpectedError
from tuidl.tui.terminal.plain_app import PlainApp


class Chart(Widget, can_focus=True):
    """Base of all panels. Subclasses draw; ``concept`` is what help explains about them."""

    DEFAULT_CSS = """
    Chart { border: round $foreground 20%; border-title-color: $text-muted; padding: 0 1; }
    Chart { border-subtitle-color: $text-muted; }
    Chart:focus { border: round $accent; border-title-color: $text; }
    """

    concept: str = ""
    version: reactive[int] = reactive(0)

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        """The lines to show: ``height`` of them, ``width`` cells each."""
        raise NotImplementedError

    def changed(self) -> None:
        """There is something new to show."""
        self.version += 1

    def render(self) -> Text:
        width, height = self.content_size
        if width < 4 or height < 1:
            return Text()
        palette, unicode = looks_of(self)
        try:
            lines = self.draw(palette, width, height, unicode)
        except Exception as error:  # the other panels and the run go on
            self.app.post_message(UnexpectedError(error))
            lines = centred("this cannot be drawn", palette, width, height, "bad")
        return Text("\n", no_wrap=True).join(lines)


def looks_of(widget: Widget) -> tuple[Palette, bool]:
    """The palette of the app's theme, and whether the terminal speaks Unicode."""
    app = widget.app
    if not isinstance(app, PlainApp):
        return DEFAULT, True
    return PALETTES.get(app.palette_name, DEFAULT), app.unicode


def centred(
    text: str, palette: Palette, width: int, height: int, role: str = "muted"
) -> list[Text]:
    """A word in the middle of an otherwise empty panel."""
    lines = [Text(" " * width) for _ in range(height)]
    if height:
        lines[height // 2] = Text(text[:width].center(width), palette.style(role))
    return lines
