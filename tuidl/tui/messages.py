"""Messages that widgets and screens post, and the application handles."""

from collections.abc import Callable
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
class ForkWanted(Message):
    """Another run is to begin after so many steps of the one on the screen. ``rate``: its learning
    rate there; ``is_free``: whether the fork can have another one."""

    updates: int
    rate: float | None
    is_free: bool


@dataclass
class RaceJoined(Message):
    """A fork has caught up with the run on the screen, which is to train beside it, at ``pace``
    steps a second."""

    pace: float


@dataclass
class RunToCompareWanted(Message):
    """Have the user choose a stored run; ``then`` gets its folder."""

    then: Callable[[Path], None]


@dataclass
class TextFound(Message):
    """A text to be shown and scrolled."""

    title: str
    text: str


@dataclass
class TextWanted(Message):
    """Have the user type a line, which is ``text`` before; ``then`` gets one in which ``check``
    finds nothing wrong."""

    title: str
    text: str
    hint: str
    check: Callable[[str], str]
    then: Callable[[str], None]


@dataclass
class RunsChanged(Message):
    """Stored runs were deleted, put back, renamed or labelled. ``chosen``: where the cursor of
    their list should be now."""

    chosen: Path | None = None
