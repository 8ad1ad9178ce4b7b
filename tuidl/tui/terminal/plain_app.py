"""An application that shows any text as plain text, in widgets and notices."""

import asyncio
import os
import time
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from textual.app import App
from textual.events import Event, Key, MouseDown, Paste
from textual.filter import ANSIToTruecolor, LineFilter
from textual.notifications import SeverityLevel

from tuidl.core.printable import printable, printable_lines, shortened
from tuidl.tui.terminal import process
from tuidl.tui.terminal.plain import Printable

QUIT = "ctrl+q"
LONGEST_NOTICE = 1000
"""Characters; a longer one would cover the screen."""
ANSWERED_WITHIN = 0.03
"""Seconds from a key until its answer is painted, if nothing else is done meanwhile."""
SECONDS_BETWEEN_TIDYING, LEFT_ALONE_AFTER = 0.25, 0.2
"""Keys that are held come faster than the second, and who reads an answer takes longer."""
HOPS = 2
"""Turns of the event loop from the keyboard's thread until the application knows of a key."""


@runtime_checkable
class MayComeLate(Protocol):
    """A screen that somebody types at before it can be seen."""

    def is_too_early(self, event: Key | Paste) -> bool:
        """Whether an event was meant for the screen below."""


class PlainApp(App[int]):
    """The three ways to the terminal that all screens share: lines, notices, the last message.

    ``unicode``: whether the terminal shows more than ASCII.
    """

    unicode: bool = True
    opening: str = ""
    """What the terminal shows before there is a screen."""
    _came: float = -1.0
    _harmless: Printable = Printable()

    async def on_mount(self) -> None:
        self.set_interval(SECONDS_BETWEEN_TIDYING, self._tidy_up)

    def _tidy_up(self) -> None:
        if time.monotonic() - self._came > LEFT_ALONE_AFTER:
            process.tidy_up()

    @property
    def is_answering(self) -> bool:
        """Whether a key came a moment ago, whose answer may not be painted yet."""
        return time.monotonic() - self._came < ANSWERED_WITHIN

    @property
    def palette_name(self) -> str:
        """The palette of the charts. Of Textual's own themes it only counts whether they are
        dark."""
        if os.environ.get("NO_COLOR"):
            return "monochrome"
        if self.theme in ("color-blind", "monochrome"):
            return self.theme
        return "default" if self.current_theme.dark else "light"

    async def on_event(self, event: Event) -> None:
        """Leave out what was typed before the screen in front could be seen, but for the key that
        quits from anywhere."""
        if isinstance(event, Key | Paste | MouseDown) and not event.is_forwarded:
            self._came = time.monotonic()
            if not isinstance(event, MouseDown) and self._is_early(event):
                return
        await super().on_event(event)

    def _is_early(self, event: Key | Paste) -> bool:
        front: object = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(event, Key) and event.key == QUIT:
            return False
        return isinstance(front, MayComeLate) and front.is_too_early(event)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, and the one that leaves plain text only."""
        own = super().get_line_filters()
        colors = next((f for f in own if isinstance(f, ANSIToTruecolor)), None)
        if self._harmless.colors is not colors:
            self._harmless = Printable(colors)
        return [*(one for one in own if one is not colors), self._harmless]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a notice. ``markup`` is ignored: no markup is read from the text."""
        text = printable_lines(shortened(message, LONGEST_NOTICE))
        super().notify(
            text, title=printable(title), severity=severity, timeout=timeout, markup=False
        )

    def action_help_quit(self) -> None:
        """Ctrl-C, which copies in fields of text: Textual's own words have markup."""
        self.notify(f"{QUIT} quits, from anywhere", title="Do you want to quit?")

    def warn(self, problem: object) -> None:
        """Show a notice about a problem that ends nothing."""
        self.notify(str(problem), severity="warning", timeout=10)

    def alarm(self, text: str) -> None:
        """Show a notice about a problem, and ring the terminal's bell."""
        self.bell()
        self.warn(text)

    def exit(
        self, result: int | None = None, return_code: int = 0, message: object | None = None
    ) -> None:
        """End, with a printable message on stderr."""
        words = None if message is None else printable_lines(str(message))
        super().exit(result, return_code, words)


async def turn_for_keys(app: object) -> None:
    """Between two parts of a long drawing: keys that came meanwhile are answered first."""
    for _ in range(HOPS):
        await asyncio.sleep(0)
    if isinstance(app, PlainApp) and app.is_answering:
        await asyncio.sleep(ANSWERED_WITHIN)
