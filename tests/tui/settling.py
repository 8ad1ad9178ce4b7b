"""Waiting for an app to have done all that it was given, however busy the machine is.

Textual's ``Pilot.pause`` takes a process for idle that has used little processor time for 20 ms,
and goes on after a second in any case. On a busy machine a process that has much to do gets none
for 20 ms, or is not done after a second: assertions then look at a screen that is half drawn. Here
the event loop itself says whether something is left to do.
"""

import asyncio
import math
import time
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tuidl.tui.dialogs.dialog import Dialog
from tuidl.tui.widgets.frames import DrawsFrames

LONGEST = 20.0
"""Seconds after which a test goes on, as an app with an engine at work is never done."""
LONGEST_BESIDE = 1.0
"""Seconds for work in threads, as a test may hold one back, and for painting, which goes on."""
LONG_PAUSE = 0.1
"""Seconds: shorter ones are for those who look again and again."""
CALM_TURNS = 3
"""Of the event loop, one after the other, without anything left to do."""


def settle_at_every_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have ``Pilot.pause`` and ``Pilot.press`` wait until the app has nothing left to do."""
    pause, press = Pilot.pause, Pilot.press

    async def settled_pause(pilot: Pilot[Any], delay: float | None = None) -> None:
        await pause(pilot, delay)
        if delay is None or delay >= LONG_PAUSE:
            await settled(pilot)

    async def settled_press(pilot: Pilot[Any], *keys: str) -> None:
        for key in keys:
            await press(pilot, key)
            await settled(pilot)

    monkeypatch.setattr(Pilot, "pause", settled_pause)
    monkeypatch.setattr(Pilot, "press", settled_press)


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until the event loop has nothing to run, all is drawn and painted, no thread at work."""
    began = time.monotonic()
    calm = 0
    while calm < CALM_TURNS and (taken := time.monotonic() - began) < LONGEST:
        await asyncio.sleep(0)
        waits_beside = taken < LONGEST_BESIDE and (_is_in_thread(pilot) or _is_unpainted(pilot))
        if waits_beside or _is_amid_frame(pilot) or _is_unseen(pilot):
            calm = 0
            await asyncio.sleep(0.002)
        elif _has_work():
            calm = 0
        else:
            calm += 1


def _has_work() -> bool:
    """Whether the loop has callbacks to run, now or as their time has come."""
    loop: Any = asyncio.get_running_loop()
    due = loop._scheduled and loop._scheduled[0].when() <= loop.time()
    return bool(loop._ready) or bool(due)


def _is_in_thread(pilot: Pilot[Any]) -> bool:
    return any(worker._thread_worker and not worker.is_finished for worker in pilot.app.workers)


def _is_unpainted(pilot: Pilot[Any]) -> bool:
    """Whether widgets wait for the screen's next turn, 60 of which there are in a second."""
    return any(screen._dirty_widgets for screen in _screens(pilot)[-1:])


def _is_amid_frame(pilot: Pilot[Any]) -> bool:
    return any(
        isinstance(screen, DrawsFrames) and screen.is_amid_frame for screen in _screens(pilot)
    )


def _is_unseen(pilot: Pilot[Any]) -> bool:
    """Whether the screen in front is a dialog that was not painted yet, and so takes no keys."""
    return any(
        isinstance(screen, Dialog) and screen._seen_since == math.inf
        for screen in _screens(pilot)[-1:]
    )


def _screens(pilot: Pilot[Any]) -> list[Screen[Any]]:
    return pilot.app.screen_stack if pilot.app.is_running else []
