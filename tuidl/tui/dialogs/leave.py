"""Asks what to do with a run that is left."""

from typing import ClassVar

from textual.binding import Binding

from tuidl.tui.dialogs.question import QuestionScreen


class LeaveScreen(QuestionScreen):
    """``keep`` ends the run here and shows its summary, ``leave`` leaves it among the runs,
    ``discard`` deletes it; None goes on."""

    QUESTION = "Stop this run?"
    BINDINGS: ClassVar = [
        Binding("k", "choose('keep')", "Keep"),
        Binding("l", "choose('leave')", "Leave"),
        Binding("d", "choose('discard')", "Discard"),
        Binding("escape,c", "choose('cancel')", "Cancel"),
    ]

    def __init__(self, is_kept: bool, is_resumed: bool) -> None:
        """``is_kept``: it has a folder; ``is_resumed``: it went on from an earlier session."""
        super().__init__()
        leave = "it stays among the runs, to be resumed" if is_kept else "nothing of it is kept"
        all_of_it = ", with all that it learned before," if is_resumed else ""
        discard = f"stop, and delete the run{all_of_it} (u among the runs undoes it)"
        self.ANSWERS = (
            ("keep", "stop, and keep what it has learned on the screen"),
            ("leave", f"stop, and leave: {leave}"),
            *((("discard", discard),) if is_kept else ()),
            ("cancel", "cancel: it stays paused"),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return parameters != ("discard",) or "discard" in dict(self.ANSWERS)
