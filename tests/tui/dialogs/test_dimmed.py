"""What is behind a dialog: the colours that Textual mixes, each style once."""

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen

from tuidl.tui.dialogs.dimmed import Dimmed, dimmed

TINT = Color(20, 20, 30, 0.6)
PIECES = [
    Segment("plain"),
    Segment("red", Style(color="#ff0000")),
    Segment("on blue", Style(color="#ffffff", bgcolor="#0000ff", bold=True)),
    Segment("linked", Style(color="#00ff00", link="https://example.org")),
    Segment("clicked", Style(color="#00ff00", meta={"@click": "app.bell"})),
]


def test_pieces_are_those_of_textual() -> None:
    for tint in (TINT, Color(20, 20, 30, 0.0), Color(250, 250, 250, 1.0)):
        made = list(Dimmed.process_segments(PIECES, tint))
        assert made == list(BackgroundScreen.process_segments(PIECES, tint))
        assert not any(piece.style and (piece.style.link or piece.style.meta) for piece in made)


def test_each_style_is_mixed_once() -> None:
    dimmed.cache_clear()
    list(Dimmed.process_segments(PIECES * 50, TINT))
    assert dimmed.cache_info().misses == len(PIECES)
