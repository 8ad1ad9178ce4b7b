"""Going back to any step of a run: the same bits as when it was there, edits included."""

import shutil
from pathlib import Path

import pytest

from tests import helpers
from tests.compiler.test_tables import WORDS
from tests.runs.kept import resume, sha, start
from tests.systems import GAN, TWO_HEADS
from tuidl.compiler import tables
from tuidl.core.errors import RunError
from tuidl.protocol.events import EpochEnded
from tuidl.runs.forking import fork
from tuidl.runs.reading import read_timeline, stream_events
from tuidl.runs.rewinding import RewoundRun
from tuidl.runs.verifying import verify_run
from tuidl.storage import keyframes
from tuidl.storage.folder import RunFolder
from tuidl.storage.records import Origin

LONGER = helpers.preset(helpers.CONV, "training.epochs=6")


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keyframes of these short runs stand close."""
    monkeypatch.setattr(keyframes, "SHORTEST", 1e-9)
    monkeypatch.setattr("tuidl.runs.recorder.COST", 1e9)


def states(folder: RunFolder) -> dict[int, str]:
    """The weights after every step for which there is a keyframe, as they were when it was kept."""
    files = folder.keyframes.files
    found = {number: files.state(number) for number in folder.keyframes.numbers}
    return {number: state.weights_sha256 for number, state in found.items() if state}


TEXTS = {
    "edited": helpers.CONV,
    "dropout, batch norm": helpers.RESIDUAL,
    "recurrent": helpers.SEQUENCE,
    "gan": GAN,
    "two heads": TWO_HEADS,
    "rows of a table": WORDS,
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.usefixtures("test_sources")
def test_every_step_is_reached_with_and_without_keyframes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "LEAST_NUMBERS", 1)
    start(helpers.preset(TEXTS[name]), tmp_path / "run", stop_after=11, every=2)
    resume(tmp_path / "run", learning_rate=0.003 if name == "edited" else None)
    folder = RunFolder(tmp_path / "run")
    known = states(folder)
    assert len(known) > 5
    shutil.copytree(tmp_path / "run", tmp_path / "bare")
    shutil.rmtree(tmp_path / "bare" / "keyframes")
    for path in ("run", "bare"):
        run = RewoundRun(RunFolder(tmp_path / path))
        for number in [*reversed(known), *known, 0]:
            moment = run.go_to(number)
            assert moment.updates == number
            if number:
                assert run.state.model.weights_sha256 == known[number], number
        run.go_to(run.newest.updates)
        assert run.state.model.weights_sha256 == run.newest.weights_sha256


PRESETS = {
    "reduce on plateau": helpers.preset(
        helpers.CONV,
        "training.epochs=6",
        'optimizer.schedule={type="reduce_on_plateau", patience=1, multiplier=0.5}',
    ),
    "early stopping": helpers.preset(
        helpers.CONV,
        "training.epochs=12",
        "training.early_stopping={patience=1, restore_best=true}",
        "optimizer.learning_rate=0.2",
    ),
}


def test_a_step_that_is_none_of_the_run_and_folds_are_refused(tmp_path: Path) -> None:
    start(LONGER, tmp_path / "run", stop_after=5)
    run = RewoundRun(RunFolder(tmp_path / "run"))
    for step in (-1, 6):
        with pytest.raises(RunError, match="expected 0 to 5"):
            run.go_to(step)
    start(helpers.preset(helpers.CONV, "training.folds=2"), tmp_path / "folds", stop_after=5)
    with pytest.raises(RunError, match="a cross-validation cannot be rewound"):
        RewoundRun(RunFolder(tmp_path / "folds"))


def test_a_damaged_keyframe_is_passed_over(tmp_path: Path) -> None:
    start(LONGER, tmp_path / "run", stop_after=9)
    folder = RunFolder(tmp_path / "run")
    known = states(folder)
    number = [*known][-2]
    path = folder.keyframes.files.path(number)
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    run = RewoundRun(folder)
    assert run.go_to(number).origin < number
    assert run.state.model.weights_sha256 == known[number]


def test_keyframes_stay_within_their_bytes_and_spread_over_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(LONGER, tmp_path / "all", every=5)
    whole = RunFolder(tmp_path / "all").keyframes
    monkeypatch.setenv(keyframes.VARIABLE, str(whole.bytes / 3 / 2**20))
    start(LONGER, tmp_path / "run", every=5)
    some = RunFolder(tmp_path / "run").keyframes
    assert 4 < len(some.numbers) < len(whole.numbers) / 2
    assert some.bytes <= whole.bytes / 3
    assert some.numbers[-1] > whole.numbers[-1] / 2
    monkeypatch.setenv(keyframes.VARIABLE, "0")
    start(LONGER, tmp_path / "none")
    assert not (tmp_path / "none" / "keyframes").exists()
    monkeypatch.setenv(keyframes.VARIABLE, "much")
    with pytest.raises(RunError, match="expected a number of MiB from 0 on, got 'much'"):
        start(LONGER, tmp_path / "refused")


def test_what_came_after_the_place_from_which_a_run_goes_on_is_dropped(tmp_path: Path) -> None:
    start(LONGER, tmp_path / "run", stop_after=12)
    folder = RunFolder(tmp_path / "run")
    for path in [*(tmp_path / "run" / "checkpoints").iterdir()]:
        path.unlink()
    resume(tmp_path / "run", stop_after=5)
    assert max(folder.keyframes.numbers) == 5


@pytest.mark.parametrize("name", PRESETS)
def test_a_fork_with_the_old_rate_is_the_run_itself(name: str, tmp_path: Path) -> None:
    start(PRESETS[name], tmp_path / "run")
    parent = RunFolder(tmp_path / "run")
    run = RewoundRun(parent)
    run.go_to(7)
    fork(parent, run.state, tmp_path / "fork")
    assert sha(resume(tmp_path / "fork")) == sha_of(parent)


def test_a_fork_goes_its_own_way_and_can_be_verified(tmp_path: Path) -> None:
    start(LONGER, tmp_path / "run", stop_after=6)
    resume(tmp_path / "run", learning_rate=0.004)
    parent = RunFolder(tmp_path / "run")
    run = RewoundRun(parent)
    run.go_to(10)
    fork(parent, run.state, tmp_path / "fork")
    assert sha(resume(tmp_path / "fork", learning_rate=0.05)) != sha_of(parent)
    forked = RunFolder(tmp_path / "fork")
    assert forked.about.origin == Origin(run=parent.about.run, updates=10, **place(run))
    assert [edit.value for edit in read_timeline(forked.log).edits] == [0.004, 0.05]
    assert verify_run(forked, 1).holds
    epochs = [e.epoch for e in stream_events(forked.log) if isinstance(e, EpochEnded)]
    assert epochs == [1, 2, 3, 4, 5, 6]
    again = RewoundRun(forked)
    again.go_to(8)
    run.go_to(8)
    assert again.state.model.weights_sha256 == run.state.model.weights_sha256


def sha_of(folder: RunFolder) -> str:
    assert folder.outcome
    return folder.outcome.weights_sha256


def place(run: RewoundRun) -> dict[str, int]:
    epoch, step = run.state.place
    return {"epoch": epoch, "step": step}
