"""The private names of Textual and Rich that the playground uses, each with its reason.

pyproject.toml holds both below their next major versions; a test looks that no other file has any
of these names.

* ``StylesCache`` makes a widget's lines with border and padding, and its titles are set past
  ``border_title``: what is assigned to that has the widget painted again, but here (``painted.py``)
  lines are made ahead under titles that it does not have yet.
* ``_check_refresh``, ``_dirty_widgets`` and ``_on_timer_update``: the public ``refresh`` paints at
  the next of sixty turns a second, and widgets that are refreshed together maybe in different ones.
* ``XTermParser`` reads keys; the loop around it (``driver.py``) cannot be had without it.
* A style's ``_color``, ``_link`` and so on: each segment of each line that is painted is asked for
  them, and by the public properties the filter of lines took 575 ns a segment instead of 340.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from rich.style import Style
from textual._parser import ParseEOF, ParseError
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.content import Content
from textual.widget import Widget

__all__ = [
    "ParseEOF", "ParseError", "StylesCache", "Titles", "XTermParser", "has_actions", "is_truecolor",
    "paint_at_once", "repaint_together", "title_looks", "titled", "titles_of",
]  # fmt: skip

Titles = tuple[Content | None, Content | None]
"""In a widget's border: above and below."""
CLICK = "@click"
"""The key of a style's ``meta`` under which Textual has what a click does."""
DIM = Style(dim=True)._attributes
"""The bit of what is mixed with its background."""


def repaint_together(widget: Widget) -> None:
    """Have a widget painted at the screen's next turn. A plain ``refresh`` comes by way of the
    widget's own queue, so that widgets refreshed together may be painted apart."""
    widget.refresh()
    widget._check_refresh()


def paint_at_once(widget: Widget) -> None:
    """Have a widget painted now: Textual paints at the next of sixty turns a second."""
    screen = widget.screen
    if not screen.is_current or not widget.is_mounted:
        repaint_together(widget)
        return
    widget._repaint_required = False
    screen._dirty_widgets.add(widget)
    screen._on_timer_update()


def titles_of(widget: Widget) -> Titles:
    return widget._border_title, widget._border_subtitle


@contextmanager
def titled(widget: Widget, titles: Titles) -> Iterator[None]:
    """The widget with other titles, without its being painted again."""
    has = titles_of(widget)
    widget._border_title, widget._border_subtitle = titles
    try:
        yield
    finally:
        widget._border_title, widget._border_subtitle = has


def title_looks(widget: Widget) -> Hashable:
    """The styles of both titles."""
    behind = widget.background_colors[0]
    above, below = widget._get_title_style_information, widget._get_subtitle_style_information
    return above(behind), below(behind)


def is_truecolor(style: Style) -> bool:
    """Whether its colours are given by their parts, none to be mixed with what is behind."""
    color, behind = style._color, style._bgcolor
    if (color is not None and color.triplet is None) or (
        behind is not None and behind.triplet is None
    ):
        return False
    return not style._attributes & DIM


def has_actions(style: Style) -> bool:
    """Whether a click does something."""
    return style._link is not None or (style._meta is not None and CLICK in style.meta)
