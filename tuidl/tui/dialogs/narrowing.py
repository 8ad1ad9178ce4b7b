"""A list of names that typing narrows; what is chosen of them, its kinds say."""

from typing import ClassVar, TypeVar

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

MOST_LINES, AROUND = 16, 14
"""Lines of the list at most, and of the screen beside them."""
Answer = TypeVar("Answer")


class NarrowingScreen(ModalScreen[Answer], Dialog[Answer]):
    """``choices``: name -> what it is; ``current``: where the cursor begins."""

    BINDINGS: ClassVar = [Binding("escape", "cancel", "Cancel")]
    HINT: ClassVar[str] = "type to find, enter chooses"

    def __init__(self, title: str, choices: dict[str, str], current: str = "") -> None:
        super().__init__()
        self._title, self._choices, self._current = title, choices, current
        self._wanted = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(plain(self._title), classes="title")
            yield OptionList(id="choices")
            yield Label(plain(self.HINT), classes="hint")

    def on_mount(self) -> None:
        if not self.is_composed:
            return
        options = self.query_one(OptionList)
        most = max(min(MOST_LINES, self.app.size.height - AROUND), 3)
        options.styles.height = min(len(self._choices), most) + 2
        options.focus()
        self._fill()

    def shown(self, name: str) -> str:
        """How a name is written in the list, printable."""
        return printable(name)

    @property
    def hint(self) -> str:
        """What is said below the list while nothing is typed."""
        return self.HINT

    @property
    def names(self) -> list[str]:
        """Those offered, in their order."""
        return list(self._choices)

    def _fill(self) -> None:
        options = self.query_one(OptionList)
        fitting = [name for name in self.names if self._wanted in name.casefold()]
        shown = {name: self.shown(name) for name in self.names}
        width = max(map(cell_len, shown.values()), default=0) + 2
        options.clear_options()
        made = []
        for name in fitting:
            room = " " * (width - cell_len(shown[name]))
            text = Content.assemble(shown[name], room, (printable(self._choices[name]), "dim"))
            made.append(Option(text, id=name))
        options.add_options(made)
        if fitting:
            place = fitting.index(self._current) if self._current in fitting else 0
            options.highlighted = place
        hint = f"{self._wanted}_" if self._wanted else self.hint
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

    def action_cancel(self) -> None:
        self.end(None)
