"""Learning rates over a run, early stopping, clipping."""

import math

import numpy as np
import pytest

from tests import helpers
from tuidl.nn.monitoring import Patience, Watch
from tuidl.protocol import events
from tuidl.training.evaluation import evaluate
from tuidl.training.interruption import Interrupter
from tuidl.training.learning_rate import LearningRate
from tuidl.training.trainer import Trainer

EPOCHS, STEPS = 10, 4


def rates(schedule: str, epochs: int = EPOCHS) -> np.ndarray:
    """The rates of all steps, (epochs, steps), for a base rate of 2."""
    optimizer = f"optimizer={{type='sgd', learning_rate=2.0, schedule={{{schedule}}}}}"
    preset = helpers.preset(helpers.CONV, optimizer)
    known = LearningRate(preset.optimizer, epochs, STEPS)
    return np.array([known.of(epoch, 0, STEPS) for epoch in range(1, epochs + 1)])


def test_constant() -> None:
    assert (rates("type='constant'") == 2.0).all()


def test_step() -> None:
    got = rates("type='step', every=3, multiplier=0.5")
    np.testing.assert_allclose(got[:, 0], [2, 2, 2, 1, 1, 1, 0.5, 0.5, 0.5, 0.25])
    assert (got == got[:, :1]).all()


def test_step_at_an_epoch_of_which_fractions_are_rounded() -> None:
    optimizer = "optimizer={type='sgd', schedule={type='step', every=1, multiplier=0.5}}"
    known = LearningRate(helpers.preset(helpers.CONV, optimizer).optimizer, 50, 3)
    for epoch in range(1, 51):
        np.testing.assert_allclose(known.of(epoch, 0, 3), 0.01 * 0.5 ** (epoch - 1))


def test_exponential() -> None:
    got = rates("type='exponential', multiplier=0.9").reshape(-1)
    np.testing.assert_allclose(got, 2 * 0.9 ** (np.arange(EPOCHS * STEPS) / STEPS))


def test_cosine() -> None:
    got = rates("type='cosine', final=0.1").reshape(-1)
    share = np.arange(EPOCHS * STEPS) / (EPOCHS * STEPS)
    np.testing.assert_allclose(got, 2 * (0.1 + 0.9 * (1 + np.cos(math.pi * share)) / 2))


def test_warm_up_rises_to_the_full_rate_and_the_schedule_counts_from_there() -> None:
    got = rates("type='step', every=1, multiplier=0.5, warmup_epochs=2").reshape(-1)
    np.testing.assert_allclose(got[:8], 2 * np.arange(1, 9) / 8)
    np.testing.assert_allclose(got[8:16], [2, 2, 2, 2, 1, 1, 1, 1])


def test_reduce_on_plateau() -> None:
    text = "type='reduce_on_plateau', multiplier=0.5, patience=2, min_delta=0.1, lowest=0.3"
    optimizer = f"optimizer={{type='sgd', learning_rate=2.0, schedule={{{text}}}}}"
    known = LearningRate(helpers.preset(helpers.CONV, optimizer).optimizer, 20, STEPS)
    losses = [1.0, 0.5, 0.45, 0.44, 0.43, 0.42, 0.0, 0.0, 0.0, 0.0, 0.0]
    got = []
    for epoch, loss in enumerate(losses, 1):
        got.append(known.of(epoch, 0, 1)[0])
        known.epoch_ended({"loss": loss})
    assert got == [2, 2, 2, 2, 1, 1, 0.6, 0.6, 0.6, 0.6, 0.6]


def test_the_trainer_uses_the_schedule_and_tells_the_rate() -> None:
    schedule = "optimizer.schedule={type='exponential', multiplier=0.5}"
    preset = helpers.preset(helpers.LINE, schedule, "training.epochs=4")
    ended = [e for e in Trainer(preset).run() if isinstance(e, events.EpochEnded)]
    steps = 3
    expected = [0.01 * 0.5 ** (epoch + (steps - 1) / steps) for epoch in range(4)]
    assert [event.learning_rate for event in ended] == pytest.approx(expected)


def test_a_watch_waits_for_what_is_better() -> None:
    watch = Watch(Patience(monitor="accuracy", patience=2, min_delta=0.05))
    values = [math.nan, 0.5, 0.52, 0.56, 0.5, 0.5]
    assert [watch.is_better({"accuracy": v}) for v in values] == [
        False, True, False, True, False, False,
    ]  # fmt: skip
    assert watch.is_over


OVERFITTING = (
    "training.early_stopping={patience=3, monitor='loss'}", "training.epochs=60",
    "data.validation=0.5", "optimizer.learning_rate=0.02",
)  # fmt: skip


def test_early_stopping_ends_the_run_and_restores_the_best_epoch() -> None:
    trainer = Trainer(helpers.preset(helpers.CONV, *OVERFITTING))
    told = list(trainer.run())
    last = told[-1]
    losses = [e.validation["loss"] for e in told if isinstance(e, events.EpochEnded)]
    assert last.reason == "stopped_early"
    assert last.epochs == len(losses) < 60
    assert last.best_epoch == 1 + int(np.argmin(losses)) == last.epochs - 3
    assert last.validation["loss"] == min(losses)
    again = evaluate(trainer.model, trainer.state.held_out["validation"], Interrupter()).scores
    assert again["loss"] == pytest.approx(min(losses))


def test_without_restoring_the_last_epoch_stays() -> None:
    kept = OVERFITTING[0].replace("patience=3", "patience=3, restore_best=false")
    told = list(Trainer(helpers.preset(helpers.CONV, kept, *OVERFITTING[1:])).run())
    assert told[-1].best_epoch is None
    ended = [e for e in told if isinstance(e, events.EpochEnded)]
    assert told[-1].validation == ended[-1].validation


def test_clipping_by_norm_bounds_the_gradient() -> None:
    rate, limit = 0.5, 0.01
    model_of = [
        helpers.preset(
            helpers.CONV, f"optimizer={{type='sgd', learning_rate={rate}{clip}}}",
            "training.epochs=1",
        )
        for clip in (f", global_clip_norm={limit}", ", clip_value=0.001", "")
    ]  # fmt: skip
    norms = []
    for preset in model_of:
        ended = [e for e in Trainer(preset).run() if isinstance(e, events.EpochEnded)]
        norms.append(ended[0].gradient_norms)
    by_norm, by_value, free = norms
    assert math.hypot(*by_norm.values()) == pytest.approx(limit, rel=1e-4)
    assert by_value["conv2d_1"] <= 0.001 * math.sqrt(50) * 1.001
    assert math.hypot(*free.values()) > 10 * limit


def test_gradient_norms_are_those_of_the_last_step() -> None:
    preset = helpers.preset(
        helpers.CONV, "training.batch_size='full'", "training.epochs=1",
        "optimizer={type='sgd', learning_rate=1e-12}",
    )  # fmt: skip
    trainer = Trainer(preset)
    ended = [e for e in trainer.run() if isinstance(e, events.EpochEnded)]
    _, gradients = trainer.model.loss_and_gradients(trainer.state.train_feed.x.reshape(-1, 8, 8, 1),
                                                    trainer.state.train_feed.y)  # fmt: skip
    expected = math.hypot(*(float(np.linalg.norm(gradients[f"dense_1.{p}"]))
                            for p in ("kernel", "bias")))  # fmt: skip
    assert ended[0].gradient_norms["dense_1"] == pytest.approx(expected, rel=1e-3)
