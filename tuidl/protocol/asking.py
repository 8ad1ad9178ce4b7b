"""What a network takes from a user's hands, and what it says of that."""

from typing import Literal

from msgspec import field

from tuidl.protocol.answer import Answer, Number, Record, Shape, Vector

Takes = Literal["picture", "table", "series", "text", "file"]
"""What a user can make by hand: a drawing, values by name, values over time, a text; or nothing, so
that only a file can be given."""
Cell = str | float
"""A value of a column: a number (of a date: days since 1970), or a field as a file would have
it."""


class AskField(Record, frozen=True):
    """An input that is asked for by its ``name``. Numbers and dates have the range ``low`` to
    ``high`` of the training part, ``whole`` ones no fractions; categories their ``choices``.
    ``start``: the value to begin with."""

    name: str
    kind: Literal["number", "date", "category", "picture", "text"]
    start: Cell = 0.0
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    choices: tuple[str, ...] = ()

    @property
    def is_typed(self) -> bool:
        """Whether it is a text or the path of a picture, which have no range to go over."""
        return self.kind in ("picture", "text")


class AskForm(Answer, frozen=True, tag="ask_form"):
    """What can be asked, and something to begin with.

    ``why``: why nothing can be made by hand, or what else is to be known. ``shape``: of one input.
    ``low``, ``high``: of values in the training part. ``values`` (flat): a drawing or a series,
    empty where a drawing begins blank. ``names``: of the values of a step of a series. ``text``:
    one to begin with. ``example``: its number among the ``of`` examples of the ``part``, with what
    is ``true`` of it; None for a blank or mean one.
    """

    takes: Takes
    why: str = ""
    shape: Shape = ()
    low: float = 0.0
    high: float = 1.0
    fields: tuple[AskField, ...] = ()
    values: Vector = field(default_factory=list)
    names: tuple[str, ...] = ()
    text: str = ""
    example: int | None = None
    part: str = ""
    of: int = 0
    true: str = ""


class AskToken(Record, frozen=True):
    """A token of a text as the network reads it; not ``known``: the vocabulary lacks it. ``seen``:
    within what one input holds."""

    name: str
    known: bool = True
    seen: bool = True


class WhatIf(Record, frozen=True):
    """The answer ``of`` (a class or an output) while the input ``name`` alone takes the values
    ``x``, or is each of ``choices``, of which there are ``of_choices``; None where there is no
    answer."""

    name: str
    of: str
    x: list[float]
    y: Vector
    choices: tuple[str, ...] = ()
    of_choices: int = 0


class Asked(Answer, frozen=True, tag="ask"):
    """What the network says of question ``number``.

    ``says``: the class, labels or classes that it puts the first example into. ``is_share``: the
    ``values`` are probabilities, by ``names``; otherwise numbers in the ``unit``
    of the target. They are those of the first example, to the last digit. ``lines``: the table that
    ``tuidl predict`` prints, of all of ``examples`` that are shown. ``notes``: what was done to the
    question. ``cells``: the fields of a row as they were read. ``seen`` (flat): the picture that
    the network sees. ``made``: a picture that it answers with, of ``made_shape``; ``mask``: in its
    place the class of each pixel, by its place in ``names``. ``text``: what it writes. ``what_if``:
    of the input asked for; ``effects``: of all inputs, from the lowest to the highest answer that
    each alone brings about.
    """

    number: int
    names: tuple[str, ...] = ()
    values: Vector = field(default_factory=list)
    says: str = ""
    is_share: bool = False
    unit: str = ""
    lines: list[str] = field(default_factory=list)
    examples: int = 1
    notes: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    tokens: tuple[AskToken, ...] = ()
    text: str = ""
    seen: Vector = field(default_factory=list)
    made: Vector = field(default_factory=list)
    made_shape: Shape = ()
    mask: list[int] = field(default_factory=list)
    what_if: WhatIf | None = None
    effects: tuple[tuple[Number, Number], ...] = ()
