"""Screens that end with an answer, and do so once."""

from typing import TypeVar

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
