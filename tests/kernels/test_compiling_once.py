"""Processes that share the tests do not compile what another is at."""

from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import compiling_once
from tuidl.kernels import native

HEADER = b'{"symbol":"tuidl.one","needs":[],"sha256":"0"}\n'


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What this process compiled; kernels are kept in the folder."""
    monkeypatch.setattr(native, "_written", lambda name: [tmp_path / name])
    monkeypatch.setattr(native, "_MADE", {})
    return []


def make_once(made: list[str], locks: Path) -> None:
    def make(name: str, function: Any, signature: Any) -> None:
        made.append(name)

    compiling_once.once(make, locks)("one", len, None)


def test_what_another_wrote_meanwhile_is_taken(
    made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def waits(path: Path) -> Any:
        (tmp_path / "one").write_bytes(HEADER + b"code\nof it")
        yield

    monkeypatch.setattr(compiling_once, "locked", waits)
    make_once(made, tmp_path)
    header, code = native._MADE["one"]
    assert (made, header.symbol, code) == ([], "tuidl.one", b"code\nof it")


@pytest.mark.parametrize("content", [None, b"damaged", HEADER + b"code"])
def test_what_lay_there_is_compiled_anew(
    made: list[str], tmp_path: Path, content: bytes | None
) -> None:
    """``native`` has looked at it before."""
    if content is not None:
        (tmp_path / "one").write_bytes(content)
    make_once(made, tmp_path)
    assert made == ["one"]


def test_one_waits_for_another(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    lock = tmp_path / "lock"
    lock.touch()
    with lock.open("rb") as other:
        with compiling_once.locked(lock), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
