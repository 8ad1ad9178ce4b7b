"""The chain rule through every layer and loss that there is: each sum, factor and gradient on the
way beside plain numbers."""

import numpy as np
import pytest

from tests import helpers
from tests.nn.layer_cases import CASES, Case
from tests.training.chain.replicas import model, replica_of
from tuidl.compiler.nodes import Node
from tuidl.training.chain.replica import Replica
from tuidl.training.chain.walk import Stop, Walk, walk_to_weight
from tuidl.training.chain.ways import Way

EXAMPLES, SHOWN, MOST_KEYS = 3, 3, 4


@pytest.mark.sample(10)
@pytest.mark.usefixtures("test_sources")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_walk_adds_up(case: Case) -> None:
    built = model(case.toml, EXAMPLES)
    found = replica_of(built, EXAMPLES)
    loss, gradients = built.loss_and_gradients(*helpers.examples(built, EXAMPLES, seed=3))
    assert found.loss == pytest.approx(loss, rel=1e-12)
    keys = [*found.layout.gradients]
    for key in keys[:: max(len(keys) // MOST_KEYS, 1)]:
        flat = gradients[key].reshape(-1)
        entry = int(np.abs(flat).argmax())
        walk = walk_to_weight(found, key, entry, SHOWN)
        assert walk.whole, key
        assert walk.analytic == pytest.approx(flat[entry], rel=1e-9, abs=1e-14), key
        assert walk.total == pytest.approx(walk.analytic, rel=1e-9, abs=1e-14), key
        assert walk.numeric.agrees or walk.numeric.is_kink, (key, walk.numeric)
        if flat[entry]:
            _check_links(walk, key)
            _check_slopes(walk)


def _check_links(walk: Walk, key: str) -> None:
    """Each number that comes out of one line goes into the next."""
    assert walk.stops, key
    for stop in walk.stops:
        parts = sum(way.value for way in stop.ways.first)
        total = parts + stop.ways.rest_sum + stop.ways.from_loss
        assert total == pytest.approx(stop.gradient, rel=1e-9, abs=1e-15), key
        for way in stop.ways.first:
            product = way.upstream * way.local
            assert product == pytest.approx(way.value, rel=1e-12, abs=1e-300), key
    for above, below in zip(walk.stops, walk.stops[1:], strict=False):
        assert below.ways.first[0].node == above.node.name
        assert below.ways.first[0].upstream == above.gradient
    end = walk.stops[0].end
    assert end is not None
    if end.rule:
        difference = float(np.subtract(end.predicted, end.target))
        known = {"difference": difference, "double": 2 * difference, "sign": np.sign(difference)}
        expected = end.weight * known.get(end.rule, difference) / end.answers
        if end.rule != "bounded":
            assert end.gradient == pytest.approx(expected, rel=1e-8, abs=1e-15)


def _check_slopes(walk: Walk) -> None:
    """The strongest way's factor is what a small change of the number does to that output; where a
    kink or a tie lies in between, the change to one side."""
    for stop in walk.stops:
        for way in stop.ways.first[:1]:
            slopes = _slopes(walk.part, stop, way)
            near = 1e-4 * max(abs(way.local), 1e-3)
            assert min(slopes) - near <= way.local <= max(slopes) + near, (stop.node.name, way)


def _slopes(found: Replica, stop: Stop, way: Way) -> tuple[float, float]:
    """To both sides, by running the layer that reads the number forward."""
    values, here, step = found.output(stop.node.name), stop.value, 1e-6
    answers = []
    with found.memory.kept(list(found.memory.arrays)):
        for far in (-step, 0.0, step):
            values[stop.at] = here + far
            found.memory.run(found.forward_of[way.node])
            answers.append(float(found.output(way.node)[way.at]))
    return (answers[1] - answers[0]) / step, (answers[2] - answers[1]) / step


def test_the_stops_are_the_layers_that_compute() -> None:
    """Names of stops are those of the network."""
    found = replica_of(model(helpers.CONV), EXAMPLES)
    walk = walk_to_weight(found, "conv2d_1.kernel", 0, SHOWN)
    names = [stop.node.name for stop in walk.stops]
    assert names == ["dense_1", "max_pool2d_1", "conv2d_1"]
    assert all(isinstance(stop.node, Node) for stop in walk.stops)
