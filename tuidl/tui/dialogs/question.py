"""A question with a few answers, each with a key and a button."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.terminal.plain import plain


class QuestionScreen(ModalScreen[str | None], Dialog[str | None]):
    """Ends with the id of the answer; None where it is cancelled.

    ``ANSWERS``: id and explanation of each, whose first letters are the keys that ``BINDINGS`` of
    the subclass give to ``choose``; the last one cancels.
    """

    QUESTION: ClassVar[str] = ""
    ANSWERS: tuple[tuple[str, str], ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(plain(self.QUESTION), classes="title")
            for name, explanation in self.ANSWERS:
                yield Label(plain(f"{name[0]}  {explanation}"))
            with Horizontal(classes="buttons"):
                (first, _), *others = self.ANSWERS
                yield Button(plain(first.capitalize()), id=first, variant="primary")
                for name, _ in others:
                    yield Button(plain(name.capitalize()), id=name)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_choose(event.button.id)

    def action_choose(self, name: str | None) -> None:
        self.end(None if name == self.ANSWERS[-1][0] else name)
