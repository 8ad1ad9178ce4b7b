"""Ratings made from a few tastes: what matrix factorization is to find again."""

from functools import lru_cache
from typing import Annotated

from msgspec import Meta

from tuidl.core.config import NotNegative
from tuidl.core.errors import PresetError
from tuidl.data.id_pairs import IdPairs, Pairs, column_of
from tuidl.data.ratings import ITEM, USER
from tuidl.data.table_layout import UNKNOWN

Ids = Annotated[int, Meta(ge=2, le=100_000)]
Ratings = Annotated[int, Meta(ge=4, le=10_000_000)]
Rank = Annotated[int, Meta(ge=1, le=8)]

KINDS = ("comedy", "drama", "action", "western", "horror", "musical", "crime", "fantasy")
"""The first items of each kind are named by it."""
LOWEST, HIGHEST, USUAL = 1.0, 5.0, 3.5
TASTE, HABIT = 0.8, 0.4
"""Deviations: of how much a user likes a kind, of a user's and an item's mean, in stars."""
OWN, OTHER = 1.0, 0.2
"""How much an item has of its own kind, and the deviation of what it has of each."""
POPULAR = 0.7
"""Items are rated with a frequency of 1 / place to this power."""


class LowRank(IdPairs, frozen=True, kw_only=True, tag="low_rank"):
    """Whole stars from 1 to 5 that ``users`` give to ``items`` of ``rank`` kinds: the mean, the
    user's and the item's own, how much the user likes what the item has, and ``noise`` N(0, 1)
    before rounding. ``ratings``: how many, at most one for each pair; popular items have more."""

    users: Ids = 300
    items: Ids = 80
    rank: Rank = 3
    ratings: Ratings = 8_000
    noise: NotNegative = 0.5

    def check(self) -> None:
        super().check()
        if self.ratings > self.users * self.items // 2:
            most = self.users * self.items // 2
            raise PresetError("data.ratings", f"expected at most half of all pairs, {most:,}")

    def count(self) -> int:
        return self.ratings

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        users = tuple(f"user {i + 1}" for i in range(self.users))
        items = (f"{KINDS[i % self.rank]} {i // self.rank + 1}" for i in range(self.items))
        return (*users, UNKNOWN), (*items, UNKNOWN)

    def pairs(self) -> Pairs:
        return _made(self)


@lru_cache(maxsize=2)
def _made(source: LowRank) -> Pairs:
    import numpy as np

    random = np.random.Generator(np.random.Philox(key=source.seed))
    users, items = source.users, source.items
    tastes = TASTE * random.standard_normal((users, source.rank))
    has = OTHER * random.standard_normal((items, source.rank))
    has[np.arange(items), np.arange(items) % source.rank] += OWN
    habits = (HABIT * random.standard_normal(count) for count in (users, items))
    of_user, of_item = habits
    frequency = (1 + random.permutation(items)) ** -POPULAR
    lots = np.log(random.random(users * items)) / np.tile(frequency, users)
    chosen = random.permutation(np.argsort(-lots, kind="stable")[: source.ratings])
    user, item = np.divmod(chosen, items)
    noise = source.noise * random.standard_normal(source.ratings)
    stars = USUAL + of_user[user] + of_item[item] + (tastes[user] * has[item]).sum(axis=1) + noise
    names = source.names()
    return Pairs(
        column_of(USER, names[0][:-1]), column_of(ITEM, names[1][:-1]),
        np.stack([user, item], axis=1), np.clip(np.round(stars), LOWEST, HIGHEST),
    )  # fmt: skip
