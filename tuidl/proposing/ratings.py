"""Tables of ratings, by the names of their columns, and the network that learns them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuidl.data.ratings import ITEM, USER
from tuidl.proposing.setting import Setting, Settings
from tuidl.proposing.target_kinds import ADAM, NumberTarget

if TYPE_CHECKING:
    from tuidl.proposing.columns import ColumnFacts

USERS = (
    USER, "customer", "client", "listener", "member", "person", "player", "profile", "rater",
    "reader", "reviewer", "viewer",
)  # fmt: skip
ITEMS = (
    ITEM, "album", "anime", "app", "article", "artist", "asin", "beer", "book", "business",
    "course", "dish", "film", "game", "hotel", "isbn", "joke", "movie", "place", "product",
    "recipe", "restaurant", "series", "show", "song", "title", "track", "wine",
)  # fmt: skip
RATINGS = ("rating", "stars", "score", "overall")
TIMES = ("timestamp", "time", "date", "datetime")
OVERRULED = "data.source=csv"
"""What says that a table holds no ratings."""
SMALL, FEW, MANY = 100_000, 8, 20
"""Up to so many ratings to train on, numbers of a vector; with more ratings MANY."""
PULL = 0.05
"""Of each vector and bias towards 0: who has few ratings is taken to be like most."""
RATE = 3e-3


@dataclass(frozen=True)
class RatingTarget(NumberTarget):
    """How a user rates an item."""

    epochs = (30, 30)

    @property
    def inputs(self) -> str:
        return "a user and an item"

    def sentence(self, inputs: str) -> str:
        del inputs
        return "Ratings of items by users"

    def network(self, train: int) -> tuple[Settings, ...]:
        return rating_layers(train)

    @property
    def metrics(self) -> Settings:
        return {"metrics": Setting(["rmse", "mae"], "errors in the ratings' own unit")}

    def scaling(self, has_numbers: bool) -> Settings:
        del has_numbers
        return {"normalize_targets": Setting("center", "the mean of all ratings is taken off")}

    def optimizer(self, decays: bool) -> Settings:
        """Vectors of ids move only where they come up: a larger rate, small steps at the end."""
        del decays
        return {
            "type": ADAM,
            "learning_rate": Setting(RATE, "a vector moves only when its id comes up"),
            "schedule": Setting({"type": "cosine"}, "small steps at the end"),
        }

    @property
    def monitor(self) -> Setting:
        why = "of the validation part; the loss also has what pulls vectors to 0"
        return Setting("rmse", why)


def plain(name: str) -> str:
    """``userId``, ``User-ID`` and ``user`` alike."""
    letters = re.sub(r"[^a-z]", "", name.casefold())
    return re.sub(r"(ids?|s)$", "", letters) or letters


def rating_columns(
    target: "ColumnFacts", others: "Sequence[ColumnFacts]", overrides: Sequence[str]
) -> "tuple[ColumnFacts, ColumnFacts] | None":
    """The columns of users and of items, None where the table holds no ratings: the target is a
    rating by its name, one column names users, one items, and no other tells but the time."""
    if any(override.replace(" ", "").startswith("data.source=") for override in overrides):
        return None
    is_rating = plain(target.name).endswith(tuple(map(plain, RATINGS)))
    if not is_rating or target.report.kind != "number":
        return None
    users, items = (
        [column for column in others if plain(column.name) in map(plain, names)]
        for names in (USERS, ITEMS)
    )
    left = [c for c in others if c not in (*users, *items) and plain(c.name) not in TIMES]
    if len(users) != 1 or len(items) != 1 or any(not column.idle for column in left):
        return None
    return users[0], items[0]


def rating_settings(path: str, user: str, item: str, rating: str) -> Settings:
    """The table ``[data]``."""
    return {
        "source": Setting("ratings"),
        "path": Setting(path),
        "user": Setting(user, "a guess by its name: who rates"),
        "item": Setting(item, "a guess by its name: what is rated"),
        "rating": Setting(rating, "the column to predict"),
    }


def rating_layers(train: int) -> tuple[Settings, ...]:
    """Matrix factorization with biases (Koren, Bell and Volinsky, 2009)."""
    width = FEW if train <= SMALL else MANY
    tastes = f"a vector of {width} numbers for each user, as {train:,} ratings can fill"
    return (
        _embedding("tastes", USER, Setting(width, tastes)),
        _embedding("qualities", ITEM, Setting(width, "and for each item")),
        _joined("dot", "liking", "tastes", "qualities"),
        _bias("user_bias", USER, "how generous a user is"),
        _bias("item_bias", ITEM, "how well liked an item is"),
        _joined("add", "", "liking", "user_bias", "item_bias"),
    )


def _embedding(name: str, of: str, width: Setting) -> Settings:
    return {
        "type": Setting("embedding"),
        "name": Setting(name),
        "inputs": Setting([of]),
        "output_dim": width,
        "activity_l2": Setting(PULL),
    }


def _bias(name: str, of: str, why: str) -> Settings:
    return {
        **_embedding(name, of, Setting(1, why)),
        "embeddings_initializer": Setting("zeros"),
    }


def _joined(kind: str, name: str, *inputs: str) -> Settings:
    named = {"name": Setting(name)} if name else {}
    return {"type": Setting(kind), **named, "inputs": Setting(list(inputs))}
