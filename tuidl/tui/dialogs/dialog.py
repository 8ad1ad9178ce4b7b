"""Screens that end with an answer, and do so once."""

import math
import time
from typing import TypeVar

from rich.console import RenderableType
from textual.events import Key, Paste
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import Screen

from tuidl.tui.dialogs.dimmed import Dimmed

Answer = TypeVar("Answer")


class Once(Screen[Answer]):
    """A second escape may arrive while the first one closes the screen: it must not close
    the screen below."""

    @property
    def is_composed(self) -> bool:
        """False for a screen that was closed before it could be made."""
        return bool(self.children)

    def end(self, answer: Answer | None = None) -> None:
        """Close with ``answer``, if this is the screen in front."""
        if self.is_current:
            self.dismiss(answer)


class Dialog(Once[Answer]):
    """Covers a screen to ask or to tell something. Keys that were pressed before it could be seen
    were meant for the screen below: they answer nothing, type nothing and close nothing."""

    _seen_since = math.inf

    def render(self) -> RenderableType:
        self._seen_since = min(self._seen_since, time.monotonic())  # painted within a moment
        made = super().render()
        return Dimmed(made.screen, made.color) if isinstance(made, BackgroundScreen) else made

    def is_too_early(self, event: Key | Paste) -> bool:
        """Whether it was pressed or pasted before anybody could see the dialog."""
        return event.time < self._seen_since
