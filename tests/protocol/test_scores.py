"""Scores that are no numbers: JSON has null for them, and what reads it has NaN again."""

import math

import pytest

from tuidl.core.decoding import decoded
from tuidl.protocol import events
from tuidl.protocol.baseline import Baseline
from tuidl.protocol.events import EpochEnded, Event, FoldEnded, RunEnded
from tuidl.protocol.scores import finite
from tuidl.storage.records import Summary

BAD = {"loss": 0.5, "r2": math.nan, "mae": math.inf}


def epoch() -> EpochEnded:
    return EpochEnded(
        epoch=1, seconds=1.0, train=dict(BAD), validation=dict(BAD), learning_rate=0.1,
        gradient_norms={"dense_1": math.inf},
    )  # fmt: skip


def ended() -> RunEnded:
    return RunEnded(
        reason="completed", epochs=1, seconds=1.0, train=dict(BAD), validation=dict(BAD),
        test=dict(BAD), weights_sha256="", folds=2, spread=dict(BAD),
        baseline=Baseline(says="0", score="loss", loss=dict(BAD)),
    )  # fmt: skip


def fold() -> FoldEnded:
    return FoldEnded(fold=1, folds=2, epochs=1, train=None, validation=dict(BAD), test=dict(BAD))


@pytest.mark.parametrize("event", [epoch(), ended(), fold()], ids=["epoch", "ended", "fold"])
def test_an_event_with_scores_that_are_no_numbers_is_read_again(event: Event) -> None:
    text = events.to_json(event)
    read = events.from_json(text)
    assert type(read) is type(event)
    assert read.validation["loss"] == 0.5  # type: ignore[attr-defined]
    assert math.isnan(read.validation["r2"])  # type: ignore[attr-defined]
    assert math.isnan(read.validation["mae"])  # type: ignore[attr-defined]
    assert events.to_json(read) == text


def test_a_summary_with_them_is_not_damaged() -> None:
    import msgspec

    text = msgspec.json.encode(Summary(ended=ended()))
    read = decoded(text, Summary).ended
    assert math.isnan(read.test["r2"])
    assert math.isnan(read.spread["r2"])
    assert math.isnan(read.baseline.loss["r2"])
    assert read.baseline.loss["loss"] == 0.5


def test_writing_them_leaves_them_as_they_are() -> None:
    event = epoch()
    events.to_json(event)
    assert event.train["mae"] == math.inf
    assert finite(BAD) == {"loss": 0.5, "r2": None, "mae": None}
