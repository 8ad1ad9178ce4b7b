"""The line that stands on the terminal while something is loaded."""

import os
from pathlib import Path

import pytest

from tuidl.cli.playing import _opened
from tuidl.core import loading as module
from tuidl.core.loading import LONGEST, loading, loading_words
from tuidl.plane.presets import preset_of
from tuidl.plane.state import PlaneState


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> int:
    """What is written on a terminal, to be read."""
    read, write = os.pipe()
    monkeypatch.setattr(module, "STDERR", write)
    monkeypatch.setattr(os, "isatty", lambda number: number == write)
    return read


def test_the_line_is_there_at_once_and_taken_back_also_at_an_error(terminal: int) -> None:
    seen = []

    def fail() -> None:
        with loading("cnn_digits"):
            seen.append(os.read(terminal, 1000))
            raise ValueError("no file")

    with pytest.raises(ValueError, match="no file"):
        fail()
    assert seen == [b"loading cnn_digits ..."]
    back = os.read(terminal, 1000).decode()
    assert back == "\r" + " " * len("loading cnn_digits ...") + "\r"


@pytest.mark.parametrize("name", ["x" * 1000, "\x1b[2J", "größer/ü", ""])
def test_any_name_stays_on_one_plain_line(name: str) -> None:
    words = loading_words(name)
    assert words.isascii()
    assert words.isprintable()
    assert len(words) <= LONGEST + 20


def test_nothing_is_written_where_no_terminal_is(capfd: pytest.CaptureFixture[str]) -> None:
    with loading("anything"):
        pass
    assert capfd.readouterr() == ("", "")


def test_what_is_opened_is_named() -> None:
    assert _opened() == "the playground"
    assert _opened(preset=preset_of(PlaneState())) == "2d circles"
    assert _opened(preset=preset_of(PlaneState()), run=Path("/runs/best")) == "best"
    assert _opened(data=(Path("/tmp/table.csv"), ()), threads=2) == "table.csv"
