"""The trainer: events, results, failures and stops."""

import json
from typing import Any

import numpy as np
import pytest

import tuidl
from tests import helpers
from tuidl.backends.base import ArrayDataset, StepChunk
from tuidl.core.errors import DataError
from tuidl.preset.library import load_preset
from tuidl.protocol import events
from tuidl.protocol.events import EpochEnded, RunEnded, RunFailed, RunStarted, Scores
from tuidl.training.diagnosis import first_non_finite
from tuidl.training.interruption import Interrupter
from tuidl.training.shuffling import permutation
from tuidl.training.trainer import Trainer


def run(text: str, *overrides: str) -> list[events.Event]:
    return list(Trainer(helpers.preset(text, *overrides)).run())


def test_a_run_tells_its_story_in_order() -> None:
    told = run(helpers.CONV)
    assert isinstance(told[0], RunStarted)
    assert sum(told[0].examples.values()) == 1797
    assert told[0].examples["test"] == pytest.approx(179.7, abs=5)
    assert isinstance(told[-1], RunEnded)
    epochs = [event for event in told if isinstance(event, EpochEnded)]
    assert [event.epoch for event in epochs] == [1, 2]
    assert all(set(event.train) == {"loss", "accuracy"} for event in epochs)
    last = told[-1]
    assert (last.reason, last.epochs) == ("completed", 2)
    assert last.validation == epochs[-1].validation
    assert set(last.test) == {"loss", "accuracy"}
    assert len(last.weights_sha256) == 64


def test_a_stop_amid_an_evaluation_gives_no_scores_rather_than_wrong_ones() -> None:
    trainer = Trainer(helpers.preset(helpers.CONV, "training.epochs=3"))
    evaluate = trainer.model.evaluate

    def interrupted(feed: ArrayDataset, *options: Any) -> np.ndarray | None:
        trainer.interrupter.stop("interrupted")
        return evaluate(feed, *options)

    trainer.model.evaluate = interrupted
    told = list(trainer.run())
    assert not [event for event in told if isinstance(event, EpochEnded)]
    assert told[-1].reason == "interrupted"
    assert trainer.state.place == (1, trainer.state.steps)


def test_a_pause_amid_an_evaluation_does_not_change_it() -> None:
    def run_paused(pauses: bool) -> Scores:
        trainer = Trainer(helpers.preset(helpers.CONV, "training.epochs=1"))
        evaluate = trainer.model.evaluate

        def paused(feed: ArrayDataset, *options: Any) -> np.ndarray | None:
            trainer.model.evaluate = evaluate
            trainer.state.engine.stop.fill(1)
            return evaluate(feed, *options)

        if pauses:
            trainer.model.evaluate = paused
        return list(trainer.run())[-1].validation

    assert run_paused(True) == run_paused(False)


def test_predictions_do_not_depend_on_a_stop() -> None:
    model = helpers.model(helpers.CONV)
    x, y = helpers.examples(model, 200)
    answers, loss = model.predict(x), model.loss_and_gradients(x, y)[0]
    model.engine.stop.fill(1)
    np.testing.assert_array_equal(model.predict(x), answers)
    model.engine.stop.fill(1)
    assert model.loss_and_gradients(x, y)[0] == loss


def test_events_survive_json() -> None:
    for event in run(helpers.LINE):
        line = events.to_json(event)
        assert "\n" not in line
        assert events.from_json(line) == event
        assert "event" in json.loads(line)


def test_values_that_are_not_finite_are_null_in_json() -> None:
    event = events.Progress(
        epoch=1, step=1, steps=2, loss=float("nan"), examples_per_second=1.0, learning_rate=0.1
    )
    assert json.loads(events.to_json(event))["loss"] is None


def test_linear_regression_finds_the_least_squares_line() -> None:
    preset = load_preset("linear_regression")
    model = tuidl.build(preset)
    told = list(tuidl.train(preset, model))
    part = preset.data.split().train
    design = np.column_stack([part.x[:, 0], np.ones(len(part))])
    (slope, intercept), *_ = np.linalg.lstsq(design, part.y[:, 0], rcond=None)
    found = {name: values.item() for name, values in model.parameters.items()}
    assert found["dense_1.kernel"] == pytest.approx(slope, rel=0.01)
    assert found["dense_1.bias"] == pytest.approx(intercept, rel=0.01)
    assert (slope, intercept) == pytest.approx((2, 1), abs=0.15)
    assert told[-1].reason == "completed"


def test_full_batch_descent_is_gradient_descent_by_hand() -> None:
    preset = helpers.preset(helpers.LINE, "training.batch_size='full'", "training.epochs=30")
    model = tuidl.build(preset, dtype="float64")
    part = preset.data.split().train
    x, y = part.x.astype(float)[:, 0], part.y.astype(float)[:, 0]
    w, b = (values.item() for values in model.parameters.values())
    for _ in range(30):
        error = w * x + b - y
        w, b = w - 0.01 * 2 * (error * x).mean(), b - 0.01 * 2 * error.mean()
    list(tuidl.train(preset, model))
    found = [values.item() for values in model.parameters.values()]
    assert found == pytest.approx([w, b], rel=1e-10)


def test_the_short_last_batch_is_trained() -> None:
    """70 examples in batches of 32: three steps, the third on six examples."""
    told = Trainer(helpers.preset(helpers.LINE))
    assert told.state.steps == 3
    model, feed = told.model, told.state.train_feed
    order = permutation(70, 0, 1)
    twin = tuidl.build(helpers.preset(helpers.LINE), dtype="float32")
    for start in (0, 32, 64):
        chosen = order[start : start + 32]
        _, gradients = twin.loss_and_gradients(feed.x[chosen], feed.y[chosen])
        for name, values in twin.parameters.items():
            values -= np.float32(0.01) * gradients[name]
    list(Trainer(helpers.preset(helpers.LINE, "training.epochs=1"), model).run())
    for name, values in model.parameters.items():
        np.testing.assert_allclose(values, twin.parameters[name], rtol=1e-5)


def test_metrics_are_those_of_their_formulas() -> None:
    trainer = Trainer(helpers.preset(helpers.LINE, "training.epochs=1"))
    last = list(trainer.run())[-1]
    assert isinstance(last, RunEnded)
    feed = trainer.state.held_out["validation"]
    error = trainer.model.predict(feed.x) - feed.y
    assert last.validation["loss"] == pytest.approx((error**2).mean(), rel=1e-5)
    assert last.validation["mae"] == pytest.approx(np.abs(error).mean(), rel=1e-5)
    expected = 1 - (error**2).mean() / feed.y.var()
    assert last.validation["r2"] == pytest.approx(expected, rel=1e-4)


def test_the_gru_beats_repeating_the_last_value_by_far() -> None:
    preset = load_preset("gru_sine", ("training.epochs=6",))
    *_, last = tuidl.train(preset)
    test = preset.data.split().test
    repeated = float(((test.x[:, -1, 0] - test.y[:, 0]) ** 2).mean())
    floor = preset.data.noise**2
    assert last.test["loss"] < repeated / 3
    assert last.test["loss"] < 2 * floor


def test_shuffling_can_be_switched_off_and_changes_the_result() -> None:
    hashes = {
        value: run(helpers.LINE, f"training.shuffle={value}")[-1].weights_sha256
        for value in ("true", "false")
    }
    assert hashes["true"] != hashes["false"]


def test_only_what_matters_changes_the_weights() -> None:
    known = run(helpers.CONV)[-1].weights_sha256
    assert run(helpers.CONV)[-1].weights_sha256 == known
    assert run(helpers.CONV, "name=other", "training.metrics=[]")[-1].weights_sha256 == known
    assert run(helpers.CONV, "training.seed=1")[-1].weights_sha256 != known


@pytest.mark.parametrize("text", [helpers.LINE, helpers.SEQUENCE])
def test_divergence_names_epoch_step_and_layer(text: str) -> None:
    told = run(text, "optimizer.learning_rate=1e12", "training.epochs=50")
    failed = told[-1]
    assert isinstance(failed, RunFailed)
    where = failed.where
    assert where["epoch"] >= 1
    assert where["step"] >= 1
    assert f"epoch {where['epoch']}, step {where['step']}" in failed.error
    assert "dense_1" in failed.error, "where the values had grown"
    assert where["layer"] in failed.error


def test_divergence_is_found_in_the_very_instruction() -> None:
    trainer = Trainer(helpers.preset(helpers.CONV))
    trainer.model.parameters["conv2d_1.kernel"][:] = 3e38
    failed = list(trainer.run())[-1]
    assert isinstance(failed, RunFailed)
    assert failed.where["layer"] == "conv2d_1"
    assert failed.where["phase"] == "forward, conv2d"


def test_a_failed_step_leaves_the_parameters_from_before_it() -> None:
    trainer = Trainer(helpers.preset(helpers.LINE, "optimizer.learning_rate=1e12"))
    failed = list(trainer.run())[-1]
    assert isinstance(failed, RunFailed)
    assert all(np.isfinite(values).all() for values in trainer.model.parameters.values())


def test_a_parameter_that_is_not_finite_is_named() -> None:
    trainer = Trainer(helpers.preset(helpers.CONV))
    trainer.model.parameters["conv2d_1.bias"][2] = np.nan
    failed = list(trainer.run())[-1]
    assert isinstance(failed, RunFailed)
    assert (failed.where["step"], failed.where["layer"]) == (1, "conv2d_1")
    assert "bias" in failed.where["phase"]


def test_a_stop_ends_within_the_epoch_and_says_why() -> None:
    interrupter = Interrupter()
    trainer = Trainer(
        helpers.preset(helpers.CONV, "training.epochs=100000"), interrupter=interrupter
    )
    told = []
    for event in trainer.run():
        told.append(event)
        if isinstance(event, EpochEnded) and event.epoch == 2:
            interrupter.stop("interrupted")
            interrupter.stop("terminated")
    assert isinstance(told[-1], RunEnded)
    assert told[-1].reason == "interrupted"
    assert told[-1].epochs == 2


def test_training_goes_on_from_the_model_that_is_given() -> None:
    preset = helpers.preset(helpers.LINE)
    model = tuidl.build(preset)
    model.parameters["dense_1.kernel"][:] = 2.0
    model.parameters["dense_1.bias"][:] = 1.0
    *_, last = tuidl.train(preset, model)
    assert last.train["loss"] < 0.2
    small = helpers.model(helpers.LINE, batch=4)
    with pytest.raises(DataError, match="batches of 4"):
        Trainer(preset, small)


def test_permutations_hold_every_example_once_and_differ() -> None:
    orders = [permutation(1000, seed, epoch) for seed in (0, 1) for epoch in (1, 2)]
    for order in orders:
        np.testing.assert_array_equal(np.sort(order), np.arange(1000))
    assert len({order.tobytes() for order in orders}) == 4
    places = np.mean([permutation(50, 3, epoch)[0] for epoch in range(2000)])
    assert places == pytest.approx(24.5, abs=1.5)


def test_permutations_are_the_same_for_ever() -> None:
    assert permutation(10, 7, 1).tolist() == [8, 2, 0, 3, 7, 1, 5, 9, 4, 6]


@pytest.mark.parametrize("name", ["optimizer", "accuracy", "loss"])
def test_a_layer_may_have_any_name(name: str) -> None:
    known = run(helpers.CONV)[-1]
    told = run(helpers.CONV, f"layers.0.name='{name}'")[-1]
    assert told.train["loss"] == pytest.approx(known.train["loss"], rel=0.2)


def test_divergence_in_the_very_last_update_is_no_success() -> None:
    told = run(
        helpers.LINE, "data.slope=1e18", "data.noise=0.0", "optimizer.learning_rate=1e12",
        "training.epochs=1", "training.batch_size='full'",
    )  # fmt: skip
    assert isinstance(told[-1], RunFailed)
    assert "held-out loss" in told[-1].error


def test_a_short_batch_is_diagnosed_like_a_whole_one() -> None:
    layers = (
        "layers=[{type='conv2d', filters=3}, {type='conv2d', filters=2}, {type='flatten'}, "
        "{type='dense', name='last'}]"
    )
    trainer = Trainer(helpers.preset(helpers.CONV, layers))
    list(trainer.model.prepare())
    trainer.model.parameters["conv2d_2.bias"][:] = 5.0
    trainer.model.parameters["last.kernel"][:] = 3e38
    for rows in (trainer.state.batches.whole, trainer.state.batches.short):
        trainer.model.engine.arena[trainer.state.program.span * 4 :] = np.nan
        trainer.model.engine.run(
            trainer.state.batches, trainer.state.train_feed,
            StepChunk(0, np.ones(1), np.zeros(2), np.zeros(1)),
        )  # fmt: skip
        assert first_non_finite(trainer.model, trainer.state.plans[0].routine, rows).layer == "last"


def test_r2_does_not_suffer_from_a_distant_mean() -> None:
    near = run(helpers.LINE, "training.epochs=200", "training.batch_size='full'")[-1]
    model = tuidl.build(helpers.preset(helpers.LINE, "data.intercept=30000.0"))
    model.parameters["dense_1.kernel"][:] = 2.0
    model.parameters["dense_1.bias"][:] = 30000.0
    trainer = Trainer(
        helpers.preset(helpers.LINE, "data.intercept=30000.0", "optimizer.learning_rate=1e-9"),
        helpers.model(helpers.LINE, "data.intercept=30000.0", "optimizer.learning_rate=1e-9"),
    )
    for name, values in model.parameters.items():
        trainer.model.parameters[name][:] = values
    far = list(trainer.run())[-1]
    assert far.train["r2"] == pytest.approx(0.92, abs=0.03)
    assert near.train["r2"] > 0.5


def test_training_is_the_same_with_and_without_a_model_of_ones_own() -> None:
    overrides = ("training.batch_size=4000", "data.test=0.6", "layers.0.filters=64")
    preset = helpers.preset(helpers.CONV, *overrides)
    alone = list(tuidl.train(preset))[-1]
    given = list(tuidl.train(preset, tuidl.build(preset)))[-1]
    assert alone.weights_sha256 == given.weights_sha256


@pytest.mark.parametrize(
    "override", ["layers.0.filters=6", "optimizer={type='sgd'}", "training.metrics=[]"]
)
def test_a_model_of_another_preset_is_refused(override: str) -> None:
    model = helpers.model(helpers.CONV)
    with pytest.raises(DataError, match="a preset with other"):
        Trainer(helpers.preset(helpers.CONV, override), model)


def test_data_that_overflows_is_the_datas_fault() -> None:
    with pytest.raises(DataError, match="not finite"):
        Trainer(helpers.preset(helpers.LINE, "data.noise=1e300"))
