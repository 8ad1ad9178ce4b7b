"""Asks what to do with a run that is left."""

from typing import ClassVar

from textual.binding import Binding

from tuidl.tui.dialogs.question import QuestionScreen


class LeaveScreen(QuestionScreen):
    """``keep`` ends the run here and shows its summary, ``discard`` leaves it; None goes on."""

    QUESTION = "Stop this run?"
    ANSWERS = (
        ("keep", "stop, and keep what it has learned on the screen"),
        ("discard", "stop, and leave"),
        ("cancel", "cancel: it stays paused"),
    )
    BINDINGS: ClassVar = [
        Binding("k", "choose('keep')", "Keep"),
        Binding("d", "choose('discard')", "Discard"),
        Binding("escape,c", "choose('cancel')", "Cancel"),
    ]
