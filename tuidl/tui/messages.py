"""Messages that widgets and screens post, and the application handles."""

from dataclasses import dataclass
from pathlib import Path

from textual.message import Message


@dataclass
class UnexpectedError(Message):
    """An error that ends nothing, such as a panel that cannot be drawn.

    It is posted to the application itself: a message that is made while the screen has its panels
    drawn counts as sent by the screen, and Textual lets it bubble no further than to its sender.
    """

    error: Exception


@dataclass
class RunsChanged(Message):
    """Stored runs were deleted, put back, renamed or labelled. ``chosen``: where the cursor of
    their list should be now."""

    chosen: Path | None = None
