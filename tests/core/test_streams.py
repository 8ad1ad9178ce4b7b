"""Streams that are the last net under everything that is printed."""

import io

import pytest

from tests.hostile import HOSTILE, raw
from tuidl.core.streams import MOVES, STYLES, harmless


def test_nothing_raw_passes_however_it_is_written():
    inner = io.StringIO()
    stream = harmless(inner)
    for text in HOSTILE:
        print(text, text, file=stream)
        stream.writelines([text, "\n"])
    assert not raw(inner.getvalue(), "\n")


@pytest.mark.parametrize(
    ("allowed", "own", "foreign"),
    [
        (STYLES, "\x1b[1m\x1b[38;2;1;2;3mx\x1b[0m", "\x1b[2J"),
        (MOVES, "\r\x1b[2K\x1b[1A", "\x1b]0;t"),
    ],
)
def test_what_tuidl_itself_writes_passes(allowed, own, foreign):
    inner = io.StringIO()
    harmless(inner, allowed).write(own + foreign)
    assert inner.getvalue() == own + foreign.replace("\x1b", "\\x1b")


def test_a_harmless_stream_is_not_wrapped_twice():
    inner = io.StringIO()
    harmless(harmless(inner), STYLES).write("\x1b[1mx")
    assert inner.getvalue() == "\x1b[1mx"


def test_bytes_are_refused_as_by_text_streams():
    with pytest.raises(TypeError):
        harmless(io.StringIO()).write(b"x")
