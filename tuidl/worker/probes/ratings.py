"""What is known of a user's ratings, and what the network predicts."""

from collections.abc import Callable
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.backends.base import ArrayDataset
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.preprocessing import FittedScaling
from tuidl.protocol.rating_answers import Rated, Recommended
from tuidl.tasks.recommending import Recommendation
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import answers_of, held_out, numbers, task_in

MOST_ITEMS = 20_000
"""Items of which all are predicted for a user; of more, the first."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``user``: by name; "" for the one with the most ratings. ``count`` of the best other items;
    ``examples``: held-out ones of all users."""

    user: str = ""
    count: Annotated[int, Meta(ge=1, le=200)] = 20
    examples: Annotated[int, Meta(ge=1, le=2000)] = 1000


def recommended(state: TrainState, options: Options) -> Recommended:
    """Raises DataError where the network does not read a user and an item."""
    if not isinstance(task_in(state), Recommendation):
        raise DataError("recommended: the network does not rate a pair of ids")
    users, items = (field.classes[:-1] for field in state.preprocessing.examples.inputs)
    part, feed = held_out(state)
    user = _number_of(options.user, users, state.train_feed)
    stars = _own_unit(state.preprocessing.targets)
    every = np.arange(min(len(items), MOST_ITEMS))
    pairs = np.stack([np.full(len(every), user), every], axis=1).astype(np.float32)
    predicted = stars(answers_of(state, pairs)[:, 0])
    known = _known(user, state, feed, stars)
    rated = sorted(known, key=lambda item: (-known[item][0], -predicted[item]))
    others = np.setdiff1d(every, list(known))
    best = others[np.argsort(-predicted[others], kind="stable")[: options.count]]
    count = min(options.examples, len(feed))
    return Recommended(
        users=users,
        user=users[user],
        known=tuple(_rated(items[i], predicted[i], *known[i]) for i in rated),
        best=tuple(_rated(items[i], predicted[i], None) for i in best.tolist()),
        part=part,
        true=numbers(stars(feed.y[:count, 0])),
        predicted=numbers(stars(answers_of(state, feed.x[:count])[:, 0])),
    )


def _rated(item: str, predicted: float, known: float | None, held_out: bool = False) -> Rated:
    given = None if known is None else numbers(known)
    return Rated(item=item, known=given, predicted=numbers(predicted), held_out=held_out)


def _number_of(name: str, users: tuple[str, ...], feed: ArrayDataset) -> int:
    """Raises DataError for a name that is none."""
    if name:
        if name not in users:
            raise DataError(f"recommended: no user {name!r}")
        return users.index(name)
    counts = np.bincount(feed.x[:, 0].astype(int), minlength=len(users))
    return int(counts[: len(users)].argmax())


def _own_unit(scaling: FittedScaling | None) -> Callable[[Array], Array]:
    """What brings numbers as the network has them into the ratings' own unit."""
    scale, offset = (scaling.scale[0], scaling.offset[0]) if scaling else (1.0, 0.0)
    return lambda values: np.asarray(values, np.float64) * scale + offset


def _known(
    user: int, state: TrainState, held: ArrayDataset, stars: Callable[[Array], Array]
) -> dict[int, tuple[float, bool]]:
    """By item: the user's rating, and whether it was held out."""
    found: dict[int, tuple[float, bool]] = {}
    for feed, is_held in ((state.train_feed, False), (held, held is not state.train_feed)):
        own = np.flatnonzero(feed.x[:, 0] == user)
        given = stars(feed.y[own, 0]).tolist()
        for item, rating in zip(feed.x[own, 1].astype(int).tolist(), given, strict=True):
            found[item] = rating, is_held
    return {item: of for item, of in found.items() if item < _items(state)}


def _items(state: TrainState) -> int:
    """Known ones, of which all are predicted."""
    return min(len(state.preprocessing.examples.inputs[1].classes) - 1, MOST_ITEMS)
