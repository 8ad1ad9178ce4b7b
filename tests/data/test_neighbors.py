"""Targets that are means of the nearest training examples, beside scikit-learn's neighbours."""

import numpy as np
import pytest

from tests.data.test_reconstruction import preset, split_of
from tuidl.compiler.graph import Graph
from tuidl.core.errors import DataError, PresetError
from tuidl.data.neighbors import Neighborhood, Neighbors
from tuidl.preset.library import load_preset

Array = np.ndarray


def nearest(x: Array, known: Array, count: int) -> Array:
    away = ((x[:, None].astype(float) - known) ** 2).sum(axis=2)
    return np.argsort(away, axis=1, kind="stable")[:, :count]


@pytest.mark.parametrize("rounds", [1, 3])
def test_targets_are_means_over_the_nearest_of_each_round(rounds: int) -> None:
    random = np.random.default_rng(2)
    train, held = (random.random((n, 5), np.float32) for n in (70, 9))
    made = Neighborhood(train, Neighbors(count=4, rounds=rounds))
    smooth = train
    for _ in range(rounds - 1):
        smooth = smooth[nearest(train, train, 4)].mean(axis=1)
    for part in (train, held):
        expected = smooth[nearest(part, train, 4)].mean(axis=1)
        np.testing.assert_allclose(made.targets(part), expected, atol=1e-6)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(3).random((50, 3), np.float32)
    whole = Neighborhood(x, Neighbors(count=3, rounds=2)).targets(x)
    monkeypatch.setattr("tuidl.data.neighbors.AT_ONCE", 120)
    assert np.array_equal(Neighborhood(x, Neighbors(count=3, rounds=2)).targets(x), whole)


def test_inputs_and_labels_stay_and_held_out_examples_teach_nothing() -> None:
    plain, smooth = split_of(), split_of(more=", neighbors = {count = 5, rounds = 2}")
    for name in ("train", "validation"):
        before, after = getattr(plain, name), getattr(smooth, name)
        np.testing.assert_array_equal(before.x, after.x)
        np.testing.assert_array_equal(before.labels, after.labels)
        assert after.y.std() < before.y.std()
    expected = Neighborhood(plain.train.y, Neighbors(count=5, rounds=2))
    np.testing.assert_array_equal(smooth.validation.y, expected.targets(plain.validation.y))


def test_one_neighbour_is_the_example_itself() -> None:
    plain, same = split_of(), split_of(more=", neighbors = {count = 1, rounds = 3}")
    np.testing.assert_array_equal(plain.train.y, same.train.y)


@pytest.mark.parametrize(("count", "rows"), [(10, 9), (1, 20_001)])
def test_too_few_and_too_many_examples_are_refused(count: int, rows: int) -> None:
    with pytest.raises(DataError, match=r"data.neighbors: expected .* training examples"):
        Neighborhood(np.zeros((rows, 1), np.float32), Neighbors(count=count))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (", neighbors = {count = 0}", "data.neighbors.count"),
        (", neighbors = {rouns = 2}", "did you mean 'rounds'"),
        (", neighbors = 5", "data.neighbors"),
    ],
)
def test_what_makes_no_sense_is_refused(more: str, message: str) -> None:
    with pytest.raises(PresetError) as error:
        Graph.build(preset(more=more))
    assert message in str(error.value)


def test_neighbours_need_inputs_as_targets() -> None:
    with pytest.raises(PresetError, match=r"data.neighbors: needs data.targets = 'inputs'"):
        load_preset("cnn_digits", ("data.neighbors={count=3}",))
