"""How long a run takes: compiling, an epoch, all of it."""

import math

import msgspec
import pytest

from tests.tui import story
from tuidl.protocol import events
from tuidl.tui.previews.summary import outcome
from tuidl.tui.session.run import Run


def compiling(share: float, next_share: float, left: float | None) -> events.Compiling:
    return events.Compiling(
        done=1, total=3, kernel="dense", share=share, next_share=next_share, seconds_left=left
    )


def test_the_bar_of_compiling_moves_within_a_kernel_and_never_too_far() -> None:
    now = [0.0]
    run = Run(clock=lambda: now[0])
    run.handle(compiling(0.2, 0.4, 8.0))
    shares = [run.compiled_share(second) for second in (0.0, 1.0, 4.0, 100.0)]
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(0.2)
    assert shares[1] > 0.25
    assert shares[3] <= 0.6
    left = [run.compile_seconds_left(second) or 0.0 for second in (0.0, 1.0, 4.0)]
    assert left == sorted(left, reverse=True)
    assert left[0] == pytest.approx(8.0)
    assert (run.compile_seconds_left(40.0) or 0.0) > 10 * 0.9 * (
        8.0 - 4.0
    )  # it takes ten times as long


def test_an_engine_that_cannot_say_how_long_it_compiles_still_says_how_far_it_is() -> None:
    run = Run()
    run.handle(compiling(0.0, 0.0, None))
    assert run.compiled_share(5.0) == pytest.approx(1 / 3)
    assert run.compile_seconds_left(5.0) is None


def standing(pace: float | None, evaluation: float | None = None, epoch: int = 1) -> Run:
    run = Run()
    for event in story.beginning():
        run.handle(event)
    run.handle(events.Resumed())
    run.handle(events.Frame(
        id=1, epoch=epoch, step=5, steps=story.STEPS, seconds=1.0, step_seconds=0.01, pace=pace,
        evaluation_seconds=evaluation,
    ))  # fmt: skip
    return run


def test_what_is_left_is_known_in_the_first_epoch_and_by_the_pace_in_force() -> None:
    steps = story.EPOCHS * story.STEPS - 5
    forward = 359 / 32 * 0.01 / 3
    assert standing(None).seconds_left == pytest.approx(steps * 0.01 + story.EPOCHS * forward)
    assert standing(10.0).seconds_left == pytest.approx(steps * 0.1 + story.EPOCHS * forward)
    assert standing(1000.0).seconds_left == standing(None).seconds_left, "it is no faster for that"
    assert standing(None, 2.0).seconds_left == pytest.approx(steps * 0.01 + 2.0 * story.EPOCHS)
    assert standing(10.0).seconds_in_epoch == pytest.approx(40 * 0.1 + forward)


def test_a_frozen_run_stays_as_it_is() -> None:
    run = standing(None)
    frozen = run.frozen()
    run.handle(story.epoch(1))
    assert (frozen.epochs_done, run.epochs_done) == (0, 1)
    assert "validation loss" not in frozen.history.series
    assert math.isfinite(run.history.series["validation loss"].last or math.nan)


def test_alerts_after_the_place_that_a_run_goes_on_from_come_again() -> None:
    run = Run()
    started = story.beginning()[0]
    assert isinstance(started, events.RunStarted)
    run.handle(started)
    for epoch in (2, 5):
        run.handle(events.Alert(rule="plateau", text="level", epoch=epoch, step=1))
    run.handle(msgspec.structs.replace(started, resumed=events.Place(epoch=4, step=0)))
    assert [alert.epoch for alert in run.alerts] == [2]


def test_an_ended_run_says_what_it_computed_and_how_long_one_watched() -> None:
    """Pauses count for neither; time that slowing down took counts for the second."""
    now = [100.0]
    run = Run(clock=lambda: now[0])
    paused = events.Paused(epoch=1, step=0, steps=45, loss=None)
    ended = msgspec.structs.replace(story.ended(), seconds=0.33)
    for event, wait in (
        (story.beginning()[0], 3.0), (paused, 7.0), (events.Resumed(), 5.0), (paused, 60.0),
        (events.Resumed(), 3.25), (ended, 40.0), (events.Saved(epoch=1, step=0), 1.0),
    ):  # fmt: skip
        run.handle(event)
        now[0] += wait
    assert run.watch.seconds == 8.25
    assert "of computing, 8 s on the clock" in outcome(run)
    run.watch.seconds = run.seconds
    assert "clock" not in outcome(run)
