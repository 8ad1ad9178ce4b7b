"""What this process and the machine use, and that a system that does not say is no error."""

import os
import time
from pathlib import Path

import pytest

from tuidl.core import usage

needs_linux = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")


@needs_linux
def test_memory_is_counted_in_bytes() -> None:
    before = usage.resident_memory()
    held = bytearray(os.urandom(1 << 12) * (1 << 14))  # 64 MiB, written to
    after = usage.resident_memory()
    assert before is not None
    assert after is not None
    assert 0.8 * len(held) < after - before < 1.5 * len(held)
    free = usage.free_memory()
    assert free is not None
    assert free > len(held)


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
    monkeypatch.setattr(usage, "PROC", tmp_path)
    assert usage.resident_memory() is None
    assert usage.free_memory() is None
    assert usage.ticks() is None
    cores, busy = usage.Share().since_last()
    assert cores >= 0
    assert busy is None
    (tmp_path / "stat").write_text("cpu what is this\n")
    (tmp_path / "meminfo").write_text("MemAvailable:\n")
    assert usage.ticks() is None
    assert usage.free_memory() is None
