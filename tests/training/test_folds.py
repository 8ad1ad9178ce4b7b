"""k-fold cross-validation: the events it tells, its means, and the same bits on all threads."""

from statistics import fmean, stdev

import pytest

import tuidl
from tests import helpers
from tests.conftest import MOST_THREADS
from tuidl.core.errors import DataError
from tuidl.protocol import events
from tuidl.protocol.history import History
from tuidl.training.folds import CrossValidation
from tuidl.training.interruption import Interrupter

FOLDS = ("training.folds=3", "training.epochs=2", "data.validation=0.0")


def run(text: str, *overrides: str, threads: int | None = None) -> list[events.Event]:
    return list(tuidl.train(helpers.preset(text, *FOLDS, *overrides), threads=threads))


def test_every_fold_is_told_and_the_last_event_sums_up() -> None:
    told = run(helpers.CONV)
    kinds = [type(event).__name__ for event in told if not isinstance(event, events.Progress)]
    assert kinds.count("RunStarted") == kinds.count("RunEnded") == 1
    assert [e.fold for e in told if isinstance(e, events.EpochEnded)] == [1, 1, 2, 2, 3, 3]
    folds = [e for e in told if isinstance(e, events.FoldEnded)]
    assert [(e.fold, e.folds, e.epochs) for e in folds] == [(1, 3, 2), (2, 3, 2), (3, 3, 2)]
    last = told[-1]
    assert (last.reason, last.folds, last.epochs) == ("completed", 3, 6)
    accuracies = [e.validation["accuracy"] for e in folds]
    assert last.validation["accuracy"] == pytest.approx(fmean(accuracies))
    assert last.spread["accuracy"] == pytest.approx(stdev(accuracies))
    assert len(set(accuracies)) > 1


def test_the_folds_are_trained_on_different_examples_and_judged_on_the_rest() -> None:
    preset = helpers.preset(helpers.CONV, *FOLDS)
    parts = preset.data.folds(3)
    sizes = [(len(split.train), len(split.validation)) for split in parts]
    kept = sum(sizes[0])
    assert all(sum(size) == kept for size in sizes)
    assert sum(validation for _, validation in sizes) == kept


@pytest.mark.parametrize("text", [helpers.CONV, helpers.RESIDUAL])
def test_the_same_bits_on_any_number_of_threads(text: str) -> None:
    told = [run(text, threads=threads)[-1] for threads in (1, 2, MOST_THREADS)]
    assert len({event.weights_sha256 for event in told}) == 1
    assert len({str(event.validation) for event in told}) == 1


def test_early_stopping_acts_in_every_fold() -> None:
    told = run(helpers.CONV, "training.early_stopping={patience=1, min_delta=10.0}",
               "training.epochs=9")  # fmt: skip
    assert [e.epochs for e in told if isinstance(e, events.FoldEnded)] == [2, 2, 2]
    assert told[-1].reason == "completed"


def test_a_stop_ends_all_folds() -> None:
    interrupter = Interrupter()
    trainer = CrossValidation(helpers.preset(helpers.CONV, *FOLDS), interrupter=interrupter)
    told = []
    for event in trainer.run():
        told.append(event)
        if isinstance(event, events.FoldEnded):
            interrupter.stop("interrupted")
    assert told[-1].reason == "interrupted"
    assert (told[-1].folds, told[-1].spread) == (1, None)


def test_a_failure_ends_all_folds() -> None:
    told = run(helpers.LINE, "optimizer.learning_rate=1e9", "training.epochs=100")
    assert isinstance(told[-1], events.RunFailed)
    assert not any(isinstance(event, events.FoldEnded) for event in told)


def test_more_folds_than_examples_are_refused() -> None:
    with pytest.raises(DataError, match="folds"):
        run(helpers.LINE, "training.folds=500")


def test_history_keeps_the_folds_apart() -> None:
    history = History()
    for event in run(helpers.LINE):
        history.handle(event)
    assert "fold 1 validation loss" in history.series
    assert "fold 3 train loss" in history.series
    assert "train loss" not in history.series
