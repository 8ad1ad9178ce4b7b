"""Probes: true answers, from a network that they leave exactly as it was."""

import json

import numpy as np
import pytest

from tests import helpers
from tuidl.preset.library import load_preset
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import from_json, to_json
from tuidl.training.inspection import inspect
from tuidl.training.interruption import Interrupter
from tuidl.training.state import TrainState
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer

MOONS = """
name = "moons"
data = {source = "moons", points = 100}
layers = [{type = "dense", units = 8, activation = "tanh"},
          {type = "dense", activation = "sigmoid"}]
loss = {type = "binary_cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.01}
training = {epochs = 2}
"""


def trained(text: str, *overrides: str) -> Trainer:
    trainer = Trainer(helpers.preset(text, *overrides))
    list(trainer.run())
    return trainer


def ask(training: Trainer | TrainState, kind: str, **options: object) -> dict:
    """The answer as it stands in a line of JSON, which the screen can read."""
    state = training.state if isinstance(training, Trainer) else training
    told = answer(state, Probe(id=7, kind=kind, options=options))
    assert told.error is None, told.error
    assert (told.id, told.kind) == (7, kind)
    line = to_json(told)
    assert type(from_json(line).answer) is type(told.answer)
    found = json.loads(line)["answer"]
    assert found.pop("probe") == kind
    return found


def test_predictions_show_mistakes_first_and_what_was_asked_for() -> None:
    trainer = trained(helpers.CONV)
    found = ask(trainer, "predictions", count=200)
    given = [int(np.argmax(e["shares"])) for e in found["examples"]]
    right = [e["true"] == g for e, g in zip(found["examples"], given, strict=True)]
    assert right == sorted(right)
    assert right.count(False) == found["wrong"] > 0
    assert np.array(found["confusion"]).sum() == found["total"]
    feed = trainer.state.held_out["validation"]
    x = feed.x[: found["total"]].reshape(-1, 8, 8, 1)
    answers = trainer.model.predict(x).argmax(axis=1)
    assert found["wrong"] == int((answers != feed.y[: found["total"], 0]).sum())
    first = found["examples"][0]
    np.testing.assert_allclose(first["x"], feed.x[first["number"]], rtol=1e-3)
    cell = ask(trainer, "predictions", true=3, given=3)
    assert (found["asked"], cell["asked"]) == ([None, None], [3, 3])
    assert cell["matching"] == found["confusion"][3][3]
    assert all(e["true"] == 3 for e in cell["examples"])


@pytest.mark.parametrize("threads", [1, 2])
def test_looking_leaves_every_weight_as_it_was(threads: int) -> None:
    """Answers alone have no targets: nothing is to be written where these would be."""
    trainer = Trainer(helpers.preset(helpers.CONV), threads=threads)
    list(trainer.run())
    before = {name: np.array(values) for name, values in trainer.model.parameters.items()}
    first = trainer.state.program.graph.nodes[0].name
    asked = {
        "predictions": {"count": 24}, "layers": {"bins": 20}, "health": {}, "walk": {},
        "filters": {"layer": first}, "feature_maps": {"layer": first},
        "histograms": {"layer": first},
    }  # fmt: skip
    for kind, options in asked.items():
        answer(trainer.state, Probe(id=7, kind=kind, options=options))
        for name, values in trainer.model.parameters.items():
            np.testing.assert_array_equal(values, before[name], err_msg=f"{kind} changed {name}")


def test_shares_are_those_of_the_classes_whatever_the_network_ends_in() -> None:
    for overrides in ((), ("layers.3.activation='linear'",)):
        found = ask(trained(helpers.CONV, *overrides), "predictions")
        assert all(sum(e["shares"]) == pytest.approx(1, abs=0.01) for e in found["examples"])
    found = ask(trained(MOONS), "predictions")
    assert all(len(e["shares"]) == 2 for e in found["examples"])


@pytest.mark.parametrize("name", ["linear_regression", "linear_regression_gd"])
def test_the_curve_of_one_neuron_is_its_equation(name: str) -> None:
    trainer = Trainer(load_preset(name))
    list(trainer.run())
    found = ask(trainer, "curve")
    slope, intercept = found["equation"]
    x, y = found["line"][5]
    assert y == pytest.approx(slope * x + intercept, abs=0.01)
    assert found["best_line"] == pytest.approx([slope, intercept], rel=0.03)
    assert len(found["points"]) == 100


def test_the_plane_needs_no_held_out_examples() -> None:
    """All four examples of XOR are trained on."""
    trainer = trained(load_preset("mlp_xor").to_toml(), "training.epochs=2")
    found = ask(trainer, "plane", columns=20, rows=10)
    assert len(found["points"]) == 4
    assert found["held_out"] == [False] * 4


def test_the_plane_tells_both_sides_apart() -> None:
    trainer = trained(MOONS, "training.epochs=200")
    found = ask(trainer, "plane", columns=20, rows=10)
    shares = np.array(found["shares"])
    assert shares.shape == (10, 20)
    assert shares.min() < 0.1 < 0.9 < shares.max()
    assert found["held_out"].count(True) == 20
    corner = trainer.model.predict(np.array([found["low"]], np.float32))[0, 0]
    assert shares[0, 0] == pytest.approx(corner, abs=0.01)


def test_a_forecast_goes_its_own_way_from_its_start() -> None:
    trainer = trained(helpers.SEQUENCE)
    found = ask(trainer, "forecast", count=20, free=8)
    assert (found["start"], len(found["free"]), len(found["true"])) == (12, 8, 20)
    assert found["free"][0] == pytest.approx(found["predicted"][12], abs=1e-3)
    window = trainer.state.held_out["validation"].x[12].reshape(1, -1, 1)
    second = np.concatenate([window[:, 1:], [[[found["free"][0]]]]], axis=1)
    assert found["free"][1] == pytest.approx(float(trainer.model.predict(second)[0, 0]), abs=1e-2)


def test_layers_tell_sizes_the_dead_and_the_saturated() -> None:
    trainer = trained(helpers.CONV)
    trainer.model.parameters["conv2d_1.bias"][...] = -1e3
    found = {layer["name"]: layer for layer in ask(trainer, "layers")["layers"]}
    assert list(found) == ["conv2d_1", "max_pool2d_1", "dense_1"]
    assert found["conv2d_1"]["dead"] == 1.0
    assert found["conv2d_1"]["activation"] == 0.0
    assert found["dense_1"]["dead"] is None
    assert found["dense_1"]["weight_gradient"] > 0
    moons = trained(MOONS)
    moons.model.parameters["dense_1.bias"][...] = 1e3
    found = {layer["name"]: layer for layer in ask(moons, "layers")["layers"]}
    assert found["dense_1"]["saturated"] == 1.0


def test_layers_have_the_spread_of_their_weights_where_it_is_asked_for() -> None:
    trainer = trained(helpers.CONV)
    kernel = trainer.model.parameters["conv2d_1.kernel"]
    found = {one["name"]: one for one in ask(trainer, "layers", bins=7)["layers"]}
    spread = found["conv2d_1"]["spread"]
    assert found["conv2d_1"]["spread_of"] == "kernel"
    assert len(spread["counts"]) == 7
    assert sum(spread["counts"]) == kernel.size
    assert (spread["low"], spread["high"]) == pytest.approx((kernel.min(), kernel.max()), rel=1e-3)
    assert found["max_pool2d_1"]["spread"] is None
    assert ask(trainer, "layers")["layers"][0]["spread"] is None


def test_histograms_count_every_number() -> None:
    trainer = trained(helpers.CONV)
    found = ask(trainer, "histograms", layer="conv2d_1", bins=10)["histograms"]
    assert set(found) == {
        "kernel", "gradient of kernel", "bias", "gradient of bias", "output",
        "gradient of the output",
    }  # fmt: skip
    assert sum(found["gradient of kernel"]["counts"]) == 45
    assert sum(found["kernel"]["counts"]) == 45
    trainer.model.parameters["conv2d_1.kernel"][...] = np.nan
    broken = ask(trainer, "histograms", layer="conv2d_1")["histograms"]["kernel"]
    assert (broken["counts"], broken["not_finite"]) == ([], 45)


def test_feature_maps_are_what_the_convolution_answers() -> None:
    trainer = trained(helpers.CONV)
    found = ask(trainer, "feature_maps", example=3, maps=2)
    assert np.shape(found["maps"]) == (2, 8, 8)
    assert np.min(found["maps"]) >= 0
    assert np.shape(ask(trainer, "filters")["filters"]) == (5, 3, 3)


def test_maps_of_a_transposed_convolution() -> None:
    text = helpers.CONV.replace('"conv2d"', '"conv2d_transpose"').replace(
        'padding = "same"', "stride = 2"
    )
    trainer = trained(text)
    found = ask(trainer, "feature_maps", layer="conv2d_transpose_1", maps=2)
    assert np.shape(found["maps"]) == (2, 17, 17)
    kernel = trainer.model.parameters["conv2d_transpose_1.kernel"]
    filters = ask(trainer, "filters", layer="conv2d_transpose_1")["filters"]
    np.testing.assert_allclose(filters, np.moveaxis(kernel.mean(axis=3), -1, 0), rtol=1e-3)


def test_weights_are_pictures_and_gates_lie_side_by_side() -> None:
    trainer = trained(helpers.SEQUENCE)
    found = ask(trainer, "weights", layer="gru_1")
    assert [part["name"] for part in found["maps"]] == ["update", "reset", "candidate"]
    kernel = trainer.model.parameters["gru_1.recurrent_kernel"]
    np.testing.assert_allclose(found["maps"][1]["values"], kernel[:, 7:14], rtol=1e-3)
    dense = ask(trained(helpers.CONV), "weights", layer="dense_1", most=10)
    assert (dense["shape"], np.shape(dense["maps"][0]["values"])) == ([80, 10], (10, 10))


def test_blocks_of_weights_are_their_means() -> None:
    trainer = trained(helpers.CONV)
    kernel = trainer.model.parameters["dense_1.kernel"]
    found = ask(trainer, "weights", layer="dense_1", most=5)["maps"][0]["values"]
    np.testing.assert_allclose(found[1][2], kernel[16:32, 4:6].mean(), rtol=1e-3)


def test_values_stand_beside_the_true_ones() -> None:
    trainer = trained(helpers.LINE)
    found = ask(trainer, "values", count=7)
    feed = trainer.state.held_out["validation"]
    np.testing.assert_allclose(found["true"], feed.y[:7, 0], rtol=1e-3)
    expected = trainer.model.predict(feed.x[:7])[:, 0]
    np.testing.assert_allclose(found["predicted"], expected, rtol=1e-3)


def test_a_walk_shows_the_step_that_comes_next() -> None:
    trainer = Trainer(helpers.preset(helpers.CONV))
    for _ in trainer.model.prepare():
        pass
    found = ask(trainer, "walk", numbers=5)
    order = trainer.state.ordered(1).order
    assert found["examples"] == order[:8].tolist()
    assert [layer["name"] for layer in found["forward"]] == ["conv2d_1", "max_pool2d_1", "dense_1"]
    assert [layer["name"] for layer in found["backward"]] == ["dense_1", "max_pool2d_1", "conv2d_1"]
    x = trainer.state.train_feed.x[order[:32]].reshape(-1, 8, 8, 1)
    loss, gradients = trainer.model.loss_and_gradients(x, trainer.state.train_feed.y[order[:32]])
    assert found["loss"] == pytest.approx(loss, rel=1e-5)
    kernel = next(p for p in found["update"] if p["name"] == "conv2d_1.kernel")
    expected = gradients["conv2d_1.kernel"].reshape(-1)[:5]
    np.testing.assert_allclose(kernel["gradient"], expected, rtol=2e-3, atol=1e-7)
    np.testing.assert_allclose(found["input"], x[0].reshape(-1)[:5], rtol=1e-3)
    assert found["targets"][3] == trainer.state.train_feed.y[order[3]].tolist()


@pytest.mark.parametrize("text", [helpers.CONV, helpers.LINE, MOONS])
def test_losses_of_a_walk_come_to_the_loss(text: str) -> None:
    trainer = trained(text)
    found = ask(trainer, "walk", examples=64)
    assert len(found["losses"]) == len(found["predicted"]) == found["batch"]
    assert np.mean(found["losses"]) == pytest.approx(found["loss"], rel=2e-3)


def test_outputs_are_those_of_prediction() -> None:
    model = helpers.model(helpers.CONV)
    x, y = helpers.examples(model, 20)
    seen = inspect(model, model.feed(x, y))
    logits = seen.outputs["dense_1"]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, model.predict(x), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("text", [helpers.CONV, helpers.RESIDUAL])
def test_a_forward_pass_alone_has_the_same_outputs(text: str) -> None:
    model = helpers.model(text)
    x, y = helpers.examples(model, 20)
    whole = inspect(model, model.feed(x, y))
    alone = inspect(model, model.feed(x, y), forward_only=True)
    assert alone.loss == whole.loss
    assert alone.outputs.keys() == whole.outputs.keys()
    for name, output in whole.outputs.items():
        np.testing.assert_array_equal(alone.outputs[name], output, err_msg=name)
    assert not alone.gradients
    assert not alone.parameters


class Curious(Interrupter):
    """Asks everything between any two stretches."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def attach(self, state: TrainState) -> None:
        self.state = state

    def allowed(self, left: int) -> int:
        for kind in ("predictions", "layers", "walk", "feature_maps"):
            ask(self.state, kind)
        self.asked += 1
        return min(left, 7)


@pytest.mark.parametrize("text", [helpers.CONV, helpers.RESIDUAL])
def test_looking_changes_nothing(text: str) -> None:
    curious = Curious()
    watched = list(Trainer(helpers.preset(text), interrupter=curious).run())[-1]
    alone = list(Trainer(helpers.preset(text)).run())[-1]
    assert curious.asked > 4
    assert watched.weights_sha256 == alone.weights_sha256
    assert watched.validation == alone.validation


@pytest.mark.parametrize(
    ("kind", "options", "problem"),
    [
        ("layer", {}, "no probe 'layer'; did you mean 'layers'?"),
        ("forecast", {}, "needs a series"),
        ("curve", {}, "one changing number"),
        ("plane", {}, "two numbers"),
        ("values", {}, "classes, not numbers"),
        ("weights", {"layer": "max_pool2d_1"}, "has no matrix"),
        ("weights", {"layer": "dense_2"}, "did you mean 'dense_1'?"),
        ("histograms", {"layer": "conv2d_9"}, "did you mean 'conv2d_1'?"),
        ("histograms", {}, "missing required field `layer`"),
        ("predictions", {"count": 0}, "Expected `int` >= 1"),
        ("predictions", {"counts": 1}, "unknown field `counts`"),
    ],
)
def test_what_cannot_be_answered_says_why(kind: str, options: dict, problem: str) -> None:
    trainer = Trainer(helpers.preset(helpers.CONV))
    told = answer(trainer.state, Probe(id=1, kind=kind, options=options))
    assert told.answer is None
    assert problem in told.error
