"""The next token of a text, and words nearby."""

from tuidl.tasks.base import Picture
from tuidl.tasks.classification import Classification
from tuidl.tasks.per_step import PerStep

SAMPLE = Picture(
    "sample",
    "what it writes; marked: unlikely",
    "what it writes, token by token",
    {"count": 48},
    {"count": 12},
)
MAP = Picture("embedding_map", "tokens used alike lie together", "map of the embedding")


class NextTokens(PerStep):
    """The token after each place of the input: targets are tokens (n, places)."""

    @property
    def is_whole(self) -> bool:
        """Lines are, windows of a text that goes on are not."""
        return self.mask is not None

    @property
    def probes(self) -> tuple[str, ...]:
        return ("sample", "places", "embedding_map")

    @property
    def picture(self) -> Picture:
        return SAMPLE


class NextToken(Classification):
    """The token after the last one of the input."""

    @property
    def probes(self) -> tuple[str, ...]:
        return ("sample", "predictions", "embedding_map")

    @property
    def picture(self) -> Picture:
        return SAMPLE


class NearbyWords(Classification):
    """A word that stands near the one that is the input."""

    @property
    def probes(self) -> tuple[str, ...]:
        return ("embedding_map", "predictions")

    @property
    def picture(self) -> Picture:
        return MAP
