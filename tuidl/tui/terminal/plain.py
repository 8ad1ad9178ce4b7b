"""Text on the screen: never read as markup, without control sequences."""

from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.content import Content
from textual.filter import ANSIToTruecolor, LineFilter
from textual.widget import Widget

from tuidl.core.printable import fitting, printable
from tuidl.tui.terminal.internals import has_actions, is_truecolor


def plain(text: str) -> Content:
    """Text for a widget, on one line, without markup: ``[bold]`` is six characters."""
    return Content(printable(text))


def warn(node: Widget, problem: object) -> None:
    """Show a notice about a problem that ends nothing."""
    node.notify(str(problem), severity="warning", timeout=10, markup=False)


class Printable(LineFilter):
    """The last filter: each line that a widget draws goes through it.

    Whatever a widget was given, its cells hold only characters that fit, no links and no actions.
    The width of a line stays as it is, as the screen is laid out by then. ``colors``: Textual's
    filter that makes true colours of all others; asked only for those, as it remembers fewer styles
    than a map has.
    """

    def __init__(self, colors: ANSIToTruecolor | None = None) -> None:
        super().__init__()
        self.colors = colors

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if (colors := self.colors) is not None:
            behind = background.rich_color
            segments = [
                segment
                if (style := segment.style) is None or is_truecolor(style)
                else Segment(segment.text, colors.truecolor_style(style, behind))
                for segment in segments
            ]
        return [segment if segment.control else _harmless(segment) for segment in segments]


def _harmless(segment: Segment) -> Segment:
    text, style, _ = segment
    shown = _shown(text)
    if style is not None and has_actions(style):
        return Segment(shown, style.clear_meta_and_links())
    return segment if shown is text else Segment(shown, style)


@lru_cache(8192)
def _shown(text: str) -> str:
    """The printable part of ``text``, padded to the width it had."""
    left = fitting(text)
    return text if left == text else set_cell_size(left, cell_len(text))
