"""Messages that widgets and screens post, and the application handles."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class UnexpectedError(Message):
    """An error that was survived, such as of a panel that could not be drawn."""

    error: Exception
