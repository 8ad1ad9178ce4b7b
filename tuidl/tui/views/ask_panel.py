"""A panel of the view that asks."""

import textwrap
from pathlib import Path
from typing import Protocol

from rich.text import Text
from textual.events import Paste

from tuidl.charts.palette import Palette
from tuidl.glossary.pages import Line
from tuidl.protocol.asking import Asked, AskForm
from tuidl.tui.session.run import Run
from tuidl.tui.terminal.plain import plain
from tuidl.tui.views.question import Question
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered


class Asking(Protocol):
    """The view, as its panels see it."""

    question: Question
    form: AskForm | None
    answer: Asked | None
    problem: str | None
    form_problem: str | None
    frame: Run

    @property
    def is_current(self) -> bool:
        """Whether what is answered is what is asked."""

    @property
    def is_forecast(self) -> bool:
        """Whether what is answered are the next values of a series."""

    @property
    def true(self) -> str:
        """What is true of what is asked; "" where that is not known."""

    def changed(self) -> None:
        """The question is another one."""

    def paste(self, text: str) -> bool:
        """Ask a file that was dropped on the terminal; False where the text is none."""

    def ask_file(self, path: Path) -> None:
        """Ask a file."""

    def type_cell(self, name: str, value: str) -> None:
        """Type the value of the selected input."""

    def type_text(self) -> None:
        """Type a text."""

    def leave_input(self) -> None:
        """Go back from typing to the panels."""


VIEW_HELP = (
    "You ask, the network answers at every step that is drawn: while it trains, paused, after the "
    "end. The panel of the answer names its step. It says what tuidl predict says of the same "
    "input, to the last digit.",
    "n, N: begin with the next or the previous held-out example. d: begin blank, or with the mean.",
    "i: the path of a file: a picture, a table, a text or an array, whatever tuidl predict takes. "
    "A file dropped on the terminal is asked at once. Any change by hand asks by hand again.",
    "space trains and pauses, but on a drawing, where it draws: tab leads to the next panel.",
)


class AskPanel(Chart):
    """Knows the view; takes files that are dropped on the terminal."""

    help_lines: tuple[str, ...] = ()

    def __init__(self, view: Asking, title: str) -> None:
        super().__init__()
        self.view = view
        self.border_title = plain(title)

    def waiting(self, palette: Palette, width: int, height: int) -> list[Text]:
        """What is awaited, or why nothing can be asked."""
        problem = self.view.form_problem
        return unanswered(problem, self.view.frame, palette, width, height)

    def about(self, width: int) -> list[Line]:
        lines = [Line("Ask it", "title")]
        for text in (*self.help_lines, *VIEW_HELP):
            lines += [Line("", "text"), *(Line(one, "text") for one in textwrap.wrap(text, width))]
        return [*lines, Line("", "text")]

    def on_paste(self, event: Paste) -> None:
        event.stop()
        if not self.view.paste(event.text):
            self.notify("what was pasted is no path of a file", timeout=4)
