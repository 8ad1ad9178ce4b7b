"""Waiting for what a screen under test comes to."""

import time
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from tuidl.tui.app import Playground

SECONDS = 400.0
"""Longer than a busy machine takes to compile what a run needs."""


def text_of(app: Playground) -> str:
    """The cells of the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(s.text for s in strip).rstrip() for strip in strips)


async def until(pilot: Pilot[Any], holds: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait until it holds and the screen in front has its widgets; the failure shows it."""
    end = time.monotonic() + seconds
    while not (holds() and _is_made(pilot)):
        assert time.monotonic() < end, text_of(pilot.app)  # type: ignore[arg-type]
        await pilot.pause(0.01)


def _is_made(pilot: Pilot[Any]) -> bool:
    """False of a screen that was only just opened."""
    stack = pilot.app._screen_stack if pilot.app.is_running else []
    return not stack or stack[-1].is_mounted
