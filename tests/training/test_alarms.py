"""Alerts: which training raises which, that each is said once, and that nothing else changes."""

import math
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from tests.helpers import preset as parsed
from tests.verdicts.trainings import DEAD, DIVERGING
from tuidl.preset.alerts import Alerts, Disk, overrides_of
from tuidl.preset.library import load_preset
from tuidl.protocol.events import Alert, EpochEnded, Event, RunEnded
from tuidl.training.alarms import Alarms
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.courses import Losses, Pace
from tuidl.training.folds import CrossValidation
from tuidl.training.next_step import NextStep
from tuidl.training.state import TrainState
from tuidl.training.trainer import Trainer
from tuidl.training.watch_times import WatchTimes

NOT_OF_THE_CLOCK = "slower"
ALL = tuple(text for text in overrides_of(("all",)) if NOT_OF_THE_CLOCK not in text)
TWENTYFOLD = "objectives.1.optimizer.learning_rate=0.02"
BROKEN: dict[tuple[str, ...], set[str]] = {
    ("overfitting", "training.epochs=60"): {"overfitting"},
    ("vanishing_gradients", "training.epochs=11"): {"gradients", "plateau", "updates"},
    ("mode_collapse", "training.epochs=8", TWENTYFOLD): {"dead_units", "gradients"},
    ("linear_regression", DIVERGING): {"not_finite"},
    (DEAD,): {"dead_units"},
}
"""The broken trainings of the suite, and what they raise."""
HEALTHY = [
    "cnn_digits", "linear_regression", "logistic_regression", "mlp_xor", "gru_sine",
    "vanishing_gradients_cured", "series_bakery", "autoencoder_digits",
]  # fmt: skip
SHORT = ("training.epochs=12",)


def trained(name: str, *overrides: str) -> list[Event]:
    preset = parsed(name, *overrides) if "\n" in name else load_preset(name, list(overrides))
    return list(Trainer(preset).run())


def alerts(events: Iterable[Event]) -> list[Alert]:
    return [event for event in events if isinstance(event, Alert)]


@pytest.mark.sample(2)
@pytest.mark.parametrize("training", BROKEN, ids=lambda given: given[0].split()[0])
def test_a_broken_training_raises_its_own(training: tuple[str, ...]) -> None:
    assert {alert.rule for alert in alerts(trained(*training, *ALL))} == BROKEN[training]


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_training_raises_none(name: str) -> None:
    assert not alerts(trained(name, *ALL, *SHORT))


def test_watching_changes_no_bit() -> None:
    ends = [trained("mode_collapse", "training.epochs=3", *more)[-1] for more in ((), ALL)]
    assert isinstance(ends[0], RunEnded)
    assert isinstance(ends[1], RunEnded)
    assert ends[0].weights_sha256 == ends[1].weights_sha256


def test_an_alert_names_its_epoch_and_follows_it() -> None:
    events = trained("vanishing_gradients", "training.epochs=3", "alerts.gradients={}")
    [alert] = alerts(events)
    before = events[events.index(alert) - 1]
    assert isinstance(before, EpochEnded)
    assert (before.epoch, alert.fold) == (3, None), "its epochs are short: it looks at the end"
    ended = next(e for e in events if isinstance(e, EpochEnded) and e.epoch == alert.epoch)
    times = max(ended.gradient_norms.values()) / ended.gradient_norms["dense_1"]
    assert alert.text.startswith("vanishing gradient: dense_1 gets 1/")
    assert 0.5 < times / float(alert.text.split("1/")[1].split()[0].replace(",", "")) < 2
    assert alert.in_words == f"alert at epoch {alert.epoch}, gradients: {alert.text}"


def test_it_speaks_of_the_epoch_in_which_it_was_not_of_the_one_in_which_it_looked() -> None:
    preset = load_preset("linear_regression", ["alerts.not_finite={}", "alerts.gradients={}"])
    state = Trainer(preset).state
    for rule, wrong in (
        ("not_finite", replace(_ended(7, math.inf))),
        ("gradients", replace(_ended(7, 1.0), gradient_norms={"a": 1e-9, "b": 1.0})),
    ):
        alarms = Alarms(preset.alerts, lambda: None)
        epochs = [wrong if n == 7 else _ended(n, 1.0) for n in range(1, state.epochs + 1)]
        found = [alert for event in epochs for alert in alarms.epoch_ended(state, event)]
        assert [(alert.rule, alert.epoch) for alert in found] == [(rule, 7)]
        assert WatchTimes.of(state).checks > 7

        state.progress.epochs = 20  # goes on from before it was found: it is not yet said
        again = Alarms(preset.alerts, lambda: None)
        said: list[Event] = [*epochs, *found]
        again.recall(state, said)
        assert again._broken == set()
        state.progress.epochs = state.epochs
        again.recall(state, said)
        assert again._broken == {rule}
        state.progress.epochs = 0


def test_a_limit_is_heeded() -> None:
    assert not alerts(
        trained("vanishing_gradients", "training.epochs=2", "alerts.gradients.factor=1e30")
    )
    assert alerts(trained("cnn_digits", "training.epochs=1", "alerts.gradients.factor=1.01"))


def test_folds_have_alerts_of_their_own() -> None:
    preset = load_preset(
        "vanishing_gradients",
        ["training.epochs=2", "training.folds=2", "alerts.gradients={}", "data.validation=0"],
    )
    found = alerts(CrossValidation(preset).run())
    assert [alert.fold for alert in found] == [1, 2]
    assert found[1].in_words.startswith(f"alert at fold 2, epoch {found[1].epoch}, gradients")


@pytest.mark.parametrize(
    ("name", "epochs", "checks", "looks"),
    [
        ("linear_regression", 200, [159, 200], [200]),
        ("cnn_digits", 5, [2, 4, 5], [5]),
        ("gru_sine", 47, [1, *range(2, 47, 2), 47], [1, 46, 47]),
    ],
)
def test_short_epochs_are_checked_some_at_a_time(
    name: str,
    epochs: int,
    checks: list[int],
    looks: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same ones on every machine, and those of a run that is looked into are fewer."""
    checked, looked = [], []

    def look(state: TrainState) -> NextStep:
        looked.append(state.progress.epoch)
        return NextStep({}, {})

    def check(path: Path) -> SimpleNamespace:
        checked.append(trainer.state.progress.epoch)
        return SimpleNamespace(free=9e9)

    monkeypatch.setattr("tuidl.training.alarms.next_step", look)
    monkeypatch.setattr(shutil, "disk_usage", check)
    rules = [f"training.epochs={epochs}", "alerts.updates={}", "alerts.disk={}"]
    trainer = Trainer(load_preset(name, rules), checkpointer=_InFolder())
    list(trainer.run())
    assert (checked, looked) == (checks, looks)


def test_a_training_that_stops_early_is_checked_at_its_end() -> None:
    events = trained(
        "overfitting", "training.early_stopping.enabled=true", "alerts.gradients.factor=1.0001",
        "training.epochs=90",
    )  # fmt: skip
    ended = [event.epoch for event in events if isinstance(event, EpochEnded)]
    times = WatchTimes.of(Trainer(load_preset("overfitting")).state)
    assert ended[-1] < 90
    assert ended[-1] % times.checks
    checked = [alert.epoch for alert in alerts(events)]
    assert checked  # of the first or the last one


class _InFolder(Checkpointer):
    place = Path("/somewhere")


def test_a_disk_that_gets_full_is_said_once_and_again_after_it_was_emptied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = iter([9e9, 1e6, 1e6, 9e9, 2e6])
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=next(free)))
    preset = load_preset("cnn_digits", ["training.epochs=10", "alerts.disk={}"])
    found = alerts(Trainer(preset, checkpointer=_InFolder()).run())
    assert [(alert.epoch, alert.text) for alert in found] == [
        (4, "1 MB are free in /somewhere, of 500 wanted"),
        (10, "2 MB are free in /somewhere, of 500 wanted"),
    ]


def test_what_is_not_kept_needs_no_disk() -> None:
    preset = load_preset("linear_regression", ["training.epochs=1", "alerts.disk.megabytes=1e12"])
    assert not alerts(Trainer(preset).run())


def test_a_run_that_goes_on_remembers_what_was_said() -> None:
    """Epochs and alerts of before count; what came after the place it goes on from does not."""
    whole = trained("overfitting", "training.epochs=98", "alerts.overfitting={}")
    [first] = alerts(whole)
    preset = load_preset("overfitting", ["training.epochs=98", "alerts.overfitting={}"])
    trainer = Trainer(preset)
    state = trainer.state
    ended = {event.epoch: event for event in whole if isinstance(event, EpochEnded)}
    for reached, expected in ((first.epoch - 1, [first.epoch]), (first.epoch, [])):
        alarms = Alarms(preset.alerts, lambda: None)
        state.progress.epochs = reached
        alarms.recall(state, whole)
        said = [alert.epoch for alert in alarms.epoch_ended(state, ended[reached + 1])]
        assert said == expected


def test_a_plateau_needs_so_many_epochs() -> None:
    level = Losses(3)
    found = []
    for epoch, loss in enumerate([5.0, 4.0, 3.0, 2.999, 2.998, 2.997, 2.0, 1.99], 1):
        level.take([_ended(epoch, loss)])
        found.append(bool(level.problem(0.01)))
    assert found == [False, False, False, False, False, True, False, False]
    assert "validation" not in level.problem(0.9)


def test_epochs_that_take_longer() -> None:
    pace = Pace()
    for seconds in (9.0, 1.0, 1.1, 0.9, 1.0, 1.0):
        pace.took([seconds], (10, 100))
        assert pace.problem(2.0) == ""
    for seconds in (3.0, 3.0, 3.0):
        pace.took([seconds], (10, 100))
    assert pace.problem(2.0) == (
        "the last 3 epochs took 3 s each, 3.0 times the 1 s of those before"
    )
    assert pace.problem(3.5) == ""
    pace.took([3.0], (20, 100))  # another batch size: what was before says nothing
    assert pace.problem(2.0) == ""


def test_a_clock_says_nothing_of_short_epochs() -> None:
    pace = Pace()
    for seconds in (*[0.001] * 9, *[0.02] * 3):
        pace.took([seconds], (10, 100))
    assert pace.problem(2.0) == ""


def test_nothing_is_watched_without_a_rule() -> None:
    assert not Alarms(None, lambda: None).is_on
    assert Alarms(Alerts(disk=Disk()), lambda: None).is_on


def _ended(epoch: int, loss: float) -> EpochEnded:
    return EpochEnded(
        epoch=epoch, seconds=1.0, train={"loss": loss}, validation=None, learning_rate=0.1,
        gradient_norms={},
    )  # fmt: skip
