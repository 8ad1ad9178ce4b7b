"""Distances of samples, beside SciPy, and clouds that are covered, beside a count by hand."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from tuidl.tasks.distributions import covered, directions, quantiles, sliced_wasserstein

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("width", [1, 2, 3, 64])
def test_directions_have_length_one_and_stay_the_same(width: int) -> None:
    found = directions(width)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0)
    assert np.array_equal(found, directions(width))


@pytest.mark.parametrize("width", [1, 2, 5])
def test_the_distance_is_the_mean_of_scipys_over_the_directions(width: int) -> None:
    x = RANDOM.normal(size=(300, width))
    y = RANDOM.normal(0.7, 1.5, size=(300, width))
    scipys = [wasserstein_distance(x @ d, y @ d) for d in directions(width)]
    assert sliced_wasserstein(x, y) == pytest.approx(np.mean(scipys), rel=1e-12)
    assert sliced_wasserstein(x, y) == sliced_wasserstein(y, x)
    assert sliced_wasserstein(x, x[::-1]) == 0


def test_samples_of_other_sizes_are_compared_by_their_quantiles() -> None:
    x, y = RANDOM.normal(size=(4000, 2)), RANDOM.normal(1.0, 1.0, size=(1000, 2))
    scipys = [wasserstein_distance(x @ d, y @ d) for d in directions(2)]
    assert sliced_wasserstein(x, y) == pytest.approx(np.mean(scipys), rel=0.01)
    assert quantiles(np.arange(4.0)[:, None], 2).tolist() == [[0.5, 2.5]]
    assert quantiles(np.array([[3.0]]), 4).tolist() == [[3.0] * 4]


def test_a_shift_is_as_far_as_it_goes_along_the_directions() -> None:
    x = RANDOM.normal(size=(500, 2))
    assert sliced_wasserstein(x, x + np.array([3.0, 4.0])) == pytest.approx(5 * 2 / np.pi, rel=1e-3)


def test_a_cloud_is_covered_by_two_percent_within_three_deviations() -> None:
    centres = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    points = np.zeros((100, 2))
    assert covered(points, centres, 0.1) == 1
    points[0] = [10.0, 0.29]
    assert covered(points, centres, 0.1) == 1
    points[1] = [10.2, 0.2]
    assert covered(points, centres, 0.1) == 2
    points[2:4] = [0.0, 9.69]
    assert covered(points, centres, 0.1) == 2
    points[2:4] = [0.0, 9.71]
    assert covered(points, centres, 0.1) == 3
    assert covered(points, centres, 0.0) == 1
