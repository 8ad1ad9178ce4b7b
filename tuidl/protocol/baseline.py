"""What scores have to be held against: those of an answer that looks at no input."""

import msgspec

from tuidl.protocol.scores import Scores, restore


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What always saying the same comes to in each part; ``score``: the name of the score that it
    is to be held against.

    With an accuracy, ``says`` is the training part's most frequent class, and its ``accuracy``
    stands by part. Elsewhere ``says`` is what is always answered, in words, and its ``loss`` stands
    by part: of numbers the mean of the training part's targets, of classes their shares there.
    """

    says: str
    score: str
    accuracy: Scores = {}
    loss: Scores = {}

    def __post_init__(self) -> None:
        restore(self.accuracy, self.loss)

    @property
    def by_part(self) -> dict[str, float]:
        """Its score in each part."""
        return self.accuracy or self.loss

    @property
    def in_words(self) -> str:
        """``always saying '3'``."""
        return f"always saying {self.says!r}" if self.accuracy else f"always saying {self.says}"
