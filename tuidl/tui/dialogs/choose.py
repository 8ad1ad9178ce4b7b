"""Choose one of several names; typing narrows the list."""

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from tuidl.core.printable import printable
from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.terminal.plain import plain

MOST_LINES = 16


class ChooseScreen(ModalScreen[str | None], Dialog[str | None]):
    """``choices``: name -> what it is. Ends with a name, or None."""

    BINDINGS: ClassVar = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, choices: dict[str, str], current: str = "") -> None:
        super().__init__()
        self._title, self._choices, self._current = title, choices, current
        self._wanted = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(plain(self._title), classes="title")
            yield OptionList(id="choices")
            yield Label("type to find, enter chooses", classes="hint")

    def on_mount(self) -> None:
        if not self.is_composed:
            return
        options = self.query_one(OptionList)
        options.styles.height = min(len(self._choices), MOST_LINES) + 2
        options.focus()
        self._fill()

    def _fill(self) -> None:
        options = self.query_one(OptionList)
        fitting = [name for name in self._choices if self._wanted in name.casefold()]
        shown = {name: printable(name) for name in self._choices}
        width = max(map(cell_len, shown.values()), default=0) + 2
        options.clear_options()
        for name in fitting:
            room = " " * (width - cell_len(shown[name]))
            text = Content.assemble(shown[name], room, (printable(self._choices[name]), "dim"))
            options.add_option(Option(text, id=name))
        if fitting:
            place = fitting.index(self._current) if self._current in fitting else 0
            options.highlighted = place
        hint = f"{self._wanted}_" if self._wanted else "type to find, enter chooses"
        self.query_one(".hint", Label).update(plain(hint))

    def on_key(self, event: Key) -> None:
        if event.key == "backspace":
            self._wanted = self._wanted[:-1]
        elif event.is_printable and event.character and (self._wanted or event.key != "space"):
            longer = self._wanted + event.character.casefold()
            if any(longer in name.casefold() for name in self._choices):
                self._wanted = longer
        else:
            return
        event.stop()
        self._fill()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.end(event.option.id)

    def action_cancel(self) -> None:
        self.end(None)
