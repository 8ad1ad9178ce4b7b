"""Asks what to do with unsaved changes."""

from typing import ClassVar

from textual.binding import Binding

from tuidl.tui.dialogs.question import QuestionScreen


class UnsavedScreen(QuestionScreen):
    """Ends with ``save`` or ``discard``; None goes on editing."""

    QUESTION = "There are changes that are not saved."
    ANSWERS = (
        ("save", "save them as a file"),
        ("discard", "discard them"),
        ("cancel", "cancel: go on editing"),
    )
    BINDINGS: ClassVar = [
        Binding("s", "choose('save')", "Save"),
        Binding("d", "choose('discard')", "Discard"),
        Binding("escape,c", "choose('cancel')", "Cancel"),
    ]
