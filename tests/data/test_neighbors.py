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


@pytest.mark.parametrize("rounds", [1, 3])
def test_shared_neighbours_weigh_by_how_many_are_shared(rounds: int) -> None:
    random = np.random.default_rng(4)
    train, held = (random.random((n, 5), np.float32) for n in (70, 9))
    made = Neighborhood(train, Neighbors(count=6, rounds=rounds, weights="shared"))
    lists = nearest(train, train, 6)

    def means(part: Array, values: Array) -> Array:
        rows = []
        for own in nearest(part, train, 6):
            shared = [len({*own} & {*lists[one]}) for one in own]
            assert min(shared) > 0
            rows.append(np.average(values[own], axis=0, weights=shared))
        return np.array(rows)

    smooth = train
    for _ in range(rounds - 1):
        smooth = means(train, smooth)
    for part in (train, held):
        np.testing.assert_allclose(made.targets(part), means(part, smooth), atol=1e-6)


@pytest.mark.parametrize(("shape", "shift"), [((6, 5, 1), 1), ((3, 4, 2), 2)])
def test_pictures_are_compared_where_they_lie_best(shape: tuple[int, ...], shift: int) -> None:
    random = np.random.default_rng(5)
    known, held = (random.random((n, *shape), np.float32) for n in (40, 7))
    settings = Neighbors(count=3, shift=shift)
    made = Neighborhood(known.reshape(40, -1), settings, shape).targets(held.reshape(7, -1))
    for picture, target in zip(held, made, strict=True):
        wide = np.pad(picture, ((shift, shift), (shift, shift), (0, 0)), mode="edge")
        windows = [
            wide[down : down + shape[0], right : right + shape[1]]
            for down in range(2 * shift + 1)
            for right in range(2 * shift + 1)
        ]
        away = [min(float(((w - one) ** 2).sum()) for w in windows) for one in known]
        expected = known[np.argsort(away)[:3]].mean(axis=0).reshape(-1)
        np.testing.assert_allclose(target, expected, atol=1e-6)


def test_a_picture_that_moved_is_its_own_neighbour() -> None:
    pictures = np.zeros((9, 5, 5, 1), np.float32)
    for number, (row, column) in enumerate(np.ndindex(3, 3)):
        pictures[number, row + 1, column + 1] = 1
    moved = np.roll(pictures, 1, axis=1)
    rows, shape = pictures.reshape(9, -1), (5, 5, 1)
    targets = Neighborhood(rows, Neighbors(count=4, shift=1), shape).targets(moved.reshape(9, -1))
    assert (targets[4] > 0).sum() == 4, "the four at no distance: nothing else is as near"
    assert set(np.flatnonzero(targets[4])) <= set(np.flatnonzero(pictures[3:].sum(axis=0)))


@pytest.mark.parametrize("weights", ["same", "shared"])
def test_twins_all_alike_stay_what_they_are(weights: str) -> None:
    x = np.ones((30, 2), np.float32)
    settings = Neighbors(count=4, rounds=3, weights=weights)  # type: ignore[arg-type]
    assert np.array_equal(Neighborhood(x, settings).targets(x), x)


@pytest.mark.parametrize(
    "settings",
    [
        Neighbors(count=3, rounds=2),
        Neighbors(count=3, weights="shared"),
        Neighbors(count=3, rounds=2, weights="shared", shift=1),
    ],
)
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, settings: Neighbors) -> None:
    x, shape = np.random.default_rng(3).random((50, 6), np.float32), (2, 3, 1)
    whole = Neighborhood(x, settings, shape).targets(x)
    monkeypatch.setattr("tuidl.data.neighbors.AT_ONCE", 120)
    assert np.array_equal(Neighborhood(x, settings, shape).targets(x), whole)


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
        (", neighbors = {shift = -1}", "data.neighbors.shift"),
        (", neighbors = {weights = 'shard'}", "data.neighbors.weights"),
    ],
)
def test_what_makes_no_sense_is_refused(more: str, message: str) -> None:
    with pytest.raises(PresetError) as error:
        Graph.build(preset(more=more))
    assert message in str(error.value)


def test_neighbours_need_inputs_as_targets() -> None:
    with pytest.raises(PresetError, match=r"data.neighbors: needs data.targets = 'inputs'"):
        load_preset("cnn_digits", ("data.neighbors={count=3}",))


def test_only_pictures_are_moved() -> None:
    changes = ("data.targets='inputs'", "data.neighbors={shift=1}")
    with pytest.raises(PresetError, match=r"data.neighbors.shift: is for pictures .* are 2"):
        Graph.build(load_preset("kmeans_points", changes))
