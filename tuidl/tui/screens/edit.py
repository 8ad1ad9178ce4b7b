"""Modifying a preset: its text, checked while it is typed."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Footer, Static, TextArea

from tuidl.errors import TuidlError
from tuidl.graph import Graph
from tuidl.preset import Preset


class EditScreen(Screen[Preset | None]):
    """Ends with the modified preset, or None."""

    BINDINGS: ClassVar = [
        Binding("ctrl+r", "train", "Train this", priority=True),
        Binding("ctrl+s", "save", "Save as", priority=True),
        Binding("escape", "cancel", "Cancel", priority=True),
    ]

    def __init__(self, text: str, *, path: Path | None = None) -> None:
        super().__init__()
        self._text, self._folder = text, path.parent if path else Path()
        self._valid: Preset | None = None

    def compose(self) -> ComposeResult:
        yield TextArea.code_editor(self._text, language=None, id="text")
        yield Static("", id="problem", markup=False)
        yield Footer()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._check(event.text_area.text)

    def _check(self, text: str) -> None:
        try:
            preset = Preset.parse(text, "preset", folder=self._folder)
            Graph.build(preset)
        except TuidlError as error:
            self._valid = None
            self.query_one("#problem", Static).update(str(error))
        else:
            self._valid = preset
            self.query_one("#problem", Static).update("")

    def action_train(self) -> None:
        if self._valid is not None:
            self.dismiss(self._valid)

    def action_save(self) -> None:
        self.notify("not yet")

    def action_cancel(self) -> None:
        self.dismiss(None)
