"""Saves that fail: the run says why and stops, and what was saved before stays whole."""

import errno
import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests import helpers
from tests.cli import here
from tests.cli.test_cli import lines_of, tuidl
from tests.runs.kept import resume, sha, start
from tuidl.core.errors import SaveError
from tuidl.protocol import events
from tuidl.protocol.events import RunFailed
from tuidl.runs.log import BYTES_OF_A_STRIDE, EventLog
from tuidl.runs.reading import read_events
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.storage import files
from tuidl.storage.folder import RunFolder
from tuidl.training.start import trainer_for

PRESET = helpers.preset(helpers.LINE, "training.epochs=40")
FILES = ["checkpoints/000003.safetensors", "checkpoints/000003.safetensors.sha256"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("name", FILES)
def test_a_save_that_fails_ends_the_run_and_leaves_the_older_ones(
    name: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = files.replace_file

    def failing(path: Path, data: files.Data, *, durable: bool = True) -> None:
        if str(path).endswith(name):
            data = data if isinstance(data, bytes) else b"".join(data)
            path.with_name(f".{path.name}.1").write_bytes(data[: len(data) // 2])
            raise OSError(number, os.strerror(number), str(path))
        replace(path, data, durable=durable)

    monkeypatch.setattr(files, "replace_file", failing)
    last = start(PRESET, tmp_path / "run", every=2)
    assert isinstance(last, RunFailed)
    assert os.strerror(number) in last.error
    assert "cannot save" in last.error
    assert last.where["epoch"] == 2
    monkeypatch.undo()
    expected = trainer_for(PRESET)
    *_, whole = expected.run()
    assert sha(resume(tmp_path / "run")) == sha(whole)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount")
def test_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        first = tuidl("cnn_digits", "--no-ui", "--out", str(disk / "run"), "--save-every", "9")
        assert first.returncode == 1
        assert "No space left on device" in first.stderr
        assert "Traceback" not in first.stderr
        shutil.copytree(disk / "run", tmp_path / "saved")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    done = tuidl("resume", str(tmp_path / "saved"), "--no-ui", "--json")
    assert done.returncode == 0, done.stderr
    whole = tuidl("cnn_digits", "--no-ui", "--json")
    assert lines_of(done)[-1]["weights_sha256"] == lines_of(whole)[-1]["weights_sha256"]


def test_a_folder_that_is_taken_away_amid_the_run(tmp_path: Path) -> None:
    recorder = RunRecorder.of_new(PRESET, "cpu", tmp_path / "run", every=5)
    told = []
    for event in recorded(trainer_for(PRESET, checkpointer=recorder), recorder):
        told.append(event)
        if sum(isinstance(e, events.Saved) for e in told) == 2 and (tmp_path / "run").exists():
            shutil.rmtree(tmp_path / "run")
    assert isinstance(told[-1], RunFailed)
    assert "cannot save" in told[-1].error


def test_a_place_that_cannot_be_had_is_said_before_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = here.tuidl("linear_regression", "--no-ui", "--out", str(tmp_path / "file" / "run"))
    assert result.returncode == 2
    assert "Not a directory" in result.stderr
    assert result.stdout == ""


@pytest.mark.slow
@pytest.mark.parametrize(("count", "most"), [(100_000, 20_000_000), (1_000_000, 50_000_000)])
def test_the_log_of_a_very_long_run_stays_small_and_tells_its_end(
    tmp_path: Path, count: int, most: int
) -> None:
    log = EventLog(tmp_path / "log")
    ended = events.EpochEnded(
        epoch=1, seconds=1e-6, train={"loss": 0.123456789}, validation={"loss": 0.123456789},
        learning_rate=0.001, gradient_norms={f"dense_{i}": 0.123456789 for i in range(4)},
    )  # fmt: skip
    progress = events.Progress(
        epoch=1, step=1, steps=2, loss=0.1, examples_per_second=1e6, learning_rate=0.01
    )
    for epoch in range(1, count + 1):
        log.write(helpers.changed(ended, epoch=epoch))
        if epoch % 20 == 0:
            log.write(helpers.changed(progress, epoch=epoch))
    edit = events.Edited(epoch=count, step=1, key="optimizer.learning_rate", value=0.1)
    log.write(edit)
    log.close()
    assert (tmp_path / "log").stat().st_size < most
    told = read_events(tmp_path / "log")
    epochs = [event.epoch for event in told if isinstance(event, events.EpochEnded)]
    assert epochs[:1000] == list(range(1, 1001))
    assert epochs[-1] == count
    gaps = {after - before for before, after in pairwise(epochs)}
    assert max(gaps) <= 128
    assert told[-1] == edit


def test_a_log_that_was_opened_again_goes_on_as_sparsely(tmp_path: Path) -> None:
    path = tmp_path / "log"
    line = events.to_json(events.Resumed()) + "\n"
    path.write_text(line * (2 * BYTES_OF_A_STRIDE // len(line) + 1))
    log = EventLog(path)
    size = path.stat().st_size
    for epoch in range(1, 9):
        log.write(
            events.EpochEnded(
                epoch=epoch, seconds=0, train={"loss": 1}, validation=None, learning_rate=1,
                gradient_norms={},
            )
        )  # fmt: skip
    log.close()
    written = path.read_bytes()[size:].decode().splitlines()
    assert [events.from_json(line).epoch for line in written] == [4, 8]


@pytest.mark.parametrize("torn", [b'{"event":"prog', b"\xff\xfe", b"{}"])
def test_a_line_that_was_torn_is_taken_off(torn: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log"
    whole = events.to_json(events.Compiled(seconds=1.0, cached=True)).encode() + b"\n"
    path.write_bytes(whole * 3 + torn)
    EventLog(path).close()
    assert path.read_bytes() == whole * 3


def test_a_log_without_any_whole_line(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * 200_000)
    EventLog(tmp_path / "log").close()
    assert (tmp_path / "log").read_bytes() == b""


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    for arguments in (["resume", str(tmp_path), "--no-ui"], ["verify", str(tmp_path)]):
        result = here.tuidl(*arguments)
        assert result.returncode == 2
        assert "no run in it" in result.stderr
    (tmp_path / "mine").write_text("")
    with pytest.raises(SaveError, match="not empty"):
        RunFolder.create(tmp_path, "run", PRESET, "cpu")
