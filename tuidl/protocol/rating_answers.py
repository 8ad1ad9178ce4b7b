"""Answers to probes of networks that say how users rate items."""

from tuidl.protocol.answer import Answer, Number, Record, Vector


class Rated(Record, frozen=True):
    """An item by its title: the user's ``known`` rating, None where there is none, and the
    ``predicted`` one. ``held_out``: the known one was not trained on."""

    item: str
    known: Number
    predicted: Number
    held_out: bool = False


class Recommended(Answer, frozen=True, tag="recommended"):
    """Of one of ``users``: what is known, the best ratings first, and the ``best`` of all other
    items as they are predicted. ``true`` and ``predicted``: of held-out examples of all users.
    All in the ratings' own unit."""

    users: tuple[str, ...]
    user: str
    known: tuple[Rated, ...]
    best: tuple[Rated, ...]
    part: str
    true: Vector
    predicted: Vector
