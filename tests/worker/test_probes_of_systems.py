"""Probes of presets with several networks and objectives: true answers, or why there is none."""

import msgspec
import numpy as np
import pytest

from tests.systems import GAN, PER_STEP, SYSTEMS, TWO_HEADS
from tuidl.kernels.step_state import STEP
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import from_json, to_json
from tuidl.training.start import trainer_for
from tuidl.training.state import TrainState
from tuidl.worker.probes.answer import PROBES, answer

pytestmark = pytest.mark.usefixtures("test_sources")


def begun(text: str, *overrides: str) -> TrainState:
    trainer = trainer_for(Preset.parse(text, "system", overrides), "numpy", 1)
    for event in trainer.run():
        if type(event).__name__ == "EpochEnded":
            break
    return trainer.state


def ask(state: TrainState, kind: str, **options: object) -> dict:
    """The answer as the screen reads it; or nothing but "error", and why there is none."""
    event = answer(state, Probe(id=1, kind=kind, options=options))
    assert from_json(to_json(event)) == event
    if event.error is not None:
        return {"error": event.error}
    return msgspec.to_builtins(event.answer)


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_probe_answers_or_says_why_and_changes_nothing(name: str) -> None:
    state = begun(SYSTEMS[name])
    before = state.model.weights_sha256, state.updates
    layers = [node.name for node in state.program.graph.nodes]
    of_layers = [kind for kind in PROBES if kind in ("weights", "histograms", "filters")]
    asked = [(kind, {}) for kind in PROBES if kind not in ("weights", "histograms")]
    asked += [(kind, {"layer": layer}) for kind in of_layers for layer in layers]
    for kind, options in asked:
        found = ask(state, kind, **options)
        if found.keys() == {"error"}:
            assert len(found["error"]) > 10, (kind, options, found)
    assert (state.model.weights_sha256, state.updates) == before


def test_a_layer_is_seen_in_a_step_of_the_objective_that_trains_it() -> None:
    state = begun(GAN)
    found = {layer["name"]: layer for layer in ask(state, "layers")["layers"]}
    assert set(found) == {node.name for node in state.program.graph.nodes}
    assert all(layer["gradient"] > 0 for layer in found.values())
    assert all(layer["weight_gradient"] > 0 for layer in found.values())
    x, y = state.train_feed.x, state.train_feed.y
    feed = slice(0, state.program.train.capacity)
    _, gradients = state.model.loss_and_gradients(x[feed], y[feed], "discriminator")
    own = [v for k, v in gradients.items() if k.startswith("discriminator.dense_1.")]
    length = np.sqrt(sum(float((v**2).sum()) for v in own))
    seen = found["discriminator.dense_1"], found["discriminator@on_fake.dense_1"]
    assert seen[0]["weight_gradient"] == seen[1]["weight_gradient"]
    assert seen[0]["weight_gradient"] == pytest.approx(length, rel=0.05)  # other noise
    assert seen[0]["weights"] == seen[1]["weights"]


def test_a_later_use_of_a_network_shows_the_parameters_of_the_first() -> None:
    state = begun(GAN)
    first = ask(state, "weights", layer="discriminator.dense_1")
    again = ask(state, "weights", layer="discriminator@on_fake.dense_1")
    assert first["maps"] == again["maps"]
    assert again["layer"] == "discriminator@on_fake.dense_1"
    counts = [
        ask(state, "histograms", layer=layer)["histograms"]
        for layer in ("discriminator.dense_1", "discriminator@on_fake.dense_1")
    ]
    assert counts[0]["kernel"] == counts[1]["kernel"]
    assert counts[0]["output"] != counts[1]["output"]
    assert "gradient of kernel" in counts[1]


def test_weights_of_a_network_that_is_used_twice_are_spread_once() -> None:
    found = ask(begun(GAN), "layers", bins=7)["layers"]
    spread = [layer["name"] for layer in found if layer["spread"] is not None]
    assert any("@" in layer["name"] for layer in found)
    assert spread == [layer["name"] for layer in found if "@" not in layer["name"]
                      and layer["weights"] is not None]  # fmt: skip


def test_a_walk_is_of_the_objective_whose_turn_comes() -> None:
    state = begun(GAN, "training.epochs=6")
    seen = {}
    for _ in range(3):
        walk = ask(state, "walk")
        seen[walk["objective"]] = walk
        turn = state.rotation.at(state.updates)[0]
        assert walk["objective"] == ("discriminator", "generator")[turn]
        state.engine.step_state[STEP] += 1
    assert set(seen) == {"discriminator", "generator"}
    one, other = seen["discriminator"], seen["generator"]
    assert one["optimizer"] == "adam"
    assert other["optimizer"] == "sgd"
    assert one["learning_rate"] == pytest.approx(0.02)
    assert other["learning_rate"] == pytest.approx(0.05)
    assert one["terms"] == (
        "binary_cross_entropy(on_real, 1)", "binary_cross_entropy(on_fake, 0)",
    )  # fmt: skip
    assert other["trains"] == ("generator",)
    for walk in seen.values():
        moved = {u["name"].split(".")[0] for u in walk["update"] if u["gradient"]}
        assert moved == {walk["objective"]}
        assert {u["name"] for u in walk["update"]} == set(state.model.parameters)
    assert (one["output"], other["output"]) == ("on_real", "fooling")
    assert np.ravel(one["targets"]).tolist() == [1.0] * len(one["targets"])
    shares = np.ravel(one["predicted"])
    np.testing.assert_allclose(one["losses"], -np.log(shares), rtol=5e-3)


def test_what_is_predicted_is_held_against_its_own_target() -> None:
    state = begun(TWO_HEADS, "predicts=box")
    found = ask(state, "values", output=1, count=10)
    feed = state.held_out["validation"]
    np.testing.assert_allclose(found["true"], feed.y[:10, 2], rtol=1e-3)
    assert found["outputs"] == 3
    walk = ask(state, "walk")
    assert walk["output"] == "box"
    assert walk["loss_kind"] == "mse"
    assert np.shape(walk["targets"]) == np.shape(walk["predicted"]) == (8, 3)
    walk = ask(begun(TWO_HEADS), "walk")
    assert walk["output"] == "shape"
    assert walk["classes"] == ("square", "cross")
    assert walk["terms"] == ("cross_entropy(shape, shape)", "3 · mse(box, box)")
    assert np.sum(walk["predicted"], axis=1) == pytest.approx(1, abs=1e-3)


def test_several_answers_of_an_example_are_not_taken_for_one() -> None:
    state = begun(PER_STEP)
    assert "each of several places" in ask(state, "predictions")["error"]
    walk = ask(state, "walk")
    assert walk["losses"] is None
    assert walk["classes"] == ()
    assert np.shape(walk["targets"]) == (8, 6)


def test_an_output_that_no_loss_reads_has_nothing_to_be_held_against() -> None:
    state = begun(TWO_HEADS, "predicts=features")
    assert "no target is held against" in ask(state, "values")["error"]
    for kind in ("curve", "predictions", "places", "plane", "forecast"):
        assert ask(state, kind)["error"]


def test_maps_of_generated_images_are_not_those_of_an_example() -> None:
    text = GAN.replace('source = "bumps"', 'source = "boxes"').replace(
        'units = 1\n[[networks]]\nname = "discriminator"\n',
        'units = 64\n[[networks.layers]]\ntype = "reshape"\nshape = [8, 8, 1]\n'
        '[[networks]]\nname = "discriminator"\n[[networks.layers]]\ntype = "conv2d"\nfilters = 2\n'
        'kernel_size = 3\n[[networks.layers]]\ntype = "flatten"\n',
    )
    state = begun(text)
    real, fake = "discriminator.conv2d_1", "discriminator@on_fake.conv2d_1"
    assert np.shape(ask(state, "feature_maps", layer=real)["maps"]) == (2, 6, 6)
    assert "noise" in ask(state, "feature_maps", layer=fake)["error"]
    one, other = (ask(state, "filters", layer=layer) for layer in (real, fake))
    assert one["filters"] == other["filters"]
