"""ARI and NMI beside scikit-learn's, also of groupings that nobody would plan."""

import numpy as np
import pytest

from tuidl.tasks.agreement import adjusted_rand_index, normalized_mutual_information

metrics = pytest.importorskip("sklearn.metrics")
RANDOM = np.random.default_rng(3)
MANY = RANDOM.integers(0, 10, 5000)
GROUPINGS = {
    "the same": (MANY, MANY),
    "the same by other names": (MANY, 9 - MANY),
    "nearly": (MANY, np.where(RANDOM.random(5000) < 0.1, 0, MANY)),
    "nothing in common": (MANY, RANDOM.integers(0, 7, 5000)),
    "one cluster for all": (MANY, np.zeros(5000, int)),
    "one on both sides": (np.zeros(8, int), np.full(8, 4)),
    "each alone": (np.arange(50), MANY[:50]),
    "each alone on both sides": (np.arange(20), np.arange(20)[::-1]),
    "two examples apart": (np.array([0, 1]), np.array([0, 0])),
    "worse than guessing": (np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])),
    "one example": (np.array([3]), np.array([1])),
    "names far apart": (np.array([-5, 1000, -5, 7]), np.array([2, 2, 1, 1])),
}


@pytest.mark.sample(len(GROUPINGS))
@pytest.mark.parametrize("name", GROUPINGS)
def test_agreement_is_that_of_scikit_learn(name: str) -> None:
    first, second = GROUPINGS[name]
    for ours, theirs in (
        (adjusted_rand_index, metrics.adjusted_rand_score),
        (normalized_mutual_information, metrics.normalized_mutual_info_score),
    ):
        assert ours(first, second) == pytest.approx(theirs(first, second), abs=1e-12)
        assert ours(second, first) == pytest.approx(ours(first, second), abs=1e-12)


def test_pairs_of_many_examples_do_not_overflow() -> None:
    large = np.repeat(np.arange(2), 2_000_000)
    assert adjusted_rand_index(large, large) == 1.0
    assert adjusted_rand_index(large, 1 - large) == 1.0
