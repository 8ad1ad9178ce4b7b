"""The loss on a plane through the weights, against plain loops and NumPy."""

from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.runs.kept import start
from tests.systems import GAN, TWO_HEADS
from tuidl.core.errors import DataError
from tuidl.runs.landscapes import landscape_of
from tuidl.runs.rewinding import RewoundRun
from tuidl.storage.folder import RunFolder
from tuidl.training.landscape import loss_of, order_of, some_of, weights_of
from tuidl.training.planes import grid_axis, path_plane, random_plane, trained_slots
from tuidl.training.surveys import Wanted
from tuidl.training.trainer import Trainer

pytestmark = pytest.mark.usefixtures("test_sources")

SMALL = Wanted("path", points=7)


def run_of(folder: Path, text: str, *overrides: str, name: str = "run") -> RewoundRun:
    start(helpers.preset(text, *overrides), folder / name)
    return RewoundRun(RunFolder(folder / name))


@pytest.mark.sample(2)
@pytest.mark.parametrize("plane", ["path", "random"])
@pytest.mark.parametrize("text", [helpers.CONV, helpers.RESIDUAL, TWO_HEADS, helpers.SEQUENCE])
def test_values_are_those_of_a_plain_loop_and_the_centre_is_the_logged_loss(
    text: str, plane: str, tmp_path: Path
) -> None:
    run = run_of(tmp_path, text)
    head, landscape = landscape_of(run, None, Wanted(plane, points=5))  # type: ignore[arg-type]
    model = run.state.model
    before = model.weights_sha256
    done = sum(len(part.places) for part in landscape.compute())
    assert done == landscape.losses.size == 25
    assert model.weights_sha256 == before == run.newest.weights_sha256
    outcome = run.folder.outcome
    assert outcome is not None
    if outcome.validation:
        assert head.centre == head.logged == outcome.validation["loss"]
    part = run.state.held_out[head.part]
    row, column = head.second.index(0.0), head.first.index(0.0)
    assert landscape.losses[row, column] == head.centre
    for i, b in enumerate(landscape.second):
        for j, a in enumerate(landscape.first):
            at = 0
            values = landscape.plane.at(a, b)
            for slot in trained_slots(model.program):
                own = values[at : at + slot.size].reshape(slot.shape)
                model.parameters[slot.name] = own.astype(np.float32)
                at += slot.size
            assert loss_of(model, part) == landscape.losses[i, j]


def test_points_of_a_path_have_the_losses_of_their_own_weights(tmp_path: Path) -> None:
    run = run_of(tmp_path, helpers.RESIDUAL)
    head, _ = landscape_of(run, None, SMALL)
    (path,) = head.paths
    for point in path.points[:: max(len(path.points) // 5, 1)]:
        run.go_to(point.updates)
        assert loss_of(run.state.model, run.state.held_out["validation"]) == point.loss
    last = path.points[-1]
    assert (last.first, last.second, last.distance) == pytest.approx((0, 0, 0), abs=1e-9)


def test_a_second_run_lies_on_the_same_plane(tmp_path: Path) -> None:
    run = run_of(tmp_path, helpers.CONV)
    other = run_of(tmp_path, helpers.CONV, "training.seed=8", name="other")
    head, landscape = landscape_of(run, other, SMALL)
    assert [path.run for path in head.paths] == ["run", "other"]
    weights = weights_of(other.state.model)
    first, second, distance = landscape.plane.project(weights)
    point = head.paths[1].points[-1]
    assert (point.first, point.second, point.distance) == pytest.approx((first, second, distance))
    ends = [head.first[0], head.first[-1]]
    assert all(ends[0] <= p.first <= ends[1] for path in head.paths for p in path.points)


def test_another_network_and_several_objectives_are_refused(tmp_path: Path) -> None:
    run = run_of(tmp_path, helpers.CONV, "training.epochs=1")
    other = run_of(tmp_path, helpers.CONV, "training.epochs=1", "layers.0.filters=6", name="b")
    with pytest.raises(DataError, match=r"b is another network: conv2d_1\.kernel is"):
        landscape_of(run, other, SMALL)
    gan = run_of(tmp_path, GAN, "training.epochs=1", name="gan")
    with pytest.raises(DataError, match="no landscape of several objectives"):
        landscape_of(gan, None, SMALL)


def test_filters_of_random_directions_are_as_long_as_those_of_the_network() -> None:
    model = helpers.model(helpers.CONV, batch=8)
    slots, centre = trained_slots(model.program), weights_of(model)
    plane = random_plane(slots, centre, 3)
    at = 0
    for slot in slots:
        own, drawn = (v[at : at + slot.size].reshape(slot.shape) for v in (centre, plane.first))
        at += slot.size
        if len(slot.shape) == 1:
            assert not drawn.any()
            continue
        axes = tuple(range(len(slot.shape) - 1))
        np.testing.assert_allclose((drawn**2).sum(axis=axes), (own**2).sum(axis=axes))
    assert not np.allclose(plane.first, plane.second)
    np.testing.assert_array_equal(plane.first, random_plane(slots, centre, 3).first)


def test_components_of_a_path_are_those_of_its_singular_values() -> None:
    path = np.random.default_rng(1).normal(size=(9, 40)).cumsum(axis=0)
    plane = path_plane(path, path[-1])
    _, values, directions = np.linalg.svd(path - path.mean(axis=0), full_matrices=False)
    assert plane.shares == pytest.approx(values[:2] ** 2 / (values**2).sum())
    for found, expected in zip((plane.first, plane.second), directions, strict=False):
        np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-9)
    assert plane.project(plane.at(0.3, -2.0)) == pytest.approx((0.3, -2.0, 0.0), abs=1e-9)
    with pytest.raises(DataError, match="they span no plane"):
        path_plane(np.outer(np.arange(5.0), path[0]), path[0])


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (-14.2, 2.7), (0.1, 3), (-5, -1e-9)])
@pytest.mark.parametrize("points", [3, 51, 52])
def test_an_axis_has_an_exact_zero(low: float, high: float, points: int) -> None:
    axis = grid_axis(low, high, points)
    assert len(axis) == points
    assert 0.0 in axis
    np.testing.assert_allclose(np.diff(axis), (high - low) / (points - 1))


def test_every_place_comes_once_the_coarse_ones_first() -> None:
    places = list(order_of(51, 51))
    assert len(set(places)) == len(places) == 51 * 51
    assert set(places[:9]) == {(i, j) for i in (0, 25, 50) for j in (0, 25, 50)}
    assert all(i % 5 == j % 5 == 0 for i, j in places[:121])


def test_examples_are_evenly_chosen_and_never_more_than_there_are() -> None:
    trainer = Trainer(helpers.preset(helpers.CONV))
    feed = trainer.state.held_out["validation"]
    graph = trainer.state.program.graph
    assert some_of(feed, graph, 51, None) is feed
    some = some_of(feed, graph, 51, 10)
    assert len(some) == 10
    np.testing.assert_array_equal(some.x[[0, -1]], feed.x[[0, -1]])
