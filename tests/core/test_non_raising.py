"""Streams that never raise: what went wrong is noted, what came out has no gaps."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from tuidl.core.non_raising import is_gone, non_raising, problem_of


def on(descriptor: int, **options: bool) -> TextIO:
    with os.fdopen(descriptor, "w", encoding="utf-8", closefd=False) as stream:
        return non_raising(stream, **options)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(writing)


def test_a_reader_that_goes_away_is_noted_and_nothing_raises(pipe: tuple[int, int]) -> None:
    stream = on(pipe[1])
    print("first", file=stream, flush=True)
    assert problem_of(stream) is None
    assert os.read(pipe[0], 100) == b"first\n"
    os.close(pipe[0])
    for _ in range(3):
        print("x" * 100_000, file=stream, flush=True)
    problem = problem_of(stream)
    assert problem is not None
    assert problem.errno == errno.EPIPE
    assert is_gone(problem)
    stream.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_noted_and_is_no_reader_that_went_away() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    stream = on(descriptor)
    print("lost", file=stream)
    problem = problem_of(stream)
    assert problem is not None
    assert problem.errno == errno.ENOSPC
    assert not is_gone(problem)
    stream.close()
    os.close(descriptor)


def test_what_came_out_has_no_gaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a write has failed none is tried again, unless it is talk."""
    for tries_again, expected in ((False, "one\n"), (True, "one\nthree\n")):
        path = tmp_path / f"{tries_again}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
        stream = on(descriptor, tries_again=tries_again)
        print("one", file=stream, flush=True)
        with monkeypatch.context() as patch:
            patch.setattr("select.select", lambda *a: pytest.fail("waits"))
            os.close(descriptor)
            print("two", file=stream, flush=True)
        assert os.open(path, os.O_WRONLY | os.O_APPEND) == descriptor, "the same number again"
        print("three", file=stream, flush=True)
        os.close(descriptor)
        assert path.read_text() == expected
        assert problem_of(stream) is not None


def test_a_descriptor_that_does_not_block_is_waited_for(pipe: tuple[int, int]) -> None:
    """Another program that shares a pipe may have set it so."""
    import threading

    reading, writing = pipe
    os.set_blocking(writing, False)
    stream = on(writing)
    got = bytearray()

    def read() -> None:
        while len(got) < 1_000_000:
            got.extend(os.read(reading, 1 << 16))

    thread = threading.Thread(target=read)
    thread.start()
    stream.write("x" * 1_000_000)
    stream.flush()
    thread.join(300)
    os.close(reading)
    assert (len(got), problem_of(stream)) == (1_000_000, None)


def test_a_terminal_that_is_gone_is_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    ours, theirs = pty.openpty()
    stream = on(theirs)
    assert stream.isatty()
    os.close(ours)
    print("nobody sees it", file=stream, flush=True)
    assert problem_of(stream) is None
    os.close(theirs)
