"""A text that a network writes piece by piece, while it learns."""

from dataclasses import dataclass, field, replace
from typing import Any

from tuidl.protocol.text_answers import Sample, Token

TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0)
AT_ONCE = 12
"""Tokens of one answer: the text comes in small pieces, and training goes on between them."""


@dataclass
class Writing:
    """``tokens`` of sample ``number``, of which there will be ``length``; ``before``: those of the
    sample before. ``cursor``: a token's place, None while the last one is followed; ``followed``:
    the last one when the engine was asked, which its answers speak of."""

    prompt: str = ""
    temperature: float = 0.8
    seed: int = 0
    length: int = 200
    number: int = 0
    given: str = ""
    notes: tuple[str, ...] = ()
    characters: float | None = None
    tokens: list[Token] = field(default_factory=list)
    before: list[Token] = field(default_factory=list)
    cursor: int | None = None
    followed: int | None = None
    places: list[tuple[int, int]] = field(default_factory=list)
    """Epoch and step of each token."""

    @property
    def is_whole(self) -> bool:
        return len(self.tokens) >= self.length

    def options(self) -> dict[str, Any]:
        """What to ask the engine for next."""
        return {
            "count": min(AT_ONCE, max(self.length - len(self.tokens), 1)),
            "number": self.number,
            "prompt": self.prompt,
            "known": [token.number for token in self.tokens],
            "temperature": self.temperature,
            "seed": self.seed,
        }

    def follow(self) -> None:
        """Have all that is asked from here on speak of one token."""
        self.followed = len(self.tokens) - 1 if self.tokens else None

    @property
    def place(self) -> int | None:
        """The token's that is spoken of: the one under the cursor, or the last that was there when
        the engine was asked, as all panels are of that moment."""
        if not self.tokens:
            return None
        last = len(self.tokens) - 1
        chosen = self.followed if self.cursor is None else self.cursor
        return last if chosen is None else min(chosen, last)

    def context(self) -> dict[str, Any]:
        """The text up to that token, as a probe takes it."""
        end = 0 if self.place is None else self.place + 1
        return {"prompt": self.prompt, "known": [token.number for token in self.tokens[:end]]}

    def take(self, answer: Sample, place: tuple[int, int]) -> bool:
        """Add what an answer brings, written at ``place``; False where it is of another sample."""
        if answer.number != self.number or answer.start != len(self.tokens):
            return False
        self.given, self.notes, self.characters = answer.given, answer.notes, answer.characters
        self.tokens += answer.tokens
        self.places += [place] * len(answer.tokens)
        return True

    def again(self, **changes: Any) -> "Writing":
        """The next sample, which is written over this one. ``changes``: of what is asked for."""
        fresh = replace(
            self, tokens=[], places=[], followed=None, before=self.shown, number=self.number + 1
        )
        return replace(fresh, **changes)

    @property
    def shown(self) -> list[Token]:
        """What stands on the screen: the tokens written, then those left of the sample before."""
        return [*self.tokens, *self.before[len(self.tokens) :]]

    @property
    def chosen(self) -> Token | None:
        """The token that is spoken of."""
        return None if self.place is None else self.tokens[self.place]

    def move(self, way: int) -> None:
        """The cursor by some tokens; behind the last one it follows what is written."""
        if not self.tokens:
            return
        last = len(self.tokens) - 1
        place = (last if self.cursor is None else self.cursor) + way
        self.cursor = None if place >= last else max(place, 0)

    def warmed(self, way: int) -> float:
        """The next temperature up or down."""
        nearest = min(TEMPERATURES, key=lambda known: abs(known - self.temperature))
        place = TEMPERATURES.index(nearest) + way
        return TEMPERATURES[min(max(place, 0), len(TEMPERATURES) - 1)]
