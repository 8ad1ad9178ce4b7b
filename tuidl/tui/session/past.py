"""The past of a stored run, read from its log before the run is resumed."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tuidl.protocol import events
from tuidl.runs.reading import stream_events
from tuidl.storage.contents import EVENTS
from tuidl.tui.session.run import Phase, Run


async def past_of(path: Path, is_wanted: Callable[[], bool]) -> Run:
    """A run as its log has it, ready to go on; cut short once it is no longer wanted. Raises
    RunError and OSError.

    The thread that reads is a daemon: the program's end does not wait for a slow disk.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Run] = loop.create_future()

    def settle(run: Run | None, error: Exception | None) -> None:
        if found.done():
            return  # cancelled
        if run is not None:
            found.set_result(run)
        elif error is not None:
            found.set_exception(error)

    def work() -> None:
        run, error = None, None
        try:
            run = _read(path, is_wanted)
        except Exception as problem:
            error = problem
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, run, error)

    threading.Thread(target=work, daemon=True).start()
    return await found


def _read(path: Path, is_wanted: Callable[[], bool]) -> Run:
    run = Run()
    for event in stream_events(path / EVENTS):
        if not is_wanted():
            break
        if isinstance(event, events.EpochEnded | events.Progress | events.Edited):
            run.handle(event)
    run.phase = Phase.LOADING
    return run
