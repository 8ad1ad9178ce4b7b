"""Maps of all neurons are what the engine's own layers answer."""

import numpy as np
import pytest

from tuidl.data.plane import Plane
from tuidl.plane.presets import preset_of
from tuidl.plane.state import ACTIVATIONS, PlaneState
from tuidl.protocol import commands, events
from tuidl.protocol.neurons import LEVELS
from tuidl.training.interruption import StopsAfter
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer
from tuidl.worker.probes.neurons import Options, grid, neurons


def trained(line: str, steps: int = 30) -> Trainer:
    trainer = Trainer(preset_of(PlaneState.parse(line)), interrupter=StopsAfter(steps))
    list(trainer.run())
    return trainer


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_output_is_the_models(activation: str) -> None:
    trainer = trained(f"2d:circles:net=5-3:in=x,xy:act={activation}")
    found = neurons(trainer.state, Options(wide=7, high=5, at=(1.5, -2.0)))
    source = trainer.state.preset.data
    assert isinstance(source, Plane)
    expected = trainer.model.predict(source.inputs_at(grid(7, 5)))[:, 0]
    levels = np.frombuffer(found.output.levels, np.int8)
    assert np.abs(levels / LEVELS - (2 * expected - 1)).max() < 0.51 / LEVELS
    assert [len(layer.maps) for layer in found.layers] == [5, 3, 1]
    at = found.at
    assert at is not None
    said = trainer.model.predict(source.inputs_at(np.array([[1.5, -2.0]])))[0, 0]
    assert at.answer == pytest.approx(said, abs=1e-3)
    last, bias = np.array(found.layers[-1].kernel)[:, 0], found.layers[-1].bias[0]
    assert at.shares[-1] == pytest.approx(np.array(at.values[-2]) * last, rel=1e-2, abs=1e-3)
    total = sum(at.shares[-1]) + bias
    assert 1 / (1 + np.exp(-total)) == pytest.approx(said, abs=1e-2)


def test_shares_are_slopes_of_the_output() -> None:
    """Of the first hidden layer: a small change of a value moves the last sum by its slope."""
    trainer = trained("2d:spiral:net=4-3")
    at = neurons(trainer.state, Options(at=(2.0, 1.0))).at
    assert at is not None
    p = {name: values.astype(float) for name, values in trainer.model.parameters.items()}

    def last_sum(first: np.ndarray) -> float:
        second = np.tanh(first @ p["hidden_2.kernel"] + p["hidden_2.bias"])
        return float((second @ p["output.kernel"] + p["output.bias"])[0])

    first = np.tanh(np.array([2.0, 1.0]) @ p["hidden_1.kernel"] + p["hidden_1.bias"])
    for unit, share in enumerate(at.shares[0]):
        moved = first.copy()
        moved[unit] += 1e-4
        slope = (last_sum(moved) - last_sum(first)) / 1e-4
        assert share == pytest.approx(slope * first[unit], rel=2e-2, abs=1e-3)


def test_scores_are_of_the_very_step_and_nothing_is_left_behind() -> None:
    trainer = trained("2d:xor:net=3", 17)
    before = trainer.model.weights_sha256
    probe = commands.Probe(id=1, kind="neurons", options={"columns": 4, "rows": 4})
    event = answer(trainer.state, probe)
    found = event.answer
    assert found is not None
    assert (found.updates, found.about) == (17, "2d:xor:net=3")
    assert found.points == {"training": 210, "validation": 90}
    x = trainer.state.train_feed.x
    said = trainer.model.predict(x)[:, 0]
    y = trainer.state.train_feed.y[:, 0]
    loss = -np.log(np.where(y == 1, said, 1 - said)).mean()
    assert found.scores["training"]["loss"] == pytest.approx(loss, rel=1e-4)
    assert found.scores["training"]["accuracy"] == ((said > 0.5) == y).mean()
    assert trainer.model.weights_sha256 == before
    assert events.from_json(events.to_json(event)) == event


def test_other_networks_have_no_such_maps() -> None:
    from tests import helpers

    trainer = Trainer(helpers.preset(helpers.LINE))
    probe = commands.Probe(id=1, kind="neurons")
    assert "needs the source 'plane'" in (answer(trainer.state, probe).error or "")
