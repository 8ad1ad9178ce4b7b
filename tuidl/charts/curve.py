"""What a chart of curves is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuidl.protocol.history import Series


@dataclass(frozen=True)
class Curve:
    """A named series. Its role gives colour and dash: ``train``, ``validation``, ``muted`` for a
    previous run, ``series 1`` and so on."""

    name: str
    series: Series
    role: str = "train"


@dataclass(frozen=True)
class Edit:
    """Something that was changed while training, before ``x``."""

    x: float
    text: str


@dataclass(frozen=True)
class Marks:
    """What is pointed out: edits, the best epoch and what it is the best by, and the x that the
    user looks at."""

    edits: Sequence[Edit] = ()
    best: float | None = None
    best_is: str = "best"
    cursor: float | None = None


def judge(lines: Sequence[Curve]) -> Curve | None:
    """The curve that decides which epoch is best: validation where there is one."""
    return next((line for line in lines if line.role == "validation"), lines[0] if lines else None)
