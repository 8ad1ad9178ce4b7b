"""Help: the concept behind the focused panel, in plain words, and the keys."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tuidl.charts.palette import Palette
from tuidl.core.errors import TuidlError
from tuidl.glossary import concept, concepts
from tuidl.glossary.ascii import to_ascii
from tuidl.glossary.pages import Line, Role, listing, page
from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.screens.help_subjects import Subject, subjects
from tuidl.tui.widgets.chart import looks_of
from tuidl.tui.widgets.key_line import KeyLine

KEYS = """\
space   train, pause, train again    s  one step      e  one epoch
+ -     learning rate, live          r  reset         R  with a new seed
f       full speed, or to watch      <  slower        >  faster
o       of several: whose rate       m       modify the preset
l       log scale (on a curve)       z       its last part, or all
tab     from panel to panel
v       pictures, confusion matrix   left and right: cursor, or selection
c       curves of another run        t       a failed run, more slowly
w       of a failed run: its error, all of it
1 to 4  overview, the task's picture, the layers, one step slowly
5 to 7  the past on a time line, the landscape of the loss, health
8       ask it: draw, set values, type, or drop a file
9       the chain rule, from the loss back to one weight
ctrl+p  everything by name           q       leave
?       this page"""

ROLES: dict[Role, str] = {
    "title": "accent",
    "short": "text",
    "text": "text",
    "heading": "muted",
    "formula": "train",
    "symbols": "muted",
    "example": "good",
    "names": "muted",
}
PAGE_WIDTH, FRAME = 76, 8
"""Cells of a line of prose, and around it."""


class HelpScreen(ModalScreen[None], Dialog[None]):
    """``wanted``: the subjects of the screen below, or a name of the glossary; tab turns from one
    to the next. ``keys``: those of that screen, where they are not the training screen's."""

    BINDINGS: ClassVar = [
        Binding("escape,q,question_mark,f1", "close", "close"),
        Binding("tab,right", "turn(1)", "next panel", key_display="tab"),
        Binding("shift+tab,left", "turn(-1)", show=False),
        Binding("slash", "look_up", "look up", key_display="/"),
        Binding("k", "keys", "keys"),
        Binding("g", "contents", "all concepts"),
        Binding("down,j", "scroll(2)", "Down", show=False),
        Binding("up", "scroll(-2)", "Up", show=False),
        Binding("pagedown", "scroll(20)", "Down", show=False),
        Binding("pageup", "scroll(-20)", "Up", show=False),
    ]

    def __init__(self, wanted: str | Sequence[Subject], keys: str | None = None) -> None:
        super().__init__()
        self._subjects = [Subject(wanted)] if isinstance(wanted, str) else list(wanted)
        self._number, self._keys = 0, keys or KEYS

    @classmethod
    def of(cls, screen: Screen[Any]) -> "HelpScreen":
        """On what is seen of a screen."""
        return cls(subjects(screen), getattr(screen, "keys", None))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Input(placeholder="a word: loss, convolution, dropout ...", id="word")
            with VerticalScroll(id="page"):
                yield Static(id="lines")
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one("#page").focus()
        self._open()

    def _open(self) -> None:
        """Show what there is to say of the subject; the keys where that is nothing."""
        wanted, about = self._subjects[self._number]
        before = about(self._width) if about else []
        if not looks_of(self)[1]:
            before = [Line(to_ascii(line.text), line.role) for line in before]
        if wanted:
            self._explain(wanted, before)
        elif before:
            self._show(before)
        else:
            self.action_keys()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value.startswith("/"):  # the key that led here, pressed again
            event.input.value = event.value.lstrip("/")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.query_one("#word").display = False
        self.query_one("#page").focus()
        self._explain(event.value)

    @property
    def _width(self) -> int:
        return min(PAGE_WIDTH, self.app.size.width - FRAME)

    def _explain(self, name: str, before: list[Line] | None = None) -> None:
        try:
            entry = concept(name)
        except TuidlError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        self._show([*(before or ()), *page(entry, self._width, looks_of(self)[1])])

    def _show(self, lines: list[Line]) -> None:
        palette, _ = looks_of(self)
        text = Text("\n").join(_painted(line, palette) for line in lines)
        self.query_one("#lines", Static).update(text)
        self.query_one("#page").scroll_home(animate=False)

    def action_turn(self, way: int) -> None:
        """Explain the next panel, or the one before."""
        self._number = (self._number + way) % len(self._subjects)
        self._open()
        self.query_one(KeyLine).renew()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "turn" or len(self._subjects) > 1

    def hint(self, action: str) -> str | None:
        """How many panels there are to explain."""
        at = f"panel {self._number + 1} of {len(self._subjects)}"
        return at if action == "turn" else None

    def action_keys(self) -> None:
        palette, _ = looks_of(self)
        self.query_one("#lines", Static).update(Text(self._keys, palette.style("text")))

    def action_contents(self) -> None:
        self._show(listing(concepts(), self._width, looks_of(self)[1]))

    def action_look_up(self) -> None:
        word = self.query_one("#word", Input)
        word.display = True
        word.value = ""
        word.focus()

    def action_scroll(self, lines: int) -> None:
        self.query_one("#page").scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        self.end()


def _painted(line: Line, palette: Palette) -> Text:
    bold = line.role in ("title", "short", "heading")
    return Text(line.text, palette.style(ROLES[line.role], bold=bold))
