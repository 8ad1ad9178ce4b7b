"""``tuidl view`` without a screen, and where it cannot have one."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.here import tuidl
from tests.tui import folders

LOG = '{"step": 1, "loss": 2.5, "val_loss": 3}\n{"step": 2, "loss": 1.5, "val_loss": 2}\noops\n'


def view(*arguments: str, stdin: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    given = stdin.encode() if isinstance(stdin, str) else stdin
    command = [sys.executable, "-m", "tuidl", "view", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=300)


def test_charts_are_text_without_escape_codes(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(LOG)
    for done in (view(str(path), "--no-ui"), view("-", "--no-ui", stdin=LOG)):
        assert done.returncode == 0
        text = done.stdout.decode()
        assert "\x1b" not in text
        assert "train 1.500" in text
        assert "validation 2" in text
        assert "step" in text
        assert done.stderr.decode() == "tuidl: 1 line was no JSON\n"


def test_a_kept_run_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path))
    path = folders.done()
    by_name, by_path = (tuidl("view", name, "--no-ui").stdout for name in (path.name, str(path)))
    assert by_name == by_path
    assert "completed after 15 epochs" in by_name


@pytest.mark.parametrize(
    ("stdin", "problem"),
    [
        (b"\x00\x01", "no UTF-8 text"), (b"hello\n", "no JSON object in it"), (b"", "empty"),
        (b'{"a": "b"}', "no numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_viewed_ends_with_2(stdin: bytes, problem: str) -> None:
    done = view("-", "--no-ui", stdin=stdin)
    assert done.returncode == 2
    assert problem in done.stderr.decode()
    assert done.stdout == b""


@pytest.mark.parametrize("name", ["nowhere", "/nowhere/log.jsonl", ".", ""])
def test_what_is_not_there_ends_with_2(name: str) -> None:
    done = tuidl("view", name, "--no-ui")
    assert done.returncode == 2
    assert done.stderr.startswith("tuidl: error: ")


def test_without_a_terminal_there_is_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(LOG)
    for name in (str(path), "-"):
        done = view(name, stdin=LOG)
        assert done.returncode == 2
        assert "--no-ui" in done.stderr.decode()


def test_a_pipe_without_a_terminal_for_keys_ends_with_a_hint() -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tuidl", "view", "-"],
        stdin=subprocess.PIPE, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    assert process.wait(300) == 2
    assert process.stdin is not None
    process.stdin.close()
    os.close(slave)
    said = os.read(master, 10_000).decode()
    os.close(master)
    assert "/dev/tty" in said
    assert "tuidl view - --no-ui" in said
