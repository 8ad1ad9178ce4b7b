"""What this process and the machine use, and that a system that does not say is no error."""

import time
from pathlib import Path

import pytest

from tuidl.core import usage

needs_linux = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="needs Linux")


@needs_linux
def test_a_process_that_works_uses_processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([(1.0, 10.0, (50, 100)), (4.0, 12.0, (110, 200))])
    now = [next(clock)]
    monkeypatch.setattr(time, "process_time", lambda: now[0][0])
    monkeypatch.setattr(time, "monotonic", lambda: now[0][1])
    monkeypatch.setattr(usage, "ticks", lambda: now[0][2])
    share = usage.Share()
    now[0] = next(clock)
    assert share.since_last() == (1.5, 0.6)


@needs_linux
def test_ticks_only_grow() -> None:
    first, second = usage.ticks(), usage.ticks()
    assert first is not None
    assert second is not None
    assert first[0] <= second[0]
    assert 0 < first[0] < first[1] <= second[1]


def test_a_system_that_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "STAT", tmp_path / "stat")
    assert usage.ticks() is None
    cores, busy = usage.Share().since_last()
    assert cores >= 0
    assert busy is None
    (tmp_path / "stat").write_text("cpu what is this\n")
    assert usage.ticks() is None
