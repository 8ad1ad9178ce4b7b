"""Help: what the keys do, and the concept behind what is looked at."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label, Static

KEYS = """\
space   train, pause, train again          s   one step        e   one epoch
+ -     learning rate up and down, live    r   reset           R   with a new seed
f       full speed, or slow to watch       < > slower, faster
m       modify the preset                  tab from panel to panel
l       log scale (on a curve)             ← → cursor on a curve, selection in a picture
v       images or confusion matrix         ctrl+p everything by name
q       leave                              ?   this page"""


class HelpScreen(ModalScreen[None]):
    """``concept``: what the focused panel is about."""

    BINDINGS: ClassVar = [Binding("escape,q,question_mark,f1", "close", "Close")]

    def __init__(self, concept: str) -> None:
        super().__init__()
        self._concept = concept

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Help", classes="title")
            with VerticalScroll(id="page"):
                yield Static(KEYS, markup=False)

    def action_close(self) -> None:
        self.dismiss()
