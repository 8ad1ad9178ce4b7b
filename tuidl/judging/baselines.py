"""What a network is held against: the best that needs no learning, as far as that is known."""

import numpy as np

from tuidl.core.lazy import Array
from tuidl.inference.preprocessing import learned_split
from tuidl.judging.judged import Judged
from tuidl.judging.network import Network
from tuidl.judging.regression import Numbers
from tuidl.judging.resampling import point
from tuidl.judging.wording import baseline_text
from tuidl.tasks.recommending import Recommendation

LAST_VALUE = "always the last value before"
ITEM_WEIGHT, USER_WEIGHT = 25.0, 10.0
"""Ratings of no deviation that are added to those of each item and user (Koren, 2010)."""
BIASES = (
    "the mean of the training ratings, with each item's and then each user's mean deviation from "
    f"it, towards 0 as by {ITEM_WEIGHT:g} and {USER_WEIGHT:g} more ratings"
)


def baseline_of(network: Network, x: Array, judged: Judged) -> tuple[dict[str, Array], str]:
    """Scores of the baseline, and what it is, of examples ``x`` (n, *shape) as the network takes
    them: of series the last value, of ratings the biases of users and items where the training
    data is at hand, else what is best without looking at an input."""
    scored = judged.scored
    if isinstance(scored, Numbers):
        if (said := _last_values(network, x, scored.true)) is not None:
            return point(Numbers(said, scored.true).scores, len(x)), LAST_VALUE
        if (said := _biases(network, x)) is not None:
            return point(Numbers(said, scored.true).scores, len(x)), BIASES
    return judged.baseline(), baseline_text(judged)


def _last_values(network: Network, x: Array, true: Array) -> Array | None:
    """Of windows of a series, the last value for all that follow."""
    prepared = network.preparation
    if not network.preset.data.in_time or x.ndim != 3:
        return None
    last = x[:, -1, -1].astype(np.float64)
    if prepared.input_shift:
        last = last * prepared.input_width[-1] + prepared.input_shift[-1]
    return np.broadcast_to(last[:, None], true.shape)


def _biases(network: Network, x: Array) -> Array | None:
    """Of pairs of a user and an item (n, 1); None where the training data is not here, or has
    changed since."""
    if not isinstance(network.task, Recommendation):
        return None
    prepared = network.preparation
    split, _ = learned_split(network.preset, prepared)
    if split is None:
        return None
    ratings = prepared.decode(split.train.y)[:, 0]
    return regularised_means(split.train.x, ratings, x)[:, None]


def regularised_means(pairs: Array, ratings: Array, wanted: Array) -> Array:
    """Ratings (m,) of ``wanted`` pairs (m, 2) by the deviations of users and items in ``pairs``
    (n, 2), which have ``ratings`` (n,); one without any rating deviates by 0."""
    (users, items), (of_users, of_items) = (p[:, :2].astype(np.int64).T for p in (pairs, wanted))
    mean = ratings.mean()
    by_item = _deviations(items, ratings - mean, ITEM_WEIGHT, of_items)
    by_user = _deviations(users, ratings - mean - by_item[items], USER_WEIGHT, of_users)
    said: Array = mean + by_item[of_items] + by_user[of_users]
    return said


def _deviations(ids: Array, off: Array, weight: float, others: Array) -> Array:
    """Of every id up to the largest: what its ratings are ``off`` (n,), in the mean."""
    size = 1 + max(ids.max(initial=0), others.max(initial=0))
    sums = np.bincount(ids, off, minlength=size)
    means: Array = sums / (weight + np.bincount(ids, minlength=size))
    return means
