"""Logs of any length, and lines of any length, are read in bounded memory."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import helpers
from tests.runs.kept import start
from tuidl.core.errors import RunError
from tuidl.protocol import events
from tuidl.protocol.edits import START
from tuidl.protocol.events import EpochEnded, Place, RunStarted
from tuidl.runs import reading
from tuidl.runs.comparing import compared
from tuidl.runs.reading import from_tail, read_events, read_timeline, stream_events
from tuidl.storage.folder import RunFolder

MOST = 24_000_000
"""Bytes; the log has five times as many."""


def started(place: Place | None) -> RunStarted:
    return RunStarted(
        run="r", preset="p", seed=1, backend="cpu", threads=1, shards=1, parameters=1, epochs=4,
        batch_size=16, examples={"train": 80}, resumed=place,
    )  # fmt: skip


def ended(epoch: int, **more: object) -> EpochEnded:
    known = {"epoch": epoch, "seconds": 1.0, "train": {"loss": 1.0}, "validation": None,
             "learning_rate": 0.1, "gradient_norms": {}}  # fmt: skip
    return EpochEnded(**{**known, **more})  # type: ignore[arg-type]


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose log has 72 MB in lines of 40 KB: those of a confusion matrix."""
    out = tmp_path_factory.mktemp("long") / "run"
    start(helpers.preset(helpers.LINE), out)
    line = events.to_json(ended(1, confusion=[[7] * 140] * 140)).encode() + b"\n"
    with (out / "events.jsonl").open("wb") as log:
        log.write(events.to_json(started(None)).encode() + b"\n")
        for _ in range(3 * MOST // len(line)):
            log.write(line)
    return out


@pytest.mark.slow
def test_a_long_log(long_log: Path) -> None:
    log = long_log / "events.jsonl"
    assert log.stat().st_size > 2 * MOST
    assert peak_of(lambda: [None for _ in stream_events(log)]) < MOST
    assert peak_of(lambda: read_timeline(log)) < MOST
    assert peak_of(lambda: from_tail(log)) < MOST
    assert peak_of(lambda: compared(RunFolder(long_log))) < MOST


def test_a_line_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LONGEST_LINE", 1_000_000)
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.write(events.to_json(ended(1)).encode() + b"\n" + b'{"event":"')
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n' + events.to_json(ended(2)).encode() + b"\n")
    assert peak_of(lambda: [None for _ in stream_events(log)]) < MOST
    assert [e.epoch for e in read_events(log) if isinstance(e, EpochEnded)] == [1, 2]


@pytest.mark.parametrize("rising", [True, False])
def test_as_many_resumptions_as_anybody_writes(
    rising: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that a later one makes superfluous are forgotten; others are counted."""
    monkeypatch.setattr(reading, "MOST_RESUMPTIONS", 50)
    places = [Place(epoch=i if rising else 100 - i, step=0) for i in range(1, 60)]
    lines = [events.to_json(started(place)) + "\n" for place in places]
    (tmp_path / "log").write_text("".join(lines))
    if rising:
        with pytest.raises(RunError, match="more than 50 resumptions"):
            read_events(tmp_path / "log")
    else:
        assert len(read_events(tmp_path / "log")) == 59


def test_more_edits_than_can_be_kept_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_EDITS", 5)
    edit = events.Edited(epoch=1, step=0, key="optimizer.learning_rate", value=0.1, number=1)
    lines = [events.to_json(helpers.changed(edit, number=i)) + "\n" for i in range(1, 8)]
    (tmp_path / "log").write_text("".join(lines))
    with pytest.raises(RunError, match="more than 5 live edits"):
        read_timeline(tmp_path / "log")


def test_what_several_resumptions_leave(tmp_path: Path) -> None:
    """As if each had been applied in turn."""
    told = [started(None), *map(ended, (1, 2, 3)), started(Place(epoch=3, step=1)), ended(3),
            started(Place(epoch=2, step=0)), ended(2), started(Place(epoch=3, step=0)), ended(3),
            ended(4)]  # fmt: skip
    (tmp_path / "log").write_text("".join(events.to_json(event) + "\n" for event in told))
    epochs = [e.epoch for e in read_events(tmp_path / "log") if isinstance(e, EpochEnded)]
    assert epochs == [1, 2, 3, 4]


def test_a_run_that_began_anew_tells_nothing_twice(tmp_path: Path) -> None:
    """Killed before it was saved for the first time."""
    told = [started(None), ended(1), ended(2), started(None), ended(1)]
    (tmp_path / "log").write_text("".join(events.to_json(event) + "\n" for event in told))
    epochs = [e.epoch for e in read_events(tmp_path / "log") if isinstance(e, EpochEnded)]
    assert epochs == [1]
    assert (START.epoch, START.step) == (1, 0)


def test_an_epoch_whose_line_is_longer_than_the_tail_that_is_read_first(tmp_path: Path) -> None:
    big = ended(7, confusion=[[1000] * 200] * 200)
    (tmp_path / "log").write_text(events.to_json(big) + "\n")
    found = from_tail(tmp_path / "log")
    assert found is not None
    assert found.epoch == 7
