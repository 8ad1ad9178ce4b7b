"""A text that is typed, its tokens, and lines to type in."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.events import Paste
from textual.widgets import Input

from tuidl.charts.palette import Palette
from tuidl.tui.renderers.ask import token_lines
from tuidl.tui.views.ask_panel import Asking, AskPanel
from tuidl.tui.views.dropped import dropped


class Typed(Input):
    """Esc goes back to the panels."""

    BINDINGS: ClassVar = [Binding("escape", "leave", "back")]

    def __init__(self, view: Asking, name: str, placeholder: str) -> None:
        super().__init__(id=name, placeholder=placeholder)
        self.view = view

    def action_leave(self) -> None:
        self.view.leave_input()


class TextInput(Typed):
    """The text that is asked; a file that is dropped on it is asked instead."""

    def _on_paste(self, event: Paste) -> None:
        path = dropped(event.text)
        if path is None:
            super()._on_paste(event)
            return
        event.stop()
        self.view.ask_file(path)


class PathInput(Typed):
    """A path, or the value of the input called ``cell``."""

    cell = ""

    def _on_paste(self, event: Paste) -> None:
        path = None if self.cell else dropped(event.text)
        if path is None:
            super()._on_paste(event)
            return
        event.stop()
        self.value = str(path)


class TokenPanel(AskPanel):
    """The text as the network reads it."""

    concept = "token"
    BINDINGS: ClassVar = [Binding("enter", "type", "type a text")]
    help_lines = (
        "Enter leads to the line above: type a text, Esc comes back. Below it stand its tokens as "
        "the network reads them; those between ?question marks? the vocabulary lacks, faint ones "
        "lie beyond what one input holds.",
    )

    def __init__(self, view: Asking) -> None:
        super().__init__(view, "tokens")

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        answer = self.view.answer
        if answer is None:
            return self.waiting(palette, width, height)
        return token_lines(answer.tokens, palette, width, height, unicode)

    def title_now(self) -> str:
        question, form = self.view.question, self.view.form
        if form is not None and question.is_example:
            true = f", is {form.true}" if form.true else ""
            return f"{form.part} example {form.example}{true}"
        return "the file is asked" if question.file else "its tokens"

    def subtitle_now(self) -> str:
        answer = self.view.answer
        if answer is None or not answer.tokens:
            return ""
        unknown = sum(not token.known for token in answer.tokens)
        count = len(answer.tokens)
        parts = [f"{count} token{'s' if count != 1 else ''}"]
        if unknown:
            parts.append(f"{unknown} unknown")
        return " · ".join(parts)

    def action_type(self) -> None:
        self.view.type_text()
