"""The screen behind a dialog, dimmed: each style once, since a screen has few of them."""

from collections.abc import Iterable
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen

STYLES = 4096
"""That are kept; the pictures of a large screen have some hundred."""


class Dimmed(BackgroundScreen):
    """As Textual's own, which mixes the colours of every piece of text anew at each painting: a
    third of the time in which help is opened on a large screen."""

    @classmethod
    def process_segments(cls, segments: Iterable[Segment], color: Color) -> Iterable[Segment]:
        """The pieces, tinted with ``color`` and without links and actions."""
        for segment in segments:
            text, style, control = segment
            yield segment if control else Segment(text, dimmed(style or Style.null(), color))


@lru_cache(STYLES)
def dimmed(style: Style, color: Color) -> Style:
    """A style whose colours are mixed with ``color`` by its share."""
    (piece,) = BackgroundScreen.process_segments([Segment(" ", style)], color)
    return piece.style or Style.null()
