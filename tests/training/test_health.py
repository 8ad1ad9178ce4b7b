"""Health: each number beside a plain NumPy computation, and nothing is changed by looking."""

import numpy as np
import pytest

from tests import helpers
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import Change, Probe, Scale
from tuidl.protocol.probes import Health
from tuidl.training.health import (
    Noise,
    effective_rank,
    noise_scale,
    sharpness,
)
from tuidl.training.next_step import update_ratios
from tuidl.training.trainer import Trainer
from tuidl.tui.views.health import command_of, place_of_layer
from tuidl.verdicts.health import readings
from tuidl.worker.probes.answer import answer

LOGISTIC = """
name = "logistic"
data = {source = "moons", points = 60, noise = 0.2, validation = 0.0}
layers = [{type = "dense", units = 1, activation = "sigmoid"}]
loss = {type = "binary_cross_entropy"}
optimizer = {type = "sgd", learning_rate = 0.5}
training = {epochs = 2, batch_size = "full"}
"""
DEEP = """
name = "deep"
data = {source = "moons", points = 80, noise = 0.2, validation = 0.2}
layers = [{type = "dense", units = 6, activation = "relu"}, {type = "dropout", rate = 0.2},
          {type = "dense", units = 5, activation = "tanh"},
          {type = "dense", units = 1, activation = "sigmoid"}]
loss = {type = "binary_cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.01}
training = {epochs = 2, batch_size = 16}
"""


def trained(text: str, *overrides: str) -> Trainer:
    trainer = Trainer(helpers.preset(text, *overrides))
    list(trainer.run())
    return trainer


def health_of(trainer: Trainer) -> Health:
    found = answer(trainer.state, Probe(id=1, kind="health"))
    assert isinstance(found.answer, Health), found.error
    return found.answer


def test_the_update_is_that_of_the_next_step_over_the_weights() -> None:
    trainer = trained(LOGISTIC)
    feed = trainer.state.train_feed
    x, y = feed.x.astype(float), feed.y[:, 0].astype(float)
    w = trainer.model.parameters["dense_1.kernel"][:, 0].astype(float)
    b = float(trainer.model.parameters["dense_1.bias"][0])
    off = (1 / (1 + np.exp(-(x @ w + b))) - y) / len(y)
    step = 0.5 * np.array([*(x.T @ off), off.sum()])
    expected = np.linalg.norm(step) / np.linalg.norm([*w, b])
    assert update_ratios(trainer.state)["dense_1"] == pytest.approx(expected, rel=1e-3)


def test_the_sharpness_is_the_largest_eigenvalue_of_the_hessian() -> None:
    trainer = trained(LOGISTIC)
    feed = trainer.state.train_feed
    x = np.column_stack([feed.x.astype(float), np.ones(len(feed))])
    w = np.array([*trainer.model.parameters["dense_1.kernel"][:, 0],
                  *trainer.model.parameters["dense_1.bias"]], float)  # fmt: skip
    p = 1 / (1 + np.exp(-x @ w))
    hessian = (x.T * (p * (1 - p))) @ x / len(x)
    found, examples = sharpness(trainer.state, feed)
    assert examples == len(feed)
    assert found == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=0.02)


def test_the_noise_scale_is_that_of_the_gradients_spread() -> None:
    random = np.random.default_rng(3)
    mean = random.normal(size=40)
    vectors = [mean + random.normal(size=40) * 0.7 for _ in range(8)]
    spread = np.var(vectors, axis=0, ddof=1).sum()  # of means over 16 examples
    signal = np.sum(np.mean(vectors, axis=0) ** 2) - spread / 8
    found = noise_scale([{"a": v[:30].reshape(5, 6), "b": v[30:]} for v in vectors], 16)
    assert found.scale == pytest.approx(16 * spread / signal)
    assert (found.small, found.large) == (16, 128)
    assert noise_scale([{"a": vectors[0]}], 16) == Noise(None, 16, 16)
    assert noise_scale([{"a": vectors[0]}, {"a": -vectors[0]}], 16).scale is None


@pytest.mark.parametrize("shape", [(50, 6), (6, 50), (20, 2, 3)])
def test_the_effective_rank_is_the_entropy_of_singular_values(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).normal(size=shape)
    flat = x.reshape(len(x), -1)
    values = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False)
    shares = values[values > 1e-9] / values.sum()
    expected = np.exp(-(shares * np.log(shares)).sum())
    assert effective_rank(x) == pytest.approx(expected, rel=1e-5)


def test_the_effective_rank_counts_equal_directions() -> None:
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], float)
    assert effective_rank(np.column_stack([signs, np.zeros((4, 7))])) == pytest.approx(2)
    assert effective_rank(np.ones((5, 3))) == 0.0


@pytest.mark.parametrize("text", [LOGISTIC, DEEP], ids=["logistic", "deep"])
def test_looking_changes_nothing(text: str) -> None:
    trainer = trained(text)
    model, engine = trainer.model, trainer.state.engine
    before = model.weights_sha256, engine.step_state.copy()
    vectors = {name: values.copy() for name, values in model.optimizer_state.items()}
    found = health_of(trainer)
    assert health_of(trainer) == found
    assert before[0] == model.weights_sha256
    np.testing.assert_array_equal(engine.step_state, before[1])
    for name, values in model.optimizer_state.items():
        np.testing.assert_array_equal(values, vectors[name])


def test_what_is_out_of_order_has_a_live_edit_and_what_is_not_has_none() -> None:
    good = health_of(trained(DEEP))
    layer = good.layers[0]
    sick = helpers.changed(
        good,
        layers=(helpers.changed(layer, update=0.3, dead=0.9, saturated=0.8, rank=1.0, most=64),),
        noise=5000.0, batches=8, sharpness=80.0, limit=20.0,
    )  # fmt: skip
    assert [one.role for one in readings(sick)] == ["bad"] * 6
    preset = helpers.preset(DEEP)
    sent = [command_of(one.fix, sick, preset) for one in readings(sick) if one.fix]
    assert len(sent) == 6
    assert Scale(key="optimizer.learning_rate", factor=0.1) in sent
    texts = [one.preset for one in sent if isinstance(one, Change)]
    changed = [Preset.parse(text) for text in texts]
    assert "leaky_relu" in {one.layers[0].activation for one in changed}  # type: ignore[attr-defined]
    assert 32 in {one.training.batch_size for one in changed}
    for one in readings(good):
        assert one.role == "bad" or one.fix is None


def test_layers_are_found_by_the_names_that_they_have_in_the_network() -> None:
    preset = load_preset("overfitting")  # whose dropout layers are switched off
    assert [place_of_layer(preset, name) for name in ("dense_1", "dense_2", "dense_3")] == [0, 3, 5]
    with pytest.raises(KeyError):
        place_of_layer(preset, "dropout_1")
