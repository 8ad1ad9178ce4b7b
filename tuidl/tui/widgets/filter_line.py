"""A line that says which runs are wanted, and below it what is wrong with it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label

from tuidl.tui.terminal.plain import plain

INVITATION = 'words, or a condition: optimizer.learning_rate < 0.01 and data.source == "digits"'


class FilterInput(Input):
    """Enter and down go back to the table; escape empties the line first."""

    BINDINGS: ClassVar = [
        Binding("enter,down,tab", "leave", "to the table", key_display="enter", priority=True),
        Binding("escape", "clear", "all runs", key_display="esc", priority=True),
    ]

    def action_leave(self) -> None:
        self.post_message(FilterLine.Left())

    def action_clear(self) -> None:
        self.value = ""
        self.post_message(FilterLine.Left())


class FilterLine(Vertical):
    """``Changed``: another text; ``Left``: the keys go to the table again."""

    DEFAULT_CSS = """
    FilterLine { height: auto; padding: 0 1; }
    FilterLine Horizontal { height: 1; }
    FilterLine #filter-name { width: auto; color: $text-muted; padding: 0 1 0 0; }
    FilterLine FilterInput { width: 1fr; }
    FilterLine #problem { width: 1fr; height: auto; max-height: 2; color: $error; display: none; }
    FilterLine #problem.-seen { display: block; }
    """

    class Changed(Message):
        """Another text."""

    class Left(Message):
        """The keys go to the table again."""

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label("filter", id="filter-name")
            yield FilterInput(placeholder=INVITATION, compact=True, select_on_focus=False)
        yield Label("", id="problem")

    @property
    def text(self) -> str:
        return self.query_one(FilterInput).value

    @property
    def is_typed(self) -> bool:
        """Whether keys type into it."""
        return self.query_one(FilterInput).has_focus

    def begin(self) -> None:
        self.query_one(FilterInput).focus()

    def put(self, text: str) -> None:
        """Another text, as if it were typed."""
        self.query_one(FilterInput).value = text

    def clear(self) -> None:
        self.put("")

    def say(self, problem: str) -> None:
        """What is wrong with the text; empty where nothing is."""
        label = self.query_one("#problem", Label)
        label.update(plain(problem))
        label.set_class(bool(problem), "-seen")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())
