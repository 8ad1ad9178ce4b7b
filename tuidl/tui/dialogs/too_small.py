"""The notice that the terminal is too small."""

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST_COLUMNS, LEAST_LINES = 80, 24


class TooSmallScreen(ModalScreen[None]):
    """Covers the screens until the terminal is large enough again; training goes on."""

    DEFAULT_CSS = """
    TooSmallScreen { background: $background; align: center middle; }
    TooSmallScreen Static { width: auto; text-align: center; }
    """

    def compose(self) -> ComposeResult:
        yield Static(Content(f"tuidl needs {LEAST_COLUMNS} columns\nand {LEAST_LINES} lines"))


def is_too_small(columns: int, lines: int) -> bool:
    return columns < LEAST_COLUMNS or lines < LEAST_LINES
