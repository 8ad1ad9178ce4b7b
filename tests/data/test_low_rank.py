"""Ratings made from a few tastes."""

import numpy as np
import pytest

from tuidl.core.errors import TuidlError
from tuidl.data import SOURCES


def test_ratings_have_the_structure_that_they_are_made_of() -> None:
    """Each pair once, whole stars, popular items more often, films of a kind liked together."""
    source = SOURCES["low_rank"](noise=0.0, validation=0.0)
    known = source.pairs()
    assert len(np.unique(known.x, axis=0)) == len(known.y) == 8_000
    assert set(np.unique(known.y)) == {1, 2, 3, 4, 5}
    counts = np.sort(np.bincount(known.x[:, 1], minlength=80))
    assert counts[-8:].mean() > 2 * counts[:8].mean()
    table = np.full((300, 80), np.nan)
    table[known.x[:, 0], known.x[:, 1]] = known.y
    table -= np.nanmean(table, axis=1, keepdims=True)
    table -= np.nanmean(table, axis=0)
    filled = np.nan_to_num(table)
    like = filled.T @ filled
    np.fill_diagonal(like, 0)
    kinds = np.arange(80) % 3
    same = kinds[:, None] == kinds
    assert like[same].mean() > 5 > 0 > like[~same].mean()


def test_the_seed_decides_the_ratings() -> None:
    first, again, other = (SOURCES["low_rank"](seed=seed).pairs() for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.y, again.y)
    assert not np.array_equal(first.x, other.x)


def test_who_is_held_out_whole_is_unknown() -> None:
    source = SOURCES["low_rank"](users=40, items=10, ratings=60)
    split = source.split()
    seen, held = (set(part.x[:, 0].astype(int)) for part in (split.train, split.validation))
    assert 40 in held
    assert held - {40} <= seen
    assert 40 not in seen
    layout = source.layout(split.rows)
    assert layout.columns[0].rare
    assert split.targets is not None
    assert split.targets.scale[0] == 1


def test_more_ratings_than_pairs_are_refused() -> None:
    with pytest.raises(TuidlError, match="at most half of all pairs, 50"):
        SOURCES["low_rank"](users=10, items=10, ratings=80).check()
