"""Runs that are trained longer than their presets say."""

from pathlib import Path

import pytest

from tests.runs.kept import resume, start
from tuidl.core.errors import RunError
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import EPOCHS
from tuidl.protocol.events import Edited, EpochEnded, RunEnded, RunStarted
from tuidl.runs.lengthening import lengthen
from tuidl.runs.listing import look_at
from tuidl.runs.reading import read_events
from tuidl.runs.verifying import verify_run
from tuidl.storage.folder import RunFolder

SHORT = """
name = "moons"
data = {source = "moons", points = 80, noise = 0.2, validation = 0.25}
layers = [{type = "dense", units = 6, activation = "tanh"}, {type = "dropout", rate = 0.2},
          {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.01}
training = {epochs = 3, batch_size = 16, seed = 5}
"""
COSINE = ("optimizer.schedule.type='cosine'",)


def preset(epochs: int = 3, *overrides: str) -> Preset:
    return Preset.parse(SHORT, overrides=(f"training.epochs={epochs}", *overrides))


def ended(event: object) -> RunEnded:
    assert isinstance(event, RunEnded)
    return event


def rates(run: Path) -> list[float | None]:
    return [e.learning_rate for e in read_events(run / "events.jsonl") if isinstance(e, EpochEnded)]


@pytest.mark.parametrize("wanted", ["5", "+2"])
def test_three_epochs_and_two_more_are_five(wanted: str, tmp_path: Path) -> None:
    """To the bit, with shuffling, dropout and Adam."""
    whole = ended(start(preset(5), tmp_path / "whole"))
    start(preset(3), tmp_path / "run")
    assert lengthen(RunFolder(tmp_path / "run"), wanted) == 5
    assert look_at(RunFolder(tmp_path / "run")).state == "unfinished"
    longer = ended(resume(tmp_path / "run"))
    assert (longer.reason, longer.epochs) == ("completed", 5)
    assert longer.weights_sha256 == whole.weights_sha256
    assert longer.validation == whole.validation
    events = read_events(tmp_path / "run" / "events.jsonl")
    assert [e.epoch for e in events if isinstance(e, EpochEnded)] == [1, 2, 3, 4, 5]
    assert [(e.epoch, e.step, e.value) for e in events if isinstance(e, Edited)] == [(4, 0, 5)]
    assert [e.epochs for e in events if isinstance(e, RunStarted)] == [3, 5]


@pytest.mark.parametrize("stop", [2, 11, 12, 13, 17])
def test_a_longer_run_can_be_stopped_anywhere(stop: int, tmp_path: Path) -> None:
    """In the middle and at the end of an epoch, before and after the place of the edit."""
    whole = ended(start(preset(5), tmp_path / "whole"))
    start(preset(3), tmp_path / "run", stop_after=stop if stop < 12 else None)
    lengthen(RunFolder(tmp_path / "run"), "5")
    resume(tmp_path / "run", stop_after=stop + 1 if stop < 12 else stop)
    assert ended(resume(tmp_path / "run")).weights_sha256 == whole.weights_sha256


def test_a_schedule_goes_by_all_epochs_from_there_on(tmp_path: Path) -> None:
    """The first epochs keep the rates that they had, the others have those of a longer run."""
    start(preset(3, *COSINE), tmp_path / "short")
    start(preset(6, *COSINE), tmp_path / "long")
    start(preset(3, *COSINE), tmp_path / "run")
    lengthen(RunFolder(tmp_path / "run"), "6")
    resume(tmp_path / "run")
    assert rates(tmp_path / "run") == rates(tmp_path / "short") + rates(tmp_path / "long")[3:]


@pytest.mark.parametrize("overrides", [(), COSINE])
def test_a_longer_run_is_verified(overrides: tuple[str, ...], tmp_path: Path) -> None:
    start(preset(2, *overrides), tmp_path / "run")
    lengthen(RunFolder(tmp_path / "run"), "3")
    assert verify_run(RunFolder(tmp_path / "run"), 1).holds  # up to its last checkpoint
    resume(tmp_path / "run")
    lengthen(RunFolder(tmp_path / "run"), "+1")
    resume(tmp_path / "run")
    verdict = verify_run(RunFolder(tmp_path / "run"), 1)
    assert verdict.holds
    assert verdict.steps == 4 * 4


def test_it_can_be_asked_for_twice(tmp_path: Path) -> None:
    """As where resuming failed after it was written down."""
    start(preset(), tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    assert lengthen(folder, "5") == lengthen(folder, "5") == 5
    edits = [e for e in read_events(folder.log) if isinstance(e, Edited)]
    assert [edit.key for edit in edits] == [EPOCHS]


@pytest.mark.parametrize("wanted", ["3", "2", "0", "+0", "-1", "x", "", "1.5", "+", "99999999"])
def test_what_makes_no_run_longer_is_refused(wanted: str, tmp_path: Path) -> None:
    start(preset(), tmp_path / "run")
    before = (tmp_path / "run" / "events.jsonl").read_bytes()
    with pytest.raises(RunError, match="--epochs"):
        lengthen(RunFolder(tmp_path / "run"), wanted)
    assert (tmp_path / "run" / "events.jsonl").read_bytes() == before
    assert look_at(RunFolder(tmp_path / "run")).state == "done"


def test_runs_that_cannot_be_made_longer_say_why(tmp_path: Path) -> None:
    start(preset(3, "training.folds=2"), tmp_path / "folds")
    with pytest.raises(RunError, match="cross-validation"):
        lengthen(RunFolder(tmp_path / "folds"), "5")
    patience = "training.early_stopping={patience = 1, min_delta = 100.0}"
    start(preset(9, patience), tmp_path / "stopped")
    with pytest.raises(RunError, match="stopped early after 2 epochs"):
        lengthen(RunFolder(tmp_path / "stopped"), "12")
    RunFolder.create(tmp_path / "new", "new", load_preset("mlp_xor"), "cpu")
    with pytest.raises(RunError, match="nothing was saved yet"):
        lengthen(RunFolder(tmp_path / "new"), "50000")
