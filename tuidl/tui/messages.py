"""Messages that widgets and screens post, and the application handles."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class UnexpectedError(Message):
    """An error that ends nothing, such as a panel that cannot be drawn."""

    error: Exception
