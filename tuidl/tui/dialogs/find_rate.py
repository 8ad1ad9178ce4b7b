"""A learning rate for the preset that is edited: its range test as a curve, taken with Enter."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

import msgspec
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from tuidl.charts.rates import rate_chart
from tuidl.protocol.rate_curve import RateCurve, in_words
from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import looks_of

AROUND = 10
"""Lines of the dialog besides the curve."""
WIDEST, HIGHEST = 96, 20
Test = Callable[[], Awaitable[tuple[bytes, str]]]
"""The curve as JSON; nothing, and why, where there is none."""


class FindRateScreen(ModalScreen[RateCurve | None], Dialog[RateCurve | None]):
    """Ends with the curve whose suggestion is taken, or None. ``test``: trains ``name``."""

    BINDINGS: ClassVar = [
        Binding("enter", "use", "Use it"),
        Binding("escape,q", "close", "Back"),
    ]

    def __init__(self, name: str, test: Test) -> None:
        super().__init__()
        self._name, self._test = name, test
        self.curve: RateCurve | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(plain(f"A learning rate for {self._name}"), classes="title")
            yield Static(plain("200 steps of training, each at a larger rate ..."), id="curve")
            yield Label("", id="words")
            yield Label(plain("esc: back"), classes="hint")

    def on_mount(self) -> None:
        self.run_worker(self._find(), group="rate")

    def on_resize(self, event: Resize) -> None:
        self._show()

    async def _find(self) -> None:
        found, problem = await self._test()
        if found:
            self.curve = msgspec.json.decode(found, type=RateCurve)
            self._show()
            return
        shown = self.query_one("#curve", Static)
        shown.update(plain(problem))
        shown.set_class(True, "-bad")

    def _show(self) -> None:
        if self.curve is None or not self.is_mounted:
            return
        palette, unicode = looks_of(self)
        width, height = min(self.size.width - 6, WIDEST), min(self.size.height - AROUND, HIGHEST)
        lines = rate_chart(self.curve, palette, width, height, unicode=unicode)
        self.query_one("#curve", Static).update(Text("\n").join(lines))
        self.query_one("#words", Label).update(
            Content("\n").join(plain(line) for line in in_words(self.curve))
        )
        suggested = self.curve.suggested
        use = "" if suggested is None else f"enter: use {suggested:g}   "
        self.query_one(".hint", Label).update(plain(f"{use}esc: back"))

    def action_use(self) -> None:
        if self.curve is not None and self.curve.suggested is not None:
            self.end(self.curve)

    def action_close(self) -> None:
        self.end(None)
