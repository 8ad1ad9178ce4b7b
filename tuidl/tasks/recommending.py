"""Ratings of items by users: numbers, of a pair of ids."""

from tuidl.tasks.base import Picture
from tuidl.tasks.regression import Regression

STARS = Picture(
    "recommended", "known ratings, and predicted ones", "known ratings, and predicted ones"
)


class Recommendation(Regression):
    """The first id is a user's, the last one an item's."""

    @property
    def probes(self) -> tuple[str, ...]:
        return "recommended", "values", "embedding_map"

    @property
    def picture(self) -> Picture:
        return STARS
