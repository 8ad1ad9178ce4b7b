"""A disk that fails at any file: the run says why, names how to go on, and nothing is lost."""

import errno
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests import helpers
from tests.cli.test_cli import lines_of
from tests.runs.edited import begun, gone_on_with, never_interrupted
from tests.runs.kept import resume, sha, start
from tuidl.core.children import child_environment, module_command
from tuidl.protocol.events import RunEnded, RunFailed
from tuidl.runs.listing import look_at
from tuidl.runs.results import trained
from tuidl.storage.folder import RunFolder
from tuidl.training.start import trainer_for

PRESET = helpers.preset(helpers.LINE, "training.epochs=6", "training.batch_size=16")
FILES = [
    r"checkpoints/000002\.safetensors", r"checkpoints/000002\.safetensors\.sha256",
    r"checkpoints/000004\.safetensors", r"best\.safetensors", r"best\.safetensors\.sha256",
    r"/weights\.safetensors", r"/weights\.safetensors\.sha256", r"summary\.json",
]  # fmt: skip


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("name", FILES)
def test_whichever_file_cannot_be_written_the_run_goes_on_afterwards(
    name: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.replace

    def failing(source: Path, target: Path) -> None:
        if re.search(name + "$", str(target)):
            raise OSError(number, os.strerror(number), str(source))
        rename(source, target)

    monkeypatch.setattr(os, "replace", failing)
    last = start(PRESET, tmp_path / "run", every=3)
    monkeypatch.undo()
    assert isinstance(last, RunFailed)
    assert os.strerror(number) in last.error
    assert last.resume == str(tmp_path / "run")
    assert not list(tmp_path.rglob(".*.safetensors*")), "no half file stays"
    *_, whole = trainer_for(PRESET).run()
    assert sha(resume(tmp_path / "run")) == sha(whole)


@pytest.mark.parametrize("event", ["run_started", "epoch_ended", "edited", "run_ended"])
def test_a_log_that_cannot_be_written(
    event: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if b'{"event":"%s"' % event.encode() in data:
            write(descriptor, data[:20])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    plan = [((1, 2, 1), 0.05)]
    monkeypatch.setattr(os, "write", full)
    _, run = begun(PRESET, tmp_path / "run", list(plan), 3)
    *_, last = run
    monkeypatch.undo()
    assert isinstance(last, RunFailed)
    assert "events.jsonl: No space left on device" in last.error
    assert last.resume
    before_the_edit = event in ("run_started", "epoch_ended")
    _, run = gone_on_with(tmp_path / "run", list(plan) if before_the_edit else [], 3)
    *_, ended = run
    made = [] if event == "edited" else plan
    assert sha(ended) == sha(never_interrupted(PRESET, made))


@pytest.mark.slow
def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    """Of the operating system's: the log reaches it, in a process of its own."""
    pytest.importorskip("resource")
    out = tmp_path / "my run"
    train = module_command(
        "tuidl", "linear_regression", "--no-ui", "--out", str(out), "--save-every", "50"
    )
    limited = ["bash", "-c", 'ulimit -f 8; exec "$@"', "bash", *train]
    first = subprocess.run(
        limited, capture_output=True, text=True, check=False, env=child_environment()
    )
    assert first.returncode == 1, first.stderr
    assert "File too large" in first.stderr
    assert "Traceback" not in first.stderr
    hint = f"it goes on: tuidl resume '{out}' --no-ui"
    assert hint in first.stderr
    again = _json("resume", str(out), "--no-ui", "--json")
    whole = _json("linear_regression", "--no-ui", "--json")
    assert again["weights_sha256"] == whole["weights_sha256"]


def _json(*arguments: str) -> dict[str, object]:
    done = subprocess.run(
        module_command("tuidl", *arguments), capture_output=True, text=True, check=False,
        env=child_environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    last: dict[str, object] = lines_of(done)[-1]
    return last


def test_a_run_that_was_stopped_so_is_listed_as_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuidl.storage.snapshot_files.write_checked", _full)
    assert isinstance(start(PRESET, tmp_path / "run", every=3), RunFailed)
    monkeypatch.undo()
    assert look_at(RunFolder(tmp_path / "run")).state == "failed"
    assert isinstance(resume(tmp_path / "run"), RunEnded)
    assert look_at(RunFolder(tmp_path / "run")).state == "done"


def _full(path: Path, *_: object, **__: object) -> None:
    from tuidl.core.errors import SaveError

    raise SaveError(f"cannot save {path}: No space left on device")


def test_the_weights_are_never_older_than_the_last_checkpoint(tmp_path: Path) -> None:
    """A run that ended, went on and was killed: not those of its first end."""
    start(PRESET, tmp_path / "run", stop_after=5)
    folder = RunFolder(tmp_path / "run")
    early = {name: values.copy() for name, values in trained(folder).items()}
    _, run = gone_on_with(tmp_path / "run", [], 4)
    for event in run:
        if type(event).__name__ == "Saved":
            break
    later = {name: values[...] if hasattr(values, "copy") else values.read()
             for name, values in trained(folder).items()}  # fmt: skip
    run.close()  # type: ignore[attr-defined]
    assert any((early[name] != later[name]).any() for name in early)
