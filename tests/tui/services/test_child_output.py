"""Commands in processes of their own: what becomes of one that nobody waits for any more."""

import asyncio
import gc
import os
import sys
import warnings
from pathlib import Path

import pytest

from tuidl.tui.services import child_output
from tuidl.tui.services.child_output import output_of


def test_one_that_is_left_is_killed_and_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else its pipes and its entry among the processes stay until they are looked for."""
    told = tmp_path / "pid"
    script = f"""
import os, time
with open({str(told)!r} + ".new", "w") as file: file.write(str(os.getpid()))
os.rename({str(told)!r} + ".new", {str(told)!r})
time.sleep(1000)"""
    monkeypatch.setattr(child_output, "command_line", lambda *a: [sys.executable, "-c", script])

    async def leave() -> None:
        work = asyncio.create_task(output_of("export"))
        while not told.exists():
            await asyncio.sleep(0.01)
        work.cancel()
        await asyncio.wait({work})
        assert work.cancelled()
        with pytest.raises(ProcessLookupError):
            os.kill(int(told.read_text()), 0)

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        asyncio.run(leave())
        gc.collect()
    assert [str(one.message) for one in warned] == []
