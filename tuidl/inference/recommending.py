"""The items that a network of ratings recommends to a user."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError, guess
from tuidl.core.lazy import Array
from tuidl.data.table_layout import InputColumn
from tuidl.data.table_rows import typed_rows
from tuidl.inference.files import ready
from tuidl.inference.predictions import Predictions, answered
from tuidl.inference.preprocessing import Preparation, learned_split
from tuidl.model.model import Model
from tuidl.tasks.choice import task_of
from tuidl.tasks.recommending import Recommendation

HERE = "--user"
MAY_BE = "items that the user has rated may be among them"


@dataclass(frozen=True)
class Known:
    """``rated``: places of the items that the user has rated in the training data, all three parts;
    ``note``: empty where that is known."""

    rated: Array
    note: str = ""


def recommendations(model: Model, prepared: Preparation, user: str, count: int) -> Predictions:
    """Of the items that a user has not rated the ``count`` with the highest predicted ratings, the
    best first.

    Parameters
    ----------
    user
        An id as the data has it, or how that is shown.

    Raises
    ------
    DataError
        Where the network does not rate pairs of a user and an item, or does not know the user.
    """
    users, items = _columns(model, prepared)
    user_id = _id_of(user, users)
    known = _known(model, prepared, users, user_id)
    left = np.setdiff1d(np.arange(len(items.categories)), [*_rare(items), *known.rated.tolist()])
    if not len(left):
        raise DataError(f"{HERE} {user}: has rated every item")
    everything = _predicted(model, prepared, user_id, items, left)
    order = np.argsort(-everything.decoded[:, 0], kind="stable")[:count]
    best = _predicted(model, prepared, user_id, items, left[order])
    return replace(best, notes=(known.note, *best.notes) if known.note else best.notes)


def _columns(model: Model, prepared: Preparation) -> tuple[InputColumn, InputColumn]:
    """Of users and items. Raises DataError."""
    if not isinstance(task_of(model.preset), Recommendation) or prepared.table is None:
        raise DataError(f"{HERE}: the network does not rate pairs of a user and an item")
    users, items = prepared.table.columns
    return users, items


def _id_of(user: str, users: InputColumn) -> str:
    """Raises DataError for a user without ratings in the training part."""
    shown = dict(zip(users.titles, users.categories, strict=False))
    known = {*users.categories}
    ways = (user, f"{users.name} {user}", shown.get(user))  # "12" for "user 12"
    found = next((way for way in ways if way in known), None)
    if found is None:
        some = f" (there are {len(known):,}, such as {users.categories[0]!r})"
        raise DataError(f"{HERE} {user}: no such user{guess(user, known)}{some}")
    if found in users.rare:
        raise DataError(f"{HERE} {user}: has no rating in the training part")
    return found


def _rare(items: InputColumn) -> list[int]:
    """Places of the items that training did not see, of which nothing is known."""
    places = {name: place for place, name in enumerate(items.categories)}
    return [places[name] for name in items.rare]


def _known(model: Model, prepared: Preparation, users: InputColumn, user: str) -> Known:
    split, problem = learned_split(model.preset, prepared)
    if split is None:
        return Known(np.empty(0, int), f"{problem}: {MAY_BE}")
    number = users.categories.index(user)
    pairs = np.concatenate([part.x for part in (split.train, split.validation, split.test)])
    return Known(np.unique(pairs[pairs[:, 0] == number, 1].astype(int)))


def _predicted(
    model: Model,
    prepared: Preparation,
    user: str,
    items: InputColumn,
    places: Sequence[int] | Array,
) -> Predictions:
    """By the reader of files, as rows of a table."""
    assert prepared.table is not None
    chosen = [int(place) for place in places]
    found = typed_rows([[user, items.categories[i]] for i in chosen], prepared.table, HERE)
    names = tuple(items.names[i] for i in chosen)
    return answered(
        model,
        prepared,
        ready(Path(HERE), prepared, found.x, names, (), found.problems, found.table),
    )
