"""What tuidl writes it reads again, however many classes, layers or words there are."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests import helpers
from tests.runs.kept import resume, sha, start
from tuidl.core.errors import SaveError
from tuidl.logs.follower import Follower
from tuidl.logs.lines import Lines
from tuidl.logs.source import source_of_run
from tuidl.preset.schema import Preset
from tuidl.protocol import events
from tuidl.protocol.events import EpochEnded, RunEnded, bounded, to_json
from tuidl.protocol.probes import Forecast
from tuidl.runs.comparing import compared
from tuidl.runs.listing import listed
from tuidl.runs.log import EventLog
from tuidl.runs.reading import from_tail, read_events
from tuidl.storage import folder as folders
from tuidl.storage.folder import RunFolder
from tuidl.storage.records import Summary
from tuidl.tui.previews.run_preview import RunPreview

ENDED = RunEnded(
    reason="completed", epochs=2, seconds=1.5, train={"loss": 1.0}, validation={"loss": 2.0},
    test=None, weights_sha256="0" * 64,
)  # fmt: skip
EPOCH = EpochEnded(
    epoch=2, seconds=0.5, train={"loss": 1.0}, validation={"loss": 2.0}, learning_rate=0.1,
    gradient_norms={f"a_layer_with_a_name_{i}": 0.123456789012345 for i in range(512)},
)  # fmt: skip


def table(classes: int, count: int = 123456789) -> list[list[int]]:
    return [[count] * classes for _ in range(classes)]


def of_classes(classes: int, path: Path, *overrides: str) -> Preset:
    """A preset that tells so many classes apart, two examples of each."""
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), 3)
    np.savez(path, x=random.standard_normal((len(labels), 4), np.float32), y=labels)
    text = f"""
        name = "many classes"
        data = {{source = "npz", path = "{path}", validation = 0.3}}
        layers = [{{type = "dense", units = {classes}}}]
        loss = {{type = "cross_entropy"}}
        optimizer = {{type = "sgd"}}
        training = {{epochs = 2, batch_size = 512, metrics = ["f1", "confusion_matrix"]}}
    """
    return helpers.preset(text, *overrides)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


@pytest.mark.sample(1)
@pytest.mark.parametrize("classes", [255, 257, 800])
def test_a_run_with_many_classes_is_listed_viewed_and_gone_on_with(
    classes: int, place: Path, tmp_path: Path
) -> None:
    preset = of_classes(classes, tmp_path / "data.npz")
    whole = start(preset, place / "whole-20260101-000000")
    assert isinstance(whole, RunEnded)
    assert (whole.confusion is not None) == (classes <= events.MOST_CONFUSED)
    assert whole.validation is not None
    assert "f1" in whole.validation
    path = place / "cut-20260101-000000"
    start(preset, path, stop_after=2)
    (path / "summary.json").unlink()  # as if it had been killed
    assert {run.state for run in listed()} == {"done", "unfinished"}
    assert all(run.epochs for run in listed() if run.state == "done")
    assert RunPreview.of(path).problem == ""
    assert sha(resume(path)) == sha(whole)
    assert {run.state for run in listed()} == {"done"}
    assert compared(RunFolder(path)).scores["epochs"] == 2
    counts = Follower(source_of_run(path)).read_all().counts
    assert counts.too_long == counts.no_json == 0


def test_folds_with_many_classes_have_small_checkpoints(place: Path, tmp_path: Path) -> None:
    preset = of_classes(200, tmp_path / "data.npz", "training.folds=3")
    path = place / "folds-20260101-000000"
    start(preset, path, stop_after=1, fold=3, every=1)
    snapshot, _ = RunFolder(path).checkpoints.newest()
    assert snapshot is not None
    assert len(snapshot.state.ended) == 2
    assert all(event.confusion is None for event in snapshot.state.ended)


@pytest.mark.parametrize("event", [ENDED, EPOCH], ids=["ended", "epoch"])
@pytest.mark.parametrize("classes", [0, 2, 256, 720, 2000])
def test_every_event_fits_into_what_readers_take(
    classes: int, event: RunEnded | EpochEnded, tmp_path: Path
) -> None:
    event = msgspec.structs.replace(event, confusion=table(classes) if classes else None)
    less = bounded(event)
    assert len(to_json(less)) <= events.LONGEST_KEPT
    assert (less.confusion == event.confusion) == (classes <= events.MOST_CONFUSED)
    log = EventLog(tmp_path / "log")
    for _ in range(3):
        log.write(event)
    log.close()
    assert read_events(tmp_path / "log") == [less] * 3
    lines = Lines()
    assert len(list(lines.feed((tmp_path / "log").read_bytes()))) == 3
    assert lines.refused == 0
    if isinstance(less, EpochEnded):
        assert from_tail(tmp_path / "log") == less


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 10_000, 3_000_000])
def test_texts_and_gradients_are_bounded_too(size: int) -> None:
    failed = events.RunFailed(
        error="é" * size, where={}, gradient_norms={f"layer_{i}": None for i in range(size)}
    )
    assert len(to_json(bounded(failed)).encode()) <= events.LONGEST_KEPT
    notice = events.Notice(text="x" * size)
    assert len(to_json(bounded(notice))) <= events.LONGEST_KEPT


def test_an_answer_that_is_too_long_says_so() -> None:
    answer = events.ProbeAnswer(
        id=1,
        kind="layers",
        epoch=1,
        step=1,
        answer=Forecast(
            part="test", window=1, start=0, true=[0.125] * 300_000, predicted=[], free=[]
        ),
    )
    less = bounded(answer)
    assert (less.id, less.answer) == (1, None)
    assert less.error == f"an answer of {len(to_json(answer)):,} bytes, too long to be shown"
    assert bounded(answer, events.LONGEST_LINE) is answer


@pytest.mark.parametrize("classes", [256, 2000])
def test_a_summary_is_read_again(classes: int, place: Path) -> None:
    run = RunFolder.create(
        place / "run-20260101-000000", "run", helpers.preset(helpers.LINE), "cpu"
    )
    ended = msgspec.structs.replace(ENDED, confusion=table(classes))
    run.write_summary(Summary(ended=ended))
    assert run.outcome is not None
    assert run.outcome.weights_sha256 == ENDED.weights_sha256
    assert [one.state for one in listed()] == ["done"]


def test_a_summary_of_an_older_version_is_read(place: Path) -> None:
    run = RunFolder.create(
        place / "run-20260101-000000", "run", helpers.preset(helpers.LINE), "cpu"
    )
    ended = msgspec.structs.replace(ENDED, confusion=table(1000, 0))
    (run.path / "summary.json").write_bytes(msgspec.json.encode(Summary(ended=ended)))
    assert (run.path / "summary.json").stat().st_size > 1 << 20
    assert [one.state for one in listed()] == ["done"]


def test_a_preset_is_written_only_where_it_can_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = helpers.preset(helpers.LINE, f"about={'x' * 200_000!r}")
    assert RunFolder.create(tmp_path / "run", "run", preset, "cpu").preset == preset
    monkeypatch.setattr(folders, "LARGEST_PRESET", 100_000)
    with pytest.raises(SaveError, match="with every value written out"):
        RunFolder.create(tmp_path / "other", "run", preset, "cpu")
    assert not (tmp_path / "other").exists()


def test_older_logs_with_long_lines_are_viewed(place: Path) -> None:
    run = RunFolder.create(
        place / "run-20260101-000000", "run", helpers.preset(helpers.LINE), "cpu"
    )
    long = msgspec.structs.replace(EPOCH, confusion=table(800, 0))
    run.log.write_text(to_json(long) + "\n")
    assert run.log.stat().st_size > events.LONGEST_KEPT
    assert Follower(source_of_run(run.path)).read_all().counts.too_long == 0
    assert from_tail(run.log) == long
    assert json.loads(run.log.read_text())["epoch"] == 2
