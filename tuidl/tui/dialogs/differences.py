"""In what the marked runs differ, to be scrolled both ways."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ScrollableContainer, Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from tuidl.runs.listing import Listed
from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.renderers.differences import difference_table, legend
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import looks_of


class DifferencesScreen(ModalScreen[None], Dialog[None]):
    """``runs``: two or more, with their settings."""

    BINDINGS: ClassVar = [Binding("escape,q,enter,equals_sign", "close", "Back")]

    def __init__(self, runs: list[Listed]) -> None:
        super().__init__()
        self._runs = runs

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(plain(f"In what {len(self._runs)} runs differ"), classes="title")
            with ScrollableContainer(id="page"):
                yield Static(Text("\n", no_wrap=True).join(self._lines()), id="output")
            yield Label(plain("arrows: scroll   esc: back"), classes="hint")

    def on_mount(self) -> None:
        self.query_one("#page").focus()

    def _lines(self) -> list[Text]:
        palette, _ = looks_of(self)
        results, settings = difference_table(self._runs)
        return [
            Text(results[0], palette.style("accent", bold=True)),
            *(Text(line, palette.style("muted")) for line in results[1:]),
            Text(""),
            *(Text(line, palette.style("text")) for line in settings),
            Text(""),
            *(Text(line, palette.style("muted")) for line in legend(self._runs)),
        ]

    def action_close(self) -> None:
        self.end()
