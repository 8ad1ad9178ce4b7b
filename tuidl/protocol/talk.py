"""What the engine process says beside what a run does."""

from tuidl.protocol.event import Event


class Loading(Event, frozen=True, tag="loading"):
    """The engine makes ready for the ``load`` command of this number; what it says from here on is
    of that run, and no longer of the one before."""

    number: int


class Refused(Event, frozen=True, tag="refused"):
    """A preset or a command that cannot be carried out, and why."""

    error: str
    key: str = ""


class Notice(Event, frozen=True, tag="notice"):
    """Something that the user should know of, and that ends nothing."""

    text: str
