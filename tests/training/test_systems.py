"""Several networks, heads and objectives, masks and noise: training, saving, going on, exports."""

import json
import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.runs.kept import resume, sha, start
from tests.systems import DIFFUSION, GAN, PER_STEP, SYSTEMS, TWO_HEADS
from tuidl.compiler.graph import Graph
from tuidl.core.errors import PresetError
from tuidl.model.model import Model
from tuidl.model.sampling import generated
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.runs.resuming import edits_to_replay
from tuidl.runs.verifying import verify_run
from tuidl.storage.folder import RunFolder
from tuidl.tasks.distributions import sliced_wasserstein
from tuidl.training.distances import SAMPLE
from tuidl.training.gradcheck import compare
from tuidl.training.progress import TrainProgress
from tuidl.training.rotation import Rotation
from tuidl.training.start import trainer_for

pytestmark = pytest.mark.usefixtures("test_sources")

BATCH = 16
EPSILON = 1e-6


def preset_of(name: str, *overrides: str) -> Preset:
    return Preset.parse(SYSTEMS[name], name, overrides)


def trained(preset: Preset, backend: str = "cpu", threads: int | None = None) -> Model:
    trainer = trainer_for(preset, backend, threads)
    *_, last = trainer.run()
    assert isinstance(last, events.RunEnded), last
    return trainer.model


@pytest.mark.parametrize("backend", ["cpu", "numpy"])
@pytest.mark.parametrize("name", SYSTEMS)
def test_every_objective_has_the_gradient_of_its_loss(name: str, backend: str) -> None:
    """Central differences in float64, of all parameters; those that it does not train have 0."""
    preset = preset_of(name)
    model = Model(preset, batch=BATCH, backend=backend, dtype="float64")
    part = preset.data.split().train
    x, y = part.x[:BATCH], part.y[:BATCH]
    random = np.random.default_rng(0)
    for objective in model.program.graph.objectives:
        _, gradients = model.loss_and_gradients(x, y, objective.name)
        for key, values in model.parameters.items():
            network = key.split(".")[0]
            if objective.trains is not None and network not in objective.trains:
                assert not gradients[key].any()
                continue
            flat = values.reshape(-1)
            chosen = random.permutation(flat.size)[:20]
            slopes = np.zeros(len(chosen))
            for i, entry in enumerate(chosen):
                before = flat[entry]
                flat[entry] = before + EPSILON
                above, _ = model.loss_and_gradients(x, y, objective.name)
                flat[entry] = before - EPSILON
                below, _ = model.loss_and_gradients(x, y, objective.name)
                flat[entry] = before
                slopes[i] = (above - below) / (2 * EPSILON)
            assert not compare(key, gradients[key].reshape(-1)[chosen], slopes, flat.size).missed


@pytest.mark.parametrize("name", SYSTEMS)
def test_they_learn_and_the_backends_agree(name: str) -> None:
    model, other = trained(preset_of(name)), trained(preset_of(name), "numpy")
    for key, values in model.parameters.items():
        np.testing.assert_allclose(values, other.parameters[key], atol=2e-4, err_msg=key)


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_same_bits_on_any_number_of_threads(name: str, many_shards: None) -> None:
    one, two = (trained(preset_of(name), threads=threads) for threads in (1, 2))
    assert one.program.shards > 1
    assert one.weights_sha256 == two.weights_sha256


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("stop", [1, 2, 5, 11])
def test_a_stopped_run_goes_on_to_the_same_bits(name: str, stop: int, tmp_path: Path) -> None:
    preset = preset_of(name)
    whole = sha(start(preset, tmp_path / "whole"))
    start(preset, tmp_path / "stopped", stop_after=stop)
    assert sha(resume(tmp_path / "stopped")) == whole


@pytest.mark.parametrize("stop", [3, 6])
def test_a_gradient_is_as_long_as_its_own_objective_makes_it(stop: int, tmp_path: Path) -> None:
    """Nothing that another objective's step left in memory counts: a run that goes on has none."""
    preset = preset_of("gan", "objectives.0.optimizer.global_clip_norm=0.01")
    whole = sha(start(preset, tmp_path / "whole"))
    start(preset, tmp_path / "stopped", stop_after=stop)
    assert sha(resume(tmp_path / "stopped")) == whole


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_optimizers_of_all_backends_keep_the_same(name: str) -> None:
    model, other = trained(preset_of(name)), trained(preset_of(name), "numpy")
    expected = other.optimizer_state
    for key, values in model.optimizer_state.items():
        np.testing.assert_allclose(values, expected[key], atol=1e-4, err_msg=key)


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_run_is_verified(name: str, tmp_path: Path) -> None:
    start(preset_of(name), tmp_path / "run", every=3)
    folder = RunFolder(tmp_path / "run")
    verdict = verify_run(folder, None)
    assert verdict.holds, verdict


def test_each_objective_has_a_rate_that_can_be_changed_while_it_trains(tmp_path: Path) -> None:
    preset = preset_of("gan")
    trainer = trainer_for(preset, "numpy", 1)
    keys = list(trainer.state.editable)
    assert keys == [
        "objectives.discriminator.optimizer.learning_rate",
        "objectives.generator.optimizer.learning_rate",
    ]
    for event in trainer.run():
        if isinstance(event, events.EpochEnded) and event.epoch == 1:
            before = {key: values.copy() for key, values in trainer.model.parameters.items()}
            trainer.state.edit(keys[1], 1e-30)
        if isinstance(event, events.EpochEnded) and event.epoch == 2:
            break
    after = trainer.model.parameters
    momentum_left = 0.05  # what the velocity of before still moves
    assert all(
        np.abs(after[key] - before[key]).max() < momentum_left
        for key in before
        if key.startswith("generator")
    )
    key = "discriminator.dense_1.kernel"
    assert (after[key] != before[key]).any()


def test_turns_follow_from_the_number_of_steps() -> None:
    rotation = Rotation((2, 1, 3))
    order = [rotation.at(step)[0] for step in range(12)]
    assert order == [0, 0, 1, 2, 2, 2] * 2
    assert [rotation.at(step)[1] for step in range(6)] == [2, 1, 1, 3, 2, 1]
    for number in range(3):
        assert [rotation.steps_of(number, n) for n in range(13)] == [
            order[:n].count(number) for n in range(13)
        ]


def test_one_objective_leaves_the_networks_of_the_other_as_they_are() -> None:
    """A step of the discriminator moves no number of the generator, and the other way round."""
    trainer = trainer_for(preset_of("gan", "training.shuffle=false"), "numpy", 1)
    model, seen = trainer.model, []
    before = {key: values.copy() for key, values in model.parameters.items()}
    trainer.checkpointer.allowed = lambda updates, left: 1  # one step at a time
    counted = trainer.interrupter.did

    def did(steps: int, loss: float) -> None:
        moved = {k.split(".")[0] for k, v in model.parameters.items() if (v != before[k]).any()}
        seen.append(moved)
        before.update({key: values.copy() for key, values in model.parameters.items()})
        counted(steps, loss)

    trainer.interrupter.did = did
    list(trainer.run())
    assert seen[:6] == [{"discriminator"}, {"discriminator"}, {"generator"}] * 2


def test_noise_is_new_in_each_step_and_the_same_for_the_same_seed() -> None:
    model = trained(preset_of("gan"), "numpy")
    again, other = trained(preset_of("gan"), "numpy"), trained(preset_of("gan", "training.seed=1"))
    assert model.weights_sha256 == again.weights_sha256 != other.weights_sha256


def test_masked_answers_change_nothing() -> None:
    """Neither loss, gradients nor scores depend on targets whose mask is 0."""
    preset = preset_of("per_step")
    part = preset.data.split().train
    x, y = part.x[:40], part.y[:40].copy()
    model = Model(preset, batch=BATCH, dtype="float64")
    loss, gradients = model.loss_and_gradients(x, y)
    sums = model.evaluate(model.feed(x, y))
    changed = y.copy()
    changed[:, :6] = np.where(y[:, 6:] == 0, 1 - y[:, :6], y[:, :6])
    assert (changed != y).any()
    other, others = model.loss_and_gradients(x, changed)
    assert loss == other
    for key, values in gradients.items():
        np.testing.assert_array_equal(values, others[key])
    np.testing.assert_array_equal(sums, model.evaluate(model.feed(x, changed)))


def test_scores_of_masked_answers_are_those_of_the_answers_that_count() -> None:
    preset = preset_of("per_step")
    part = preset.data.split().validation
    model = trained(preset)
    trainer = trainer_for(preset, "cpu", 1)
    *_, last = trainer.run()
    shares = trainer.model.predict(part.x)
    label, mask = part.y[:, :6].astype(int), part.y[:, 6:] > 0
    right = np.take_along_axis(shares, label[..., None], axis=2)[..., 0]
    expected = {
        "loss": np.average(-np.log(right[mask]), weights=np.where(label == 1, 2.5, 1.0)[mask]),
        "sign.accuracy": (shares.argmax(axis=2) == label)[mask].mean(),
    }
    for name, value in expected.items():
        assert last.validation[name] == pytest.approx(value, rel=1e-5)
    assert model.weights_sha256 == last.weights_sha256


def test_the_loss_of_a_step_is_the_first_objectives() -> None:
    """Steps of all objectives take turns: the last one's loss would be now this, now that."""
    state = trainer_for(preset_of("gan"), "numpy", 1).state
    progress = TrainProgress(state.progress.totals)
    none = np.zeros(0)
    for losses, firsts, expected in (
        ([9.0], none, 9.0),
        ([1.5, 9.0, 1.25, 8.0], np.array([1.5, 1.25]), 1.25),
        ([7.0], none, 1.25),
    ):
        progress.did(len(losses), np.array(losses), firsts)
        progress.rate = 0.1
        assert progress.loss == expected


def test_scores_have_the_names_of_their_losses() -> None:
    trainer = trainer_for(preset_of("gan"), "numpy", 1)
    *_, last = trainer.run()
    scores = last.validation
    assert list(scores) == [
        "loss", "discriminator.loss", "generator.loss", "on_real.loss", "on_fake.loss",
        "sliced_wasserstein",
    ]  # fmt: skip
    real, made = trainer.state.held_out["validation"].x, generated(trainer.state.model, SAMPLE)
    assert scores["sliced_wasserstein"] == pytest.approx(sliced_wasserstein(real, made), rel=0.05)
    assert scores["loss"] == scores["discriminator.loss"]
    assert scores["loss"] == pytest.approx(scores["on_real.loss"] + scores["on_fake.loss"])
    *_, last = trainer_for(preset_of("two_heads"), "numpy", 1).run()
    scores = last.validation
    assert scores["loss"] == pytest.approx(scores["shape.loss"] + 3 * scores["box.loss"])
    assert len(last.confusion) == 2


def test_an_objective_without_a_turn_has_no_score() -> None:
    """One step an epoch: the generator's turn comes in the third."""
    preset = preset_of("gan", "training.batch_size=96", "training.epochs=3")
    ended = [e for e in trainer_for(preset, "numpy", 1).run() if isinstance(e, events.EpochEnded)]
    assert [math.isnan(e.train["generator.loss"]) for e in ended] == [True, True, False]
    assert [math.isnan(e.train["discriminator.loss"]) for e in ended] == [False, False, True]


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_preset_is_written_as_it_is_read(name: str) -> None:
    preset = preset_of(name)
    assert Preset.parse(preset.to_toml(), "again") == preset.checked()


def test_a_network_answers_to_noise_that_is_given() -> None:
    model = Model(preset_of("gan"), batch=BATCH, backend="numpy")
    z = np.random.default_rng(0).standard_normal((5, 2)).astype(np.float32)
    p = model.parameters
    hidden = np.tanh(z @ p["generator.dense_1.kernel"] + p["generator.dense_1.bias"])
    expected = hidden @ p["generator.dense_2.kernel"] + p["generator.dense_2.bias"]
    np.testing.assert_allclose(model.predict(z), expected, atol=1e-6)


@pytest.mark.parametrize("system", ["two_heads", "gan", "per_step", "diffusion"])
def test_what_is_predicted_is_exported(system: str, tmp_path: Path) -> None:
    from tuidl.export.exporting import export

    preset = preset_of(system, "training.epochs=1")
    model = trained(preset)
    for kind in ("numpy", "safetensors"):
        written = export(preset, model.parameters, kind, tmp_path / kind)
        assert written.largest_difference is not None
        assert written.largest_difference < 1e-5


def test_all_targets_of_a_rank_are_learned() -> None:
    """A class for each step, and an image for an image, in presets with one network."""
    steps = """
name = "steps"
data = { source = "steppers" }
loss = { type = "cross_entropy" }
optimizer = { type = "adam", learning_rate = 0.02 }
layers = [{ type = "gru", units = 4, return_sequences = true }, { type = "dense" }]
training = { epochs = 3, batch_size = 8, metrics = ["accuracy", "top_2_accuracy", "f1"] }
"""
    images = """
name = "images"
data = { source = "blurred" }
loss = { type = "mse" }
optimizer = { type = "adam", learning_rate = 0.02 }
layers = [{ type = "conv2d", filters = 2, kernel_size = 3, padding = "same" }]
training = { epochs = 3, batch_size = 8, metrics = ["mae", "r2"] }
"""
    for text, shape in ((steps, (5, 3)), (images, (4, 4, 2))):
        preset = Preset.parse(text, "rank")
        trainer = trainer_for(preset, "cpu", 1)
        *_, last = trainer.run()
        part = preset.data.split().validation
        answers = trainer.model.predict(part.x)
        assert answers.shape == (len(part), *shape)
        if text is steps:
            labels = part.y.astype(int)
            expected = (answers.argmax(axis=2) == labels).mean()
            assert last.validation["accuracy"] == pytest.approx(expected)
            shifted = answers - answers.max(axis=2, keepdims=True)
            logs = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
            loss = -np.take_along_axis(logs, labels[..., None], axis=2).mean()
        else:
            targets = part.y.reshape(answers.shape)
            mae = np.abs(answers - targets).mean()
            assert last.validation["mae"] == pytest.approx(mae, rel=1e-5)
            loss = ((answers - targets) ** 2).mean()
        assert last.validation["loss"] == pytest.approx(loss, rel=1e-5)


def test_several_inputs_of_the_data_have_names() -> None:
    text = """
name = "ratings"
data = { source = "ratings" }
[[networks]]
name = "users"
layers = [{ type = "embedding", input_dim = 5, output_dim = 3 }, { type = "flatten" }]
[[networks]]
name = "items"
layers = [{ type = "embedding", input_dim = 7, output_dim = 3 }, { type = "flatten" }]
[[networks]]
name = "fit"
inputs = ["u", "i"]
layers = [
    { type = "concatenate", inputs = ["u", "i"] },
    { type = "dense", units = 4, activation = "tanh" },
    { type = "dense" },
]
[[outputs]]
name = "u"
network = "users"
inputs = ["user"]
[[outputs]]
name = "i"
network = "items"
inputs = ["item"]
[[outputs]]
name = "rating"
network = "fit"
inputs = ["u", "i"]
[[objectives]]
name = "rating"
losses = [{ output = "rating", loss = { type = "mse" } }]
optimizer = { type = "adam", learning_rate = 0.05 }
[training]
epochs = 150
batch_size = 12
"""
    preset = Preset.parse(f'predicts = "rating"\n{text}', "r")
    trainer = trainer_for(preset, "cpu", 1)
    *_, last = trainer.run()
    assert last.train["loss"] < 0.3
    part = preset.data.split().train
    error = trainer.model.predict(part.x) - part.y
    assert (error**2).mean() < 0.3


AT_Z = 'inputs = ["z"]\n[[networks.layers]]'
LAST_LOSS = 'target = 0.0\nloss = { type = "binary_cross_entropy" }'
WRONG = [
    (AT_Z, AT_Z.replace('"z"', '"z", "y"'), "outputs[0].inputs"),
    ('network = "generator"', 'network = "generators"', "outputs[0].network"),
    ('inputs = ["fake"]', 'inputs = ["fakes"]', "outputs[2].inputs[0]"),
    ('trains = ["generator"]', 'trains = ["generatr"]', "objectives[1].trains[0]"),
    ('output = "on_real"', 'output = "on_reel"', "objectives[0].losses[0].output"),
    ('name = "fooling"\n', "", "objectives[1].losses[0].name"),
    ('noise = "normal"', 'noise = "normall"', "inputs[0].noise"),
    ("steps = 2", "steps = 0", "objectives[0].steps"),
    ("steps = 2", "stepps = 2", "objectives[0].stepps"),
    ('predicts = "fake"', 'predicts = "fakes"', "predicts"),
    (LAST_LOSS, LAST_LOSS.replace("cross_", "crass_"), "objectives[0].losses[1].loss.type"),
]


@pytest.mark.parametrize(("old", "new", "key"), WRONG)
def test_what_is_wrong_is_named(old: str, new: str, key: str) -> None:
    assert old in GAN
    with pytest.raises(PresetError) as caught:
        Graph.build(Preset.parse(GAN.replace(old, new, 1), "gan"))
    assert caught.value.key == key, caught.value


@pytest.mark.parametrize(("old", "new", "key"), [
    ("steps = 12\n", "", "inputs[1].steps"),
    ("steps = 12", "steps = 0", "inputs[1].steps"),
    ('noise = "normal"', 'noise = "normal"\nsteps = 5', "inputs[0].steps"),
    ('target = "noise"', 'target = "noises"', "objectives[0].losses[0].target"),
    ('target = "noise"', 'target = "noise"\nmetrics = ["mae"]', "objectives[0].losses[0].metrics"),
    ('target = "noise"', 'target = "noise"\nmask = "target"', "objectives[0].losses[0].mask"),
    ('"diffuse"', '"diffuse"\nschedule = "cosines"', "networks[0].layers[0].schedule"),
    ("shape = [1]", "shape = [2]", "networks[0].layers[0]"),
])  # fmt: skip
def test_what_is_wrong_in_diffusion_is_named(old: str, new: str, key: str) -> None:
    assert old in DIFFUSION
    with pytest.raises(PresetError) as caught:
        Graph.build(Preset.parse(DIFFUSION.replace(old, new, 1), "diffusion"))
    assert caught.value.key.startswith(key), caught.value


def test_masks_and_targets_that_do_not_fit_are_named() -> None:
    for text, old, new, key in (
        (PER_STEP, 'mask = "mask"', 'mask = "masks"', "objectives[0].losses[0].mask"),
        (PER_STEP, 'target = "sign"', 'target = "signs"', "objectives[0].losses[0].target"),
        (TWO_HEADS, 'target = "box"\n', "", "objectives[0].losses[1].target"),
        (TWO_HEADS, '["mae"]', '["accuracy"]', "objectives[0].losses[1].metrics[0]"),
        (TWO_HEADS, '["accuracy", ', '["top_2_accuracy", ', "objectives[0].losses[0].metrics[0]"),
        (TWO_HEADS, '["mae"]', '["mae", "mae"]', "objectives[0].losses[1].metrics[1]"),
    ):
        assert old in text
        with pytest.raises(PresetError) as caught:
            Graph.build(Preset.parse(text.replace(old, new, 1), "x"))
        assert caught.value.key == key, caught.value


def test_events_hold_scores_that_are_not_there_as_null() -> None:
    preset = preset_of("gan", "training.batch_size=96", "training.epochs=1")
    *_, last = trainer_for(preset, "numpy", 1).run()
    line = json.loads(events.to_json(last))
    assert line["train"]["generator.loss"] is None
    assert msgspec.json.decode(events.to_json(last))["train"]["loss"] > 0


def test_edits_of_both_rates_are_made_again(tmp_path: Path) -> None:
    from tests.runs.kept import Stopping
    from tuidl.runs.recorder import recorded
    from tuidl.training.interruption import Interrupter

    preset = preset_of("gan")
    keeper = Stopping()
    keeper.interrupter = Interrupter()
    keeper.run, keeper._new = "edited", (tmp_path / "edited", preset, "cpu")
    training = trainer_for(preset, "cpu", 1, keeper.interrupter, keeper)
    rates = list(training.state.editable)
    for event in recorded(training, keeper):
        if isinstance(event, events.EpochEnded) and event.epoch in (1, 2):
            keeper.handle(training.state.edit(rates[event.epoch - 1], 0.003))
    folder = RunFolder(tmp_path / "edited")
    assert [edit.key for edit in edits_to_replay(folder)] == rates
    assert verify_run(folder, None).holds


def test_the_gan_of_the_documentation_trains() -> None:
    page = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")
    text = page.split("```toml\n")[1].split("```")[0]
    preset = Preset.parse(text, "networks.md", ("training.epochs=2",))
    *_, last = trainer_for(preset, "numpy", 1).run()
    assert isinstance(last, events.RunEnded)
    assert {"discriminator.loss", "generator.loss"} <= set(last.validation)


def test_no_gradient_passes_where_it_is_stopped() -> None:
    """The trunk then learns from the box alone; the loss and the heads' gradients stay."""
    shape = 'name = "shape"\nnetwork = "class_head"\n'
    stopped = Preset.parse(TWO_HEADS.replace(shape, f"{shape}stop_gradient = true\n"), "stopped")
    part = stopped.data.split().train
    x, y = part.x[:BATCH], part.y[:BATCH]
    models = [
        Model(preset, batch=BATCH, backend="numpy", dtype="float64")
        for preset in (preset_of("two_heads"), stopped)
    ]
    (loss, whole), (same, part_of) = (model.loss_and_gradients(x, y) for model in models)
    assert loss == same
    for key, values in whole.items():
        if not key.startswith("trunk"):
            np.testing.assert_allclose(part_of[key], values, rtol=1e-12)
    both, trunk = models[0], "trunk.conv2d_1.bias"
    slope = np.zeros_like(part_of[trunk])
    for i in range(len(slope)):
        sides = []
        for step in (EPSILON, -EPSILON):
            both.parameters[trunk][i] += step
            statistics = both.evaluate(both.feed(x, y))
            start, _ = both.program.statistics["box/own_loss"]
            sides.append(3.0 * statistics[start] / BATCH)
            both.parameters[trunk][i] -= step
        slope[i] = (sides[0] - sides[1]) / (2 * EPSILON)
    np.testing.assert_allclose(part_of[trunk], slope, rtol=1e-4, atol=1e-9)
    assert np.abs(part_of[trunk] - whole[trunk]).max() > 1e-3


def test_what_is_read_only_where_gradients_stop_learns_nothing() -> None:
    text = TWO_HEADS
    for name, network in (("shape", "class_head"), ("box", "box_head")):
        use = f'name = "{name}"\nnetwork = "{network}"\n'
        assert use in text
        text = text.replace(use, f"{use}stop_gradient = true\n")
    preset = Preset.parse(text, "stopped")
    part = preset.data.split().train
    model = Model(preset, batch=BATCH, backend="cpu")
    model.engine.arena[model.program.fixed :] = np.nan  # what is not written is seen
    _, gradients = model.loss_and_gradients(part.x[:BATCH], part.y[:BATCH])
    for key, values in gradients.items():
        assert values.any() != key.startswith("trunk"), key


@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_noise_is_drawn_where_gradients_stop_at_it(backend: str) -> None:
    """No gradient is handed back to noise anyway, so nothing else changes."""
    use = 'name = "fake"\nnetwork = "generator"\n'
    assert use in GAN
    hashes = set()
    for text in (GAN, GAN.replace(use, f"{use}stop_gradient = true\n")):
        trainer = trainer_for(Preset.parse(text, "gan", ("training.epochs=1",)), backend, 1)
        *_, last = trainer.run()
        assert isinstance(last, events.RunEnded)
        hashes.add(last.weights_sha256)
    assert len(hashes) == 1
