"""A panel with a chart: drawn from plain data, again only when there is something new."""

import textwrap
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple, Self

from rich.style import Style
from rich.text import Text
from textual.events import Resize
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tuidl.charts.palette import DEFAULT, PALETTES, Palette
from tuidl.glossary.pages import Line
from tuidl.tui.messages import UnexpectedError
from tuidl.tui.renderers.verdicts import verdict_page
from tuidl.tui.terminal.internals import paint_at_once, repaint_together
from tuidl.tui.terminal.plain import plain
from tuidl.tui.terminal.plain_app import PlainApp
from tuidl.tui.widgets.frames import frames_of
from tuidl.tui.widgets.painted import Painter
from tuidl.tui.widgets.strips import strip_of
from tuidl.verdicts import Finding, Rule

BESIDE_TITLE, ANY_ROOM = 6, 1000
"""Cells of a border that its title never has, and what there is where the border has no size."""


class Chart(Widget, can_focus=True):
    """Base of all panels. Subclasses draw; ``concept`` is what help explains about them, and
    ``rules`` are those by which they say something of the run.

    A panel of a run is drawn in two steps: ``prepare`` makes its lines, one panel after the other,
    then ``present`` shows those of all, so that what is seen together is of one moment. Painting
    never draws amid a frame and never ends one: widgets painted before, and the border of the panel
    itself, would keep the moment before. ``kinds``: the probes whose answers it draws.
    """

    DEFAULT_CSS = """
    Chart { border: round $foreground 20%; border-title-color: $text-muted; padding: 0 1; }
    Chart { border-subtitle-color: $text-muted; }
    Chart:focus { border: round $accent; border-title-color: $text; }
    """

    concept: str = ""
    kinds: ClassVar[tuple[str, ...]] = ()
    rules: tuple[Rule, ...] = ()
    version: reactive[int] = reactive(0)
    keeps_lines: ClassVar[bool] = False
    """Whether lines that are as they were are the same objects, and none is ever changed."""
    moment: str = ""
    """When what is drawn was so, in words; empty where the screen's header says it."""
    _prepared: "Drawn | None" = None
    _drawn: "Drawn | None" = None
    _before: "Drawn | None" = None
    """What was drawn last, until it is drawn anew; None while nobody sees the panel."""
    _strips: Sequence[Strip] | None = None
    """The lines, while what is painted is made of them."""
    _painter: Painter | None = None
    _overtakes = False

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        """The lines to show: ``height`` of them, ``width`` cells each."""
        raise NotImplementedError

    @property
    def title_room(self) -> int:
        """Cells for a title on the border; many where the panel has no size yet."""
        width = self.outer_size.width
        return max(width - BESIDE_TITLE, 0) if width else ANY_ROOM

    def title_now(self) -> str | None:
        """The title that goes with what is drawn; None where it is always the same."""
        return None

    def subtitle_now(self) -> str | None:
        """The same of the subtitle: when what is drawn was so, of panels of answers."""
        return self.moment if self.kinds else None

    @property
    def findings(self) -> list[Finding]:
        """What was found of the run that is shown."""
        return []

    def about(self, width: int) -> list[Line]:
        """What help shows of the panel itself: what was found, and by which rules."""
        return verdict_page(self.findings, self.rules, width) if self.rules else []

    def changed(self) -> None:
        """There is something new to show, at once."""
        self._put_titles(self.title_now(), self.subtitle_now())
        self.version += 1

    def forget(self) -> None:
        """The same for a panel that is hidden: it is drawn, titles as well, once it is shown. Where
        that is to come already, there is nothing to do."""
        if self._drawn is not None or self._before is not None:
            self.changed()
            self._before = None

    @property
    def awaits_lines(self) -> bool:
        """Whether it was changed and not painted since."""
        return self._drawn is None

    def prepare(self) -> None:
        """Make the lines of what there is now, without showing them."""
        self._prepared = drawn = self._draw()
        self.painter.lines(drawn.strips, drawn.title, drawn.subtitle)

    @property
    def painter(self) -> Painter:
        """Makes what is painted of the lines."""
        if self._painter is None:
            self._painter = Painter(self, self._give)
        return self._painter

    def _give(self, strips: Sequence[Strip] | None) -> None:
        self._strips = strips

    def present(self) -> None:
        """Show what was prepared."""
        if self._prepared is None:
            return
        prepared, self._prepared = self._prepared, None
        self._put_titles(prepared.title, prepared.subtitle)
        repaint_together(self)
        self._drawn = self._before = prepared

    def draw_over(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        """The lines that are seen, with what a key changed in them."""
        return self.draw(palette, width, height, unicode)

    def overtake(self, *regions: Region) -> None:
        """Paint what a key changed (``regions``, or all and the titles) at once, amid a frame too:
        the other panels keep the moment that they show until the next one is whole."""
        self._overtakes = True
        try:
            drawn, self._prepared = self._draw(self.draw_over), None
            self._drawn = self._before = drawn
            if not regions:
                self._put_titles(drawn.title, drawn.subtitle)
            self.refresh(*regions)
        finally:
            self._overtakes = False
        paint_at_once(self)

    def refresh(self, *regions: Region, **how: Any) -> Self:
        """Whoever asks for this has changed something: the lines are made anew, of the newest
        moment, which all other panels then show as well."""
        if self._overtakes:
            return super().refresh(*regions, **how)
        if self.is_attached and (screen := frames_of(self)) is not None:
            screen.finish_frame()
        self._drawn = None
        return super().refresh(*regions, **how)

    def on_resize(self, event: Resize) -> None:
        """It came to be seen, or has another size."""
        self._put_titles(self.title_now(), self.subtitle_now())
        if self._drawn is None or self._drawn.room != self._room():
            self.refresh()

    def render(self) -> Text:
        drawn = self._to_see()
        return drawn.text if drawn else Text("")

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is painted are the lines as they were prepared, but where text is selected:
        Textual's own way from text to the terminal takes longer than drawing it."""
        if self.text_selection is not None:
            return super().render_lines(crop)
        lines = self.painter.lines(self.strips_now())[crop.y : crop.bottom]
        if crop.column_span == (0, self.outer_size.width):
            return lines
        return [line.crop(*crop.column_span) for line in lines]

    def render_line(self, y: int) -> Strip:
        if self._strips is None:
            return super().render_line(y)  # asked for the text under the mouse
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.content_size.width, self.visual_style.rich_style)

    def strips_now(self) -> list[Strip]:
        """The lines to be painted."""
        drawn = self._to_see()
        return drawn.strips if drawn else []

    def _to_see(self) -> "Drawn | None":
        """What is to be seen; None for nothing."""
        drawn = self._drawn
        if drawn is not None and drawn.room == self._room():
            return drawn
        if (screen := frames_of(self)) is not None and screen.is_amid_frame:
            return self._before
        self._drawn = self._before = self._draw()
        return self._drawn

    def _room(self) -> "Room":
        return (*self.content_size, *looks_of(self))

    def _put_titles(self, title: str | None, subtitle: str | None) -> None:
        if title is not None:
            self.border_title = plain(title)
        if subtitle is not None:
            self.border_subtitle = plain(subtitle)

    def _draw(self, draw: "Draw | None" = None) -> "Drawn":
        width, height, palette, unicode = room = self._room()
        lines: list[Text] = []
        if width >= 4 and height >= 1:
            try:
                lines = (draw or self.draw)(palette, width, height, unicode)
            except Exception as error:  # the other panels and the run go on
                self.app.post_message(UnexpectedError(error))
                lines = centred("this cannot be drawn", palette, width, height, "bad")
        base = self.visual_style.rich_style
        strips = self._strips_painted(lines, width, base)
        return Drawn(room, base, lines, strips, self.title_now(), self.subtitle_now())

    def _strips_painted(self, lines: list[Text], width: int, base: Style) -> list[Strip]:
        console, before = self.app.console, self._before
        known: dict[int, Strip] = {}
        if self.keeps_lines and before and (before.room, before.base) == (self._room(), base):
            known = {id(line): s for line, s in zip(before.lines, before.strips, strict=True)}
        return [known.get(id(line)) or strip_of(line, width, base, console) for line in lines]


Room = tuple[int, int, Palette, bool]
Draw = Callable[[Palette, int, int, bool], list[Text]]


class Drawn(NamedTuple):
    """The lines of a panel for some room, over a style, and the titles that go with them."""

    room: Room
    base: Style
    lines: list[Text]
    strips: list[Strip]
    title: str | None
    subtitle: str | None

    @property
    def text(self) -> Text:
        return Text("\n", no_wrap=True).join(self.lines)


def about_lines(paragraphs: Sequence[str], width: int) -> list[Line]:
    """Paragraphs of help, each wrapped, and a line without words behind them."""
    lines = [line for text in paragraphs for line in textwrap.wrap(text, max(width, 20))]
    return [Line(line, "text") for line in (*lines, "")]


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
