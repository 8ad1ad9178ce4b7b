"""Panels as they go to the terminal, made before they are painted.

Textual makes borders and filters lines when it paints, of all panels in one piece, for which a key
has to wait. What is made here, a panel at a time, is only handed over then.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tuidl.tui.terminal.internals import StylesCache, Titles, title_looks, titled, titles_of
from tuidl.tui.terminal.plain import plain

MOST_KEPT = 2
"""What is seen, and what comes next."""
Give = Callable[[Sequence[Strip] | None], None]


class _Painted(NamedTuple):
    """``looks``: all that ``lines`` depend on besides the strips of the content."""

    strips: Sequence[Strip]
    looks: Hashable
    titles: Titles
    lines: list[Strip]


class Painter:
    """Makes the lines of a ``widget`` with its border; those whose content is the same object as
    the time before are kept. ``give``: sets the lines that the widget says its content has."""

    def __init__(self, widget: Widget, give: Give) -> None:
        self._widget, self._give = widget, give
        self._cache = StylesCache()
        self._kept: list[_Painted] = []
        """The newest last."""

    def lines(
        self, strips: Sequence[Strip], title: str | None = None, subtitle: str | None = None
    ) -> list[Strip]:
        """All lines for this content, under the titles that the widget will have with it; None for
        those that it has."""
        widget, looks = self._widget, self._looks()
        has = titles_of(widget)
        titles = (
            has[0] if title is None else plain(title),
            has[1] if subtitle is None else plain(subtitle),
        )
        for known in self._kept:
            if known.strips is strips and (known.looks, known.titles) == (looks, titles):
                return known.lines
        self._forget_changed(strips, looks)
        self._give(strips)
        try:
            with titled(widget, titles):
                lines = self._cache.render_widget(widget, widget.outer_size.region)
        finally:
            self._give(None)
        self._kept = [*self._kept[1 - MOST_KEPT :], _Painted(strips, looks, titles, lines)]
        return lines

    def _looks(self) -> Hashable:
        widget, styles = self._widget, self._widget.styles
        return (
            widget.outer_size, widget.gutter, widget.content_size, widget.background_colors,
            styles.border, title_looks(widget), widget.opacity, tuple(widget.get_line_filters()),
        )  # fmt: skip

    def _forget_changed(self, strips: Sequence[Strip], looks: Hashable) -> None:
        """Have lines made anew of which the content changed, and those above and below it."""
        last = self._kept[-1] if self._kept else None
        if last is None or last.looks != looks:
            self._cache.clear()
            return
        top = self._widget.gutter.top
        same = {
            top + n for n, (a, b) in enumerate(zip(last.strips, strips, strict=False)) if a is b
        }
        for line in range(self._widget.outer_size.height):
            if line not in same:
                self._cache.set_dirty(Region(0, line, 1, 1))
