"""A rule in words and as a function, and what it finds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tuidl.verdicts.evidence import Evidence

Role = Literal["bad", "good", "muted"]


@dataclass(frozen=True)
class Said:
    """What a rule finds of one run: a few words for a title, and a sentence with its numbers."""

    short: str
    text: str


@dataclass(frozen=True)
class Rule:
    """``words``: when exactly it speaks, with its thresholds. ``cure``: what may help. ``role``:
    of its colour."""

    name: str
    title: str
    words: str
    cure: str
    find: Callable[[Evidence], Said | None]
    role: Role = "bad"


@dataclass(frozen=True)
class Finding:
    """A rule that spoke, and what it said."""

    rule: Rule
    short: str
    text: str

    @property
    def advice(self) -> str:
        """The sentence, and what may help."""
        return f"{self.text} {self.rule.cure}"
