"""The screen of a run, as the session sees it."""

from collections.abc import Coroutine
from typing import Any, Protocol

from textual.notifications import SeverityLevel
from textual.screen import Screen

from tuidl.preset.schema import Preset
from tuidl.protocol.events import Event
from tuidl.tui.session.run import Run

Probe = tuple[str, dict[str, Any]]
"""A kind of probe with its options."""
FULL_SPEED = 0.0
"""In the place of steps a second."""


class Display(Protocol):
    """What shows a run, as the session sees it."""

    preset: Preset
    shown: Run
    is_ready: bool

    @property
    def first_pace(self) -> float | None:
        """Steps a second of a run that begins, or FULL_SPEED; None: so that a short one can be
        watched."""

    def begin(self, run: Run) -> None: ...
    def handle(self, event: Event) -> None: ...
    def lost(self, reason: str, advice: str, *more: str) -> None: ...
    def probes(self) -> list[Probe]: ...


class RunDisplay(Screen[None]):
    """A screen with a run on it: ``shown``, of ``preset``; ``previous`` is the run before."""

    preset: Preset
    shown: Run
    previous: Run | None = None

    is_ready: bool = True
    """Whether there is time to draw another frame."""

    @property
    def first_pace(self) -> float | None:
        """As of ``Display``."""
        return None

    def begin(self, run: Run) -> None:
        """Show another run from its start."""
        raise NotImplementedError

    def handle(self, event: Event) -> None:
        """Show an event of the run."""
        raise NotImplementedError

    def lost(self, reason: str, advice: str, *more: str) -> None:
        """Show that the engine process is gone."""
        raise NotImplementedError

    def probes(self) -> list[Probe]:
        """The probes whose answers the visible panels show."""
        raise NotImplementedError


class Host(Protocol):
    """What a session needs of the application."""

    def run_display(self) -> Display | None:
        """The screen of the run, at any place in the stack."""

    def front_run_display(self) -> Display | None:
        """The same, if it is in front."""

    def report(self, error: Exception) -> None:
        """Show an unexpected error that ends nothing."""

    def warn(self, problem: object) -> None:
        """Show a notice about a problem."""

    def alarm(self, text: str) -> None:
        """Show a notice about a problem, and ring the terminal's bell."""

    def notify(
        self, message: str, *, severity: SeverityLevel = "information", timeout: float | None = None
    ) -> None:
        """Show a notice."""

    def clear_notifications(self) -> None:
        """Remove all notices."""

    def start_worker(self, work: Coroutine[Any, Any, None], group: str = "default") -> None:
        """Run a coroutine beside the screens. Another one of ``group`` replaces it, unless that
        is the default group."""
