"""Screens whose panels are drawn one after the other and shown together."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from textual.widget import Widget


@runtime_checkable
class DrawsFrames(Protocol):
    """A screen whose panels are drawn one after the other and shown together."""

    @property
    def is_amid_frame(self) -> bool:
        """Whether panels have another moment already than the one that is shown."""

    def finish_frame(self) -> None:
        """Show the frame that is being drawn at once."""


def frames_of(widget: Widget) -> DrawsFrames | None:
    """The widget's screen, if it draws frames."""
    screen: Any = widget.screen
    kind: Any = type(screen)
    return screen if _draws_frames(kind) else None


@lru_cache
def _draws_frames(kind: Hashable) -> bool:
    """Asked of each class once: to ask a protocol takes longer than all else of a refresh."""
    return hasattr(kind, "is_amid_frame") and hasattr(kind, "finish_frame")
