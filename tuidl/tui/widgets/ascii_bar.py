"""Scrollbars for terminals that know no other characters than ASCII's."""

from textual.scrollbar import ScrollBar, ScrollBarRender


class AsciiBar(ScrollBarRender):
    """Whole cells by their background alone; Textual's own ends in eighths of cells."""

    VERTICAL_BARS = [" "] * 8
    HORIZONTAL_BARS = [" "] * 8


def use_scrollbars(unicode: bool) -> None:
    """Choose how all scrollbars of this process are drawn."""
    ScrollBar.renderer = ScrollBarRender if unicode else AsciiBar
