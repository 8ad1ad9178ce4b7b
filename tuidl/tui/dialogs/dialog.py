"""Screens that end with an answer, and do so once."""

import math
import time
from typing import TypeVar

from rich.console import RenderableType
from textual.events import Key
from textual.screen import Screen

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


class Question(Once[Answer]):
    """Asks something that cannot be taken back easily: keys that were pressed before it could be
    seen were meant for the screen below, and are no answer."""

    _seen_since = math.inf

    def render(self) -> RenderableType:
        self._seen_since = min(self._seen_since, time.monotonic())  # painted within a moment
        return super().render()

    def on_key(self, event: Key) -> None:
        if event.time < self._seen_since:
            event.stop()
            event.prevent_default()
